"""Tables on pages: cells between ruled lines and under each other, over the ends of pages, and what is no table."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from corpus.readers import placed, placed_tables, ruled
from corpus.readers.placed import Piece
from corpus.types import Block
from tests.readers.files import Printed, pdf_of, stream_of
from tests.readers.reading import only

ROWS = ["街道|2022年|2023年|2024年", "北门街道|4||6", "槐树街道|||9", "东仓街道|2|3|"]
CLEAN = [row.replace("|", "\t") for row in ROWS]
WIDTH, HEIGHT = 90, 24
Box = tuple[float, float, float, float]


def texts_of(rows: Sequence[str], x: float = 60, top: float = 700, width: float = WIDTH) -> list[Printed]:
    """The texts in the cells, row under row."""
    return [
        Printed(x + 4 + width * column, top - HEIGHT * number - 17, cell, 12)
        for number, row in enumerate(rows)
        for column, cell in enumerate(row.split("|"))
        if cell
    ]


def lines_of(rows: int, columns: int, x: float = 60, top: float = 700, width: float = WIDTH) -> list[Box]:
    """The lines around all cells."""
    right, bottom = x + columns * width, top - rows * HEIGHT
    across = [(x, top - HEIGHT * n, right, top - HEIGHT * n) for n in range(rows + 1)]
    return [*across, *((x + width * n, top, x + width * n, bottom) for n in range(columns + 1))]


def stroked(lines: Sequence[Box]) -> str:
    return " ".join(f"{x} {y} m {x2} {y2} l S" for x, y, x2, y2 in lines)


def filled(lines: Sequence[Box]) -> str:
    """As Word prints them: rectangles of half a point."""
    return " ".join(f"{x} {y - 0.25} {x2 - x or 0.5} {y2 - y or 0.5} re f" for x, y, x2, y2 in lines)


def boxed(rows: int, columns: int) -> str:
    """As browsers print them: a frame for each cell, a little apart."""
    return " ".join(
        f"{60 + WIDTH * column + 1} {700 - HEIGHT * (row + 1) + 1} {WIDTH - 2} {HEIGHT - 2} re S"
        for row in range(rows)
        for column in range(columns)
    )


def blocks_of(folder: Path, *pages: str) -> tuple[Block, ...]:
    return tuple(block for block in only(folder, "a.pdf", pdf_of(pages)).blocks if block.text)


@pytest.mark.parametrize("drawn", [stroked(lines_of(4, 4)), filled(lines_of(4, 4)), boxed(4, 4)])
def test_cells_are_read_between_lines_however_they_are_drawn(tmp_path: Path, drawn: str) -> None:
    around = [Printed(60, 740, "各街道改造处数见下表："), Printed(60, 560, "其余街道没有低洼路段。")]
    found = blocks_of(tmp_path, f"{drawn} {stream_of([*around, *texts_of(ROWS)])}")
    assert [block.text for block in found] == [around[0].text, *CLEAN, around[1].text]
    assert [(block.row, block.heads) for block in found] == [(0, 0), (1, 1), (2, 1), (3, 1), (4, 1), (0, 0)]


def test_backgrounds_and_bars_beside_texts_are_no_edges(tmp_path: Path) -> None:
    backgrounds = [f"0.9 g {text.x + 18} {text.y - 4} 30 18 re f 0 g" for text in texts_of(ROWS)]
    bars = [(text.x - 8, text.y + 12, text.x - 8, text.y - len(text.text)) for text in texts_of(ROWS)]
    drawn = f"{' '.join(backgrounds)} {stroked([*bars, *lines_of(4, 4)])}"
    found = blocks_of(tmp_path, f"{drawn} {stream_of(texts_of(ROWS))}")
    assert [block.text for block in found] == CLEAN


def test_merged_cells_are_repeated(tmp_path: Path) -> None:
    lines = lines_of(4, 3)
    lines.remove((60, 676, 330, 676))
    lines.remove((240, 700, 240, 604))
    lines += [(150, 676, 330, 676), (240, 676, 240, 604)]  # the first two of a column, the last two of a row
    found = blocks_of(
        tmp_path, f"{stroked(lines)} {stream_of(texts_of(['街道|2024年', '|计划|完成', '北门|4|3', '东仓||5']))}"
    )
    assert [block.text for block in found] == ["街道\t2024年\t2024年", "街道\t计划\t完成", "北门\t4\t3", "东仓\t\t5"]
    assert {block.heads for block in found} == {2}


def test_a_text_goes_on_inside_its_cell(tmp_path: Path) -> None:
    texts = [
        *texts_of(["街道|措施", "北门|更换雨水管"]),
        Printed(154, 647, "并增设井口", 12),
        Printed(64, 620, "东仓", 12),
    ]
    lines = [line for line in lines_of(4, 2) if line[1] != 652 or line[0] != line[2] - 180]
    found = blocks_of(tmp_path, f"{stroked(lines)} {stream_of(texts)}")
    assert [block.text for block in found] == ["街道\t措施", "北门\t更换雨水管并增设井口", "东仓\t"]


def test_values_that_stand_under_each_other_are_a_table(tmp_path: Path) -> None:
    around = [
        Printed(60, 740, "各街道改造处数见下表，其余的街道没有低洼路段。"),
        Printed(60, 560, "其余街道没有低洼路段。"),
    ]
    found = blocks_of(tmp_path, stream_of([*around, *texts_of(ROWS)]))
    assert [block.text for block in found if block.row] == CLEAN


@pytest.mark.parametrize(
    "rows",
    [
        ["张三丰|李世民|王安石", "赵匡胤|刘知远|陈友谅", "周大年|吴承恩|郑成功"],
        ["索引号：|0071", "主题：|民政", "日期：|2024"],
        ["青禾区民政局|2024年6月20日"],
    ],
    ids=["names", "labels", "signature"],
)
def test_what_stands_apart_is_no_table(tmp_path: Path, rows: list[str]) -> None:
    found = blocks_of(tmp_path, stream_of(texts_of(rows, width=120)))
    assert not any(block.row for block in found)
    assert [block.text.split() for block in found] == [row.split("|") for row in rows]


@pytest.mark.parametrize("repeated", [True, False])
def test_a_table_goes_on_over_the_end_of_a_page(tmp_path: Path, repeated: bool) -> None:
    rows = ["街道|路段|措施", "北门街道|人民路|更换雨水管", "东仓街道|解放路|增设井口", "槐树街道|建设路|增设泵站"]
    second = [rows[0], *rows[3:], "南坪街道|中山路|清掏"] if repeated else [rows[3], "南坪街道|中山路|清掏"]
    pages = [
        f"{stroked(lines_of(len(part), 3))} {stream_of([*texts_of(part), Printed(290, 40, f'— {number} —')])}"
        for number, part in enumerate((rows[:3], second), 1)
    ]
    found = [block for block in blocks_of(tmp_path, *pages) if block.row]
    assert [block.text for block in found] == [row.replace("|", "\t") for row in [*rows, "南坪街道|中山路|清掏"]]
    assert [(block.row, block.heads) for block in found] == [(n, 1) for n in range(1, 6)]


def test_a_frame_and_a_drawing_are_no_table() -> None:
    frame = [(10, 10, 500, 10), (10, 700, 500, 700), (10, 10, 10, 700), (500, 10, 500, 700), (10, 60, 500, 60)]
    assert ruled.tables(frame) == []
    assert ruled.tables([(x, 0, x + 7, 9) for x in range(500)]) == []


def test_what_a_scan_leaves_in_doubt_is_known_in_its_row() -> None:
    rows = [["街道", "2023年", "2024年"], ["北门街道", "4", "6"], ["东仓街道", "2", "3"]]
    pieces = [
        Piece(
            text, 100 * column, 20 * row, 100 * column + 12 * len(text), 20 * row + 12, ((0, 1),) if text == "6" else ()
        )
        for row, cells in enumerate(rows)
        for column, text in enumerate(cells)
    ]
    found = list(placed.blocks([placed_tables.page(pieces, 800)]))
    assert [block.text for block in found] == ["\t".join(row) for row in rows]
    assert [block.text[start:end] for block in found for start, end in block.doubtful] == ["6"]
