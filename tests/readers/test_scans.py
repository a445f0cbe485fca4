"""Pages that are pictures: recognised in the order of reading, or reported in one clear line."""

from pathlib import Path

import pytest
from PIL import Image

from corpus.errors import ReadError
from corpus.parser.doubtful import doubtful
from corpus.readers import ocr
from corpus.readers.scans import recognising
from corpus.types import Block
from tests.readers.reading import every, faults, only, texts
from tests.readers.scanned import drawn, glyphs_ofd, needs_font, outlined_ofd, saved, scanned_ofd

LINES = [
    "　　您提出的《关于整治内涝的提案》收悉。",
    "现答复如下：今年再改造五处低洼路段，",
    "投资八百万元，雨季前全部完工。",
]


@pytest.fixture(scope="module")
def letter() -> Image.Image:
    return drawn(LINES)


@needs_font
@pytest.mark.parametrize(("suffix", "media_type"), [("jpeg", "image/jpeg"), ("png", "image/png")])
def test_a_picture_is_read_as_it_is_printed(tmp_path: Path, letter: Image.Image, suffix: str, media_type: str) -> None:
    found = only(tmp_path, f"a.{suffix}", saved(letter, suffix))
    assert texts(found) == LINES
    assert found.source.media_type == media_type
    assert found.recognised == (1,)


@needs_font
@pytest.mark.parametrize("degrees", [90, 180, 2], ids=["on its side", "upside down", "askew"])
def test_a_page_that_lies_otherwise_is_turned(tmp_path: Path, letter: Image.Image, degrees: int) -> None:
    turned = letter.rotate(degrees, expand=True, fillcolor="white")
    assert [text.strip() for text in texts(only(tmp_path, "a.png", saved(turned, "png")))] == [
        line.strip() for line in LINES
    ]


@needs_font
def test_every_page_of_a_tif_is_read_and_told_of(tmp_path: Path, letter: Image.Image) -> None:
    told: list[tuple[int, int]] = []
    content = saved(letter.convert("1"), "tiff", drawn(["第二页的文字"]).convert("1"))
    with recognising(is_on=True, told=lambda page, pages: told.append((page, pages))):
        found = only(tmp_path, "a.tif", content)
    assert texts(found) == [*LINES, "第二页的文字"]
    assert found.recognised == (1, 2)
    assert told == [(1, 2), (2, 2)]


@needs_font
def test_a_scanned_pdf_is_read_and_a_scanned_page_of_an_ofd_in_its_place(tmp_path: Path, letter: Image.Image) -> None:
    assert texts(only(tmp_path, "a.pdf", saved(letter, "pdf"))) == LINES
    found = only(tmp_path, "a.ofd", scanned_ofd(letter))
    assert texts(found) == ["第一页有文字", *LINES]
    assert found.recognised == (2,)


@needs_font
def test_outlines_and_glyphs_of_an_ofd_are_drawn_and_recognised(tmp_path: Path, letter: Image.Image) -> None:
    found = only(tmp_path, "a.ofd", outlined_ofd(letter))
    assert [text.strip() for text in texts(found)] == [line.strip() for line in LINES]
    assert found.recognised == (1,)
    assert texts(only(tmp_path, "b.ofd", glyphs_ofd("SLH-2025-0388"))) == ["SLH-2025-0388"]


@needs_font
def test_what_is_not_recognised_is_reported_once_with_the_reason(tmp_path: Path, letter: Image.Image) -> None:
    with recognising(is_on=False):
        for name, content in (("a.png", saved(letter, "png")), ("a.pdf", saved(letter, "pdf"))):
            with pytest.raises(ReadError, match=f"^{name}：期望.*实际.*没有做文字识别（--ocr off）。请去掉这个选项"):
                every(tmp_path, name, content)
        (fault,) = faults(every(tmp_path, "a.ofd", scanned_ofd(letter)))
        assert fault.startswith("a.ofd：第 2 页：期望文字，实际是没有可读文字的图片，没有读入：没有做文字识别")
    with recognising(is_on=True, pages=1), pytest.raises(ReadError, match="期望不超过 1 页扫描的文件，实际有 2 页"):
        every(tmp_path, "a.tif", saved(letter, "tiff", letter))


def test_a_picture_without_text_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"^a\.png：期望印有文字的图片，实际没有认出任何字"):
        every(tmp_path, "a.png", saved(Image.new("RGB", (200, 200), "white"), "png"))


def test_a_picture_of_too_many_pixels_is_not_unpacked(tmp_path: Path) -> None:
    content = saved(Image.new("1", (20_000, 8_000)), "png")
    with pytest.raises(ReadError, match="期望不超过 80 百万像素的图片，实际为 20000×8000"):
        every(tmp_path, "a.png", content)


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("答复如下:一、今年;二、明年", "答复如下：一、今年；二、明年"),
        ("王某(市民),电话:0555-8123456", "王某（市民），电话：0555-8123456"),
        ("于9:30开始,比分3:2,见http://a.cn/?b", "于9:30开始，比分3:2，见http://a.cn/?b"),
        ("No.3(b), 5(c)", "No.3(b), 5(c)"),
        ("(联系人：顾文,电话：8123456)", "（联系人：顾文，电话：8123456）"),
    ],
)
def test_marks_beside_chinese_are_full_width_again(read: str, printed: str) -> None:
    assert ocr.mended(read) == printed


def test_doubtful_characters_are_found_where_cleaning_left_them() -> None:
    blocks = [
        Block("— 1 —", doubtful=((2, 3),)),
        Block("　　您提出的提案收", doubtful=((2, 3), (3, 4), (8, 9))),
        Block("悉。", doubtful=((0, 1),)),
        Block("改过的一行", doubtful=((0, 1),)),
    ]
    text = "您提出的提案收悉。\n改 过的一行"
    assert [text[start:end] for start, end in doubtful(blocks, text)] == ["您提", "收悉"]
