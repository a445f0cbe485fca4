"""Tables of a document: offsets of cells, passages that do not mix with prose, heads known to every part, masks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.cleaning import clean
from corpus.masked import masked_document
from corpus.parser import parse
from corpus.passages import MAX_LENGTH, split
from corpus.readers import tabular
from corpus.tables import column_names, span_of, table_of
from corpus.types import Block, Document, Passage, RawDocument, Source, Table
from indexer.encoders.pairs import encoder_text
from indexer.engine.texts import field_texts
from indexer.terms.analyzer import DEFAULT
from indexer.terms.document import DocumentAnalysis

HEAD = """青禾区水务局关于区政协八届三次会议第0147号提案的答复
梁思远委员：
您提出的《关于整治老城内涝的提案》收悉。现答复如下：
"""
TAIL = "\n其余街道没有低洼路段。\n青禾区水务局\n2024年6月12日"


def document(*rows: str, before: str = "各街道改造处数见下表：", after: str = TAIL) -> Document:
    cells = [[tabular.Cell([Block(cell)]) for cell in row.split("|")] for row in rows]
    around = [
        [Block(line, whole=True) for line in text.strip("\n").split("\n") if line] for text in (HEAD + before, after)
    ]
    blocks = (*around[0], *tabular.table(cells), *around[1])
    return parse(RawDocument(blocks=blocks, fields={}, source=Source(path="表.docx", media_type="x")))


def words(document: Document, table: Table) -> list[list[str]]:
    return [[document.text[start:end] for start, end in row] for row in table.rows]


def of_tables(document: Document) -> list[Passage]:
    return [passage for passage in split(document) if passage.table]


def test_empty_cells_keep_their_places_from_the_file_to_the_passage() -> None:
    found = document("街道|2022年|2023年|2024年", "北门街道|4||6", "|1|2|3", "东仓街道|2|3|")
    (passage,) = of_tables(found)
    assert passage.text == "街道\t2022年\t2023年\t2024年\n北门街道\t4\t\t6\n\t1\t2\t3\n东仓街道\t2\t3\t"
    assert found.text[passage.start : passage.end] == passage.text
    assert passage.table == found.tables[0]
    assert words(found, found.tables[0]) == [line.split("\t") for line in passage.text.split("\n")]
    assert found.tables[0].head_rows == 1


def test_an_empty_first_or_last_cell_of_a_section_stays() -> None:
    found = document("|计划|完成", "北门|4|", before="一、改造计划", after="")
    assert [passage.text for passage in split(found)] == ["\t计划\t完成\n北门\t4\t"]


def test_a_table_mixes_with_no_prose() -> None:
    found = document("街道|处数", "北门|4")
    assert [passage.text for passage in split(found)] == [
        "各街道改造处数见下表：",
        "街道\t处数\n北门\t4",
        "其余街道没有低洼路段。",
    ]


def test_two_tables_in_a_row_stay_two() -> None:
    rows = [[tabular.Cell([Block(cell)]) for cell in row.split("|")] for row in ("街道|处数", "北门|4")]
    blocks = (Block("各街道改造处数见下面两张表。", whole=True), *tabular.table(rows), *tabular.table(rows))
    found = parse(RawDocument(blocks=blocks, fields={}, source=Source(path="表.docx", media_type="x")))
    assert [len(table.rows) for table in found.tables] == [2, 2]


LONG = ["街道|低洼路段|措施", *(f"第{n}街道|第{n}号路段|更换雨水管并增设井口，工期{n}个月" for n in range(1, 41))]


def test_a_long_table_is_cut_between_rows_and_each_part_knows_the_head() -> None:
    found = document(*LONG)
    passages = of_tables(found)
    assert len(passages) > 2
    assert "\n".join(passage.text for passage in passages) == "\n".join(LONG).replace("|", "\t")
    for passage in passages:
        assert passage.table is not None
        assert words(found, passage.table)[0] == ["街道", "低洼路段", "措施"]
        assert words(found, passage.table)[1:] == [
            line.split("\t") for line in passage.text.split("\n") if not line.startswith("街道")
        ]
        assert len(passage.text) <= MAX_LENGTH
        assert passage.table == table_of(found, passage.start, passage.end)
    assert column_names(found, passages[0].start, passages[0].end) == ""
    assert column_names(found, passages[1].start, passages[1].end) == "街道 低洼路段 措施"


def test_a_part_without_the_head_is_found_by_its_words() -> None:
    found = document(*LONG)
    later = of_tables(found)[1]
    analysis = DocumentAnalysis(DEFAULT, found)
    columns = column_names(found, later.start, later.end)
    assert field_texts(found, later.section, columns)["headings"].endswith("街道 低洼路段 措施")
    assert "低洼" in analysis.passage_fields(later)["headings"].words
    assert encoder_text(found, later) == analysis.encoded_passage(later).text
    assert "低洼路段 措施" in encoder_text(found, later)


def test_a_row_that_is_too_long_is_cut_and_its_parts_are_rows_of_the_table() -> None:
    long = "全区逐个路段更换雨水管，并增设井口。" * 40
    found = document("街道|措施", f"北门街道|{long}", "东仓街道|已完成")
    passages = of_tables(found)
    assert len(passages) > 1
    assert all(len(passage.text) <= MAX_LENGTH for passage in passages)
    assert all(passage.table and words(found, passage.table)[0] == ["街道", "措施"] for passage in passages)
    assert all(char in "".join(p.text for p in passages) for char in set(long))


@pytest.mark.parametrize("last", ["青禾区水务局|2024年6月12日", "感谢|谢谢", "一、北门|4", "附件：|无"])
def test_a_row_is_never_a_heading_a_signature_or_thanks(last: str) -> None:
    found = document("街道|处数", "北门街道|4", last, after="")
    (passage,) = of_tables(found)
    assert passage.text.endswith(last.replace("|", "\t"))
    assert all(section.heading is None for section in found.sections)


def test_no_term_reaches_from_one_cell_into_the_next() -> None:
    assert DEFAULT.bigrams("北门\t完成") == ["北门", "完成"]
    assert DEFAULT.bigrams("北门\t完成", breaks=True) == ["北门", "␟", "完成"]
    assert DEFAULT.bigrams("北门 完成") == ["北门", "门完", "完成"]
    assert DEFAULT.concepts("养\t老院") == DEFAULT.concepts("养、老院")


def test_masking_keeps_every_cell_where_it_is() -> None:
    found = document("联系人|电话|事项", "罗贯中|13800001234|路灯", "周大年|0755-86601234|井盖")
    masked = masked_document(found)
    (table,) = masked.tables
    assert words(masked, table) == [
        ["联系人", "电话", "事项"],
        ["罗**", "138********", "路灯"],
        ["周**", "075**********", "井盖"],
    ]
    assert [passage.table for passage in split(masked)] == [passage.table for passage in split(found)]


_cell = st.text(alphabet="北门街道一二3。：、  ", max_size=30)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(_cell, min_size=3, max_size=3), min_size=1, max_size=30), st.booleans())
def test_every_cell_of_any_table_is_where_the_model_says(rows: list[list[str]], has_head: bool) -> None:
    marked = [[tabular.Cell([Block(cell)], is_head=has_head and not at) for cell in row] for at, row in enumerate(rows)]
    blocks = tabular.table(marked)
    before, after = Block("各街道的情况如下表所示。", whole=True), Block("其余街道没有低洼路段。", whole=True)
    cleaned = clean((before, *blocks, after))
    assert [block.text for block in blocks if block.row] == [block.text for block in cleaned if block.row]
    found = parse(RawDocument(blocks=(before, *blocks, after), fields={}, source=Source(path="表", media_type="x")))
    kept = [block.text.split("\t") for block in blocks if block.row]
    assert [row for table in found.tables for row in words(found, table)] == kept
    for passage in split(found):
        assert len(passage.text) <= MAX_LENGTH
        inside = [span_of(t) for t in found.tables if passage.start < span_of(t)[1] and span_of(t)[0] < passage.end]
        assert bool(inside) == (passage.table is not None)
        assert all(start <= passage.start and passage.end <= end for start, end in inside)
