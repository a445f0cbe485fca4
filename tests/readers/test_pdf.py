"""PDF documents: their lines in reading order, what is no part of the text, and those that have no text to give."""

from pathlib import Path

import pytest

from corpus.errors import ReadError
from corpus.readers.scans import recognising
from tests.readers.files import Printed, pdf, printed
from tests.readers.reading import every, faults, only, texts

LINES = [f"第{n}行的文字排满了整整一行一共有二十几个字在这里" for n in "一二三四五六"]


def body(x: float = 60, top: float = 700, size: float = 14) -> list[Printed]:
    return [Printed(x, top - 24 * number, line, size) for number, line in enumerate(LINES)]


def test_a_pdf_gives_its_lines_and_a_blank_between_pages(tmp_path: Path) -> None:
    found = only(tmp_path, "a.pdf", pdf([["关于⽼年⼈的答复", "您提出的"], ["— 2 —", "建议》收悉。"]]))
    assert [block.text for block in found.blocks] == ["关于老年人的答复", "您提出的", "", "— 2 —", "建议》收悉。"]
    assert not any(block.whole for block in found.blocks)
    assert found.source.media_type == "application/pdf"


@pytest.mark.parametrize(
    "watermark",
    [
        Printed(150, 300, "内部资料 注意保存", 60, angle=30, grey=0.85),
        Printed(200, 200, "严禁外传", 14, angle=-45),
        Printed(100, 640, "仅供查阅", 50, grey=0.9),
        Printed(20, 300, "装订线", 12, angle=90),
    ],
    ids=["across", "down", "pale", "binding"],
)
def test_a_watermark_is_no_text_wherever_its_page_prints_it(tmp_path: Path, watermark: Printed) -> None:
    pages = [[watermark, *body()], [*body(top=650), watermark]]
    assert texts(only(tmp_path, "a.pdf", printed(*pages))) == LINES * 2


def test_pale_text_of_the_usual_size_is_text(tmp_path: Path) -> None:
    page = [*body(), Printed(60, 400, "浅色的一行也要读出来", 14, grey=0.7)]
    assert texts(only(tmp_path, "a.pdf", printed(page))) == [*LINES, "浅色的一行也要读出来"]


def test_a_page_printed_sideways_is_read_along_its_lines(tmp_path: Path) -> None:
    page = [Printed(100 + 24 * number, 60, line, 14, angle=90) for number, line in enumerate(LINES)]
    assert texts(only(tmp_path, "a.pdf", printed(page))) == LINES


def test_lines_come_as_they_stand_and_not_as_they_were_printed(tmp_path: Path) -> None:
    first, *others = body()
    halves = [Printed(first.x + 14 * 10, first.y, first.text[10:]), first._replace(text=first.text[:10])]
    assert texts(only(tmp_path, "a.pdf", printed([*reversed(others), *halves]))) == LINES


def test_first_lines_of_paragraphs_are_indented(tmp_path: Path) -> None:
    page = [text._replace(x=text.x + 28 * (number % 3 == 0)) for number, text in enumerate(body())]
    found = only(tmp_path, "a.pdf", printed(page))
    assert [block.text.startswith("\u3000\u3000") for block in found.blocks] == [True, False, False] * 2


def columns() -> list[list[Printed]]:
    left = [Printed(50, 600 - 20 * n, f"左边第{n:02}行有十六个字写在这里了", 14) for n in range(8)]
    right = [Printed(310, 596 - 20 * n, f"右边第{n:02}行有十六个字写在这里了", 14) for n in range(8)]
    return [left, right]


@pytest.mark.parametrize("is_mixed", [False, True])
def test_two_columns_are_read_one_after_the_other(tmp_path: Path, is_mixed: bool) -> None:
    left, right = columns()
    across = Printed(50, 700, "青禾区水务局关于区政协八届三次会议第零一四七号提案的答复", 18)
    below = Printed(50, 200, "这一行又跨过两栏一直排到右边它在两栏之后才读到所以放在最后", 16)
    pairs = [each for pair in zip(right, left, strict=True) for each in pair]
    page = [below, *(pairs if is_mixed else right + left), across]
    found = only(tmp_path, "a.pdf", printed(page))
    assert texts(found) == [text.text for text in (across, *left, *right, below)]


def test_the_columns_of_a_table_are_no_columns_of_prose(tmp_path: Path) -> None:
    cells = [Printed(60 + 150 * column, 500 - 20 * row, f"{row}{column}格") for row in range(6) for column in range(3)]
    found = texts(only(tmp_path, "a.pdf", printed(cells)))
    assert found == [f"{row}0格\t{row}1格\t{row}2格" for row in range(6)]


def test_running_heads_go_where_pages_repeat_them(tmp_path: Path) -> None:
    pages = [
        [Printed(60, 800, f"青禾区政府公报 2024年第3期 第{n}页", 10), *body(), Printed(60, 40, "青禾区编印", 10)]
        for n in (1, 2, 3)
    ]
    found = texts(only(tmp_path, "a.pdf", printed(*pages)))
    assert found == ["青禾区政府公报 2024年第3期 第1页", *LINES * 3]


def test_a_line_in_the_middle_of_each_page_is_no_running_head(tmp_path: Path) -> None:
    again = Printed(60, 420, "以上措施已经落实", 14)
    assert texts(only(tmp_path, "a.pdf", printed([*body(), again], [*body(), again]))).count(again.text) == 2


OFF = "没有做文字识别（--ocr off）"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pdf([[], []]), "实际 2 页都没有文字也没有图片"),
        (pdf([["您好"]], encrypted=True), "实际需要密码才能打开。请去掉密码"),
        (pdf([["\ue5e5\ue5e6\ue5e7\ue5e8"]]), f"实际 1 页都没有可读的文字，.*{OFF}"),
        (printed([Printed(60, 700, "您好来信收悉", font="F2")]), f"字体没有标明文字（没有 ToUnicode）.*{OFF}"),
    ],
    ids=["blank", "locked", "private", "unmapped"],
)
def test_a_pdf_that_has_no_text_to_give(tmp_path: Path, content: bytes, message: str) -> None:
    with recognising(is_on=False), pytest.raises(ReadError, match=message):
        every(tmp_path, "a.pdf", content)


def test_a_page_that_nothing_tells_the_characters_of_is_named(tmp_path: Path) -> None:
    content = printed(body(), [Printed(60, 700, "您好来信收悉", font="F2")])
    with recognising(is_on=False):
        found = every(tmp_path, "a.pdf", content)
    assert faults(found) == [f"a.pdf：第 2 页：期望文字，实际是没有可读文字的图片，没有读入：{OFF}。"
                             "请去掉这个选项后重新运行，或换用 Word 原件。"]  # fmt: skip
