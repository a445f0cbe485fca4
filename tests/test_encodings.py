"""The encodings of Chinese offices are told apart, in short and long texts, simplified and traditional."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import ReadError
from corpus.readers.encodings import decode, drop_controls, is_garbled

SIMPLIFIED = (
    "张立勤委员：\n您提出的《关于提升老年人居家智慧医养服务的建议》（第2024121号）收悉。经研究，现将办理情况答复如下：\n"
    "一、基本情况\n我局高度重视，立即组织相关科室研究，全区建成长者饭堂48个，覆盖率100%。\n"
)
TRADITIONAL = (
    "陳委員：\n您提出的《關於改善社區長者服務的建議》收悉。經研究，現將辦理情況答覆如下：\n"
    "一、基本情況\n本局十分重視，隨即會同有關單位研究，全區現有長者飯堂48個。\n"
)
BY_SCRIPT = {
    "simplified": (SIMPLIFIED, ["utf-8", "utf-8-sig", "gb18030", "gbk", "gb2312", "utf-16-le", "utf-16-be", "utf-16"]),
    "traditional": (TRADITIONAL, ["utf-8", "gb18030", "gbk", "cp950", "big5", "big5hkscs", "utf-16-le", "utf-16-be"]),
}
CASES = [(text, codec) for text, names in BY_SCRIPT.values() for codec in names]


@pytest.mark.parametrize(("text", "codec"), CASES)
@pytest.mark.parametrize("repeats", [1, 400])
def test_a_letter_reads_the_same_in_every_encoding(text: str, codec: str, repeats: int) -> None:
    assert decode((text * repeats).encode(codec)) == text * repeats


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["您好。", "福田区民政局", "已办结", "2020年8月20日", "张立勤委员："])
def test_short_simplified_texts(text: str, codec: str) -> None:
    assert decode(text.encode(codec)) == text


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "cp950", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["您好。", "臺北市政府", "教育局", "感謝您的來信"])
def test_short_traditional_texts(text: str, codec: str) -> None:
    assert decode(text.encode(codec)) == text


@pytest.mark.parametrize(
    ("bom", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"\x84\x31\x95\x33", "gb18030"),
    ],
)
def test_a_byte_order_mark_decides_and_is_dropped(bom: bytes, codec: str) -> None:
    assert decode(bom + "答复".encode(codec)) == "答复"


def _level_one(codec: str, highs: range) -> str:
    rows = (bytes([high, low]) for high in highs for low in range(0xA1, 0xFF))
    return "".join(pair.decode(codec, "ignore") for pair in rows)


EVERYDAY_SIMPLIFIED = _level_one("gb2312", range(0xB0, 0xD8)) + "，。、；：（）《》0123456789\n"
EVERYDAY_TRADITIONAL = _level_one("big5", range(0xA4, 0xC6)) + "，。；：（）《》0123456789\n"


@given(
    st.text(EVERYDAY_SIMPLIFIED, min_size=20).filter(lambda t: sum(not c.isascii() for c in t) >= 20),
    st.sampled_from(["utf-8", "gb18030", "utf-16-le", "utf-16-be"]),
)
def test_any_text_of_everyday_simplified_characters_survives(text: str, codec: str) -> None:
    assert decode(text.encode(codec)) == text


@given(
    st.text(EVERYDAY_TRADITIONAL, min_size=20).filter(lambda t: sum(not c.isascii() for c in t) >= 20),
    st.sampled_from(["utf-8", "gb18030", "cp950", "big5hkscs", "utf-16-le", "utf-16-be"]),
)
def test_any_text_of_everyday_traditional_characters_survives(text: str, codec: str) -> None:
    assert decode(text.encode(codec, "ignore")) == text.encode(codec, "ignore").decode(codec)


@pytest.mark.parametrize("declared", ["gb2312", "big5", "utf-8", "utf-16", "iso-8859-1", "no-such-thing", "", None])
@pytest.mark.parametrize(("text", "codec"), [(SIMPLIFIED, "gb18030"), (SIMPLIFIED, "utf-8"), (TRADITIONAL, "cp950")])
def test_a_wrong_declaration_is_not_trusted(text: str, codec: str, declared: str | None) -> None:
    assert decode(text.encode(codec), declared) == text


def test_a_declaration_decides_where_the_bytes_allow_two_readings() -> None:
    """Two characters each way, none of them telling."""
    data = "龚琬".encode("gb18030")
    assert decode(data, "gb2312") == "龚琬"
    assert decode(data, "big5") == data.decode("cp950")


def test_gbk_that_passes_for_two_byte_utf_8_is_read_as_chinese() -> None:
    data = "要为一席位".encode("gbk")
    assert data.decode("utf-8") == "ҪΪһϯλ"
    assert decode(data) == "要为一席位"
    assert decode("A·B，é".encode()) == "A·B，é"


@pytest.mark.parametrize("codec", ["gb18030", "utf-16-le"])
def test_the_encoding_is_judged_where_the_chinese_is(codec: str) -> None:
    text = "var a = 1;\n" * 9999 + SIMPLIFIED
    assert decode(text.encode(codec)) == text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("一\r\n二\r三\n四", "一\n二\n三\n四"),
        ("您好\0，我\x08局\x7f收悉", "您好，我局收悉"),
        ("甲\t乙\f丙", "甲\t乙\f丙"),
        ("id,title\r\n1,a", "id,title\n1,a"),
    ],
)
def test_line_ends_and_control_characters(raw: str, expected: str) -> None:
    assert decode(raw.encode()) == expected


def test_ascii_in_utf_16_without_mark_is_told_by_its_nul_bytes() -> None:
    assert decode("id,title\n1,reply\n".encode("utf-16-le")) == "id,title\n1,reply\n"
    assert decode("id,title\n1,reply\n".encode("utf-16-be")) == "id,title\n1,reply\n"


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16-le"])
def test_one_damaged_byte_costs_one_character(codec: str) -> None:
    data = bytearray((SIMPLIFIED * 3).encode(codec))
    del data[-1]
    text = decode(bytes(data))
    assert text.startswith(SIMPLIFIED)
    assert text.count("\ufffd") <= 1


def test_latin_text_falls_to_the_last_resort_which_may_guess_its_accents_wrong() -> None:
    text = "A letter to the mayor about the café at the corner, which is a résumé of many complaints."
    assert [c for c in decode(text.encode("cp1252")) if c.isascii()] == [c for c in text if c.isascii()]


def test_no_bytes_are_no_text() -> None:
    assert decode(b"") == ""


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 20,
        b"\0" * 500,
        b"\x89PNG\r\n\x1a\n" + bytes((i * 7919 + i * i) % 256 for i in range(4000)),
        ("\ufffd" * 40 + "您好").encode(),
        "\ue000\ue001\ue002\ue003".encode() * 30,
        b"\x01\x02\x03\x04\x05 abc",
    ],
    ids=["all bytes", "zeros", "picture", "replaced", "private use", "controls"],
)
def test_what_is_no_text_is_refused_with_what_was_tried(data: bytes) -> None:
    with pytest.raises(ReadError, match=r"期望 UTF-8、GB18030.*实际.*最接近的是.*\d+%.*另存为 UTF-8"):
        decode(data)


def test_drop_controls_keeps_tab_line_and_page() -> None:
    assert drop_controls("甲\0\t乙\n\f\x1b丙\ufeff") == "甲\t乙\n\f丙"


def test_garbled_text_is_told_from_a_few_odd_signs() -> None:
    assert is_garbled("\ue5e5\ue5e6\ue5e7文字\ue5e8")
    assert not is_garbled("\uf06c 一是加强宣传，二是完善服务。")
