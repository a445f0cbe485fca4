"""Figures: value, unit, place, period, kind and indicator, off sentences and tables; and what is no figure."""

import time
from datetime import date

import pytest

from corpus.facts.figures import Figure, figures
from corpus.facts.periods import times
from corpus.facts.quantities import quantities
from corpus.types import Document, Table
from tests.letters import numbered, parsed

BODY = "全市现有长者食堂六十八家，日均就餐九千人次，覆盖全部街道。"


def stated(sentence: str) -> list[Figure]:
    """The figures of a sentence in a document of 松澜市民政局 of June 2023."""
    document = parsed(numbered(1).replace(BODY, sentence))
    start = document.text.index(sentence)
    found = [figure for figure in figures(document) if start <= figure.start < start + len(sentence)]
    assert all(figure.quote in document.text for figure in found)
    assert all(document.text[figure.start : figure.end] in figure.quote for figure in found)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("公厕2310座", [(2310, None, "座", "exact")]),
        ("公厕 2,310 座", [(2310, None, "座", "exact")]),
        ("公厕２３１０座", [(2310, None, "座", "exact")]),
        ("投入1.36亿元", [(136_000_000, None, "元", "exact")]),
        ("惠及30余万人", [(300_000, None, "人", "above")]),
        ("近三成五的住户", [(35, None, "%", "about")]),
        ("百分之十二点五", [(12.5, None, "%", "exact")]),
        ("增长2.3个百分点", [(2.3, None, "个百分点", "exact")]),
        ("每户3000元至5000元", [(3000, 5000, "元", "exact")]),
        ("补助3—5万元", [(30_000, 50_000, "元", "exact")]),
        ("不少于四十五家", [(45, None, "家", "above")]),
        ("不超过200元", [(200, None, "元", "below")]),
        ("一千二百户左右", [(1200, None, "户", "about")]),
        ("服务近万人次", [(10_000, None, "人次", "about")]),
        ("新建12家、46处", [(12, None, "家", "exact"), (46, None, "处", "exact")]),
    ],
)
def test_quantities(text: str, expected: list[tuple[float, float | None, str, str]]) -> None:
    assert [(q.value, q.upper, q.unit, q.precision) for q in quantities(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "第12条规定", "12个月内", "35个工作日", "17路公交", "60岁以上老人", "200平方米以上的场所", "3年",
        "（单位：万人）", "松民函〔2023〕51号", "电话：86601105", "二楼", "每5个小区", "成为样板", "102室",
    ],
)  # fmt: skip
def test_what_is_no_quantity(text: str) -> None:
    assert quantities(text) == []


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("截至2022年底", "2022-12"),
        ("今年1至5月", "2023-01/2023-05"),
        ("去年上半年", "2022-01/2022-06"),
        ("2021年第三季度", "2021-07/2021-09"),
        ("上一年度", "2022"),
        ("2024年底前", "2024-12"),
        ("2020年3月15日", "2020-03-15"),
        ("今年前四个月", "2023-01/2023-04"),
        ("2019—2022年", "2019/2022"),
        ("“十四五”期间", "2021/2025"),
        ("6月底", "2023-06"),
        ("目前", "2023-07"),
    ],
)
def test_periods(text: str, period: str) -> None:
    assert [time.period for time in times(text, date(2023, 7, 1))] == [period]


def test_a_document_without_a_date_has_no_this_year() -> None:
    assert [time.period for time in times("今年5月，截至2020年底", None)] == [None, "2020-12"]
    assert [time.period for time in times("2000年以前建成的住宅，松府〔2021〕6号", date(2023, 7, 1))] == []


def test_a_list_of_places_counts_what_its_head_counts() -> None:
    found = stated("截至2022年底，全市公共充电站共83座，其中东湖区22座、西岭区21座。")
    assert [(f.indicator, f.value, f.place, f.period, f.kind) for f in found] == [
        ("公共充电站", 83, "松澜市", "2022-12", "stock"),
        ("公共充电站", 22, "东湖区", "2022-12", "stock"),
        ("公共充电站", 21, "西岭区", "2022-12", "stock"),
    ]


def test_what_a_change_leaves_behind_has_no_period_unless_it_says_so() -> None:
    found = stated("自2023年1月1日起，护理补贴由每月200元提高到260元。")
    assert [(f.value, f.period) for f in found] == [(200, None), (260, "2023-01-01")]
    found = stated("图书分馆由2020年的31个增加到44个。")
    assert [(f.value, f.period) for f in found] == [(31, "2020"), (44, None)]


def test_targets_flows_and_shares_are_told_apart() -> None:
    found = stated("今年上半年发放补贴120.5万元；到2024年底前新建驿站40个；目前登记率为61.8%。")
    assert [(f.value, f.unit, f.period, f.kind) for f in found] == [
        (1_205_000, "元", "2023-01/2023-06", "flow"),
        (40, "个", "2024-12", "target"),
        (61.8, "%", "2023-06", "share"),
    ]


def test_a_repeated_value_is_of_the_time_it_was_stated_for() -> None:
    found = stated("今年3月底，全市有助餐点52处。52处当中，街道自办的17处。")
    assert [(f.value, f.period) for f in found] == [(52, "2023-03"), (52, "2023-03"), (17, "2023-03")]


def test_what_was_aimed_at_is_no_stock() -> None:
    found = stated("2020年底全市共有公厕41座，比2019年确定的40座多1座。")
    assert [(f.value, f.indicator, f.period, f.kind) for f in found[:2]] == [
        (41, "公厕", "2020-12", "stock"),
        (40, "公厕", "2019", "target"),
    ]


def test_a_modifier_goes_with_what_the_sentence_before_counted() -> None:
    found = stated("全市有内涝点46处。地势低洼的12处，河道顶托的8处，四区合计签约1517家。")
    assert [(f.indicator, f.value, f.unit) for f in found[1:]] == [
        ("地势低洼的内涝点", 12, "处"),
        ("河道顶托的内涝点", 8, "处"),
        ("签约", 1517, "家"),
    ]
    assert found[-1].precision == "exact"


def test_years_and_values_in_turn() -> None:
    found = stated("2021年、2022年全市新增绿道分别为31.5公里和40.2公里。")
    assert [(f.value, f.period) for f in found] == [(31.5, "2021"), (40.2, "2022")]


@pytest.mark.parametrize(
    "text", ["万" * 20_000, "由5家、" * 5_000, "东湖区5家、" * 4_000, "，计划" * 7_000 + "5家", "1至" * 9_000]
)
def test_a_text_without_sentences_takes_no_time(text: str) -> None:
    document = parsed(numbered(1)).model_copy(update={"text": text})
    began = time.process_time()
    figures(document)
    assert time.process_time() - began < 5  # seconds; it took minutes, and more than twice as many for twice the text


def test_how_much_something_changed_is_no_value_of_it() -> None:
    assert [(f.value, f.indicator) for f in stated("2022年公厕达到410座，比2020年多35座。")] == [
        (410, "公厕"), (35, None),
    ]  # fmt: skip


def test_a_cell_is_counted_by_its_heads() -> None:
    document = _with_table(
        ("区县", "长者食堂（家）", "2022年补贴（万元）"), ("东湖区", "29", "31.8"), ("合计", "118", "—")
    )
    found = [(f.indicator, f.value, f.unit, f.place, f.period) for f in figures(document) if "\t" in f.quote]
    assert found == [
        ("长者食堂", 29, "家", "东湖区", None),
        ("补贴", 318_000, "元", "东湖区", "2022"),
        ("长者食堂", 118, "家", "松澜市", None),
    ]


def _with_table(*rows: tuple[str, ...]) -> Document:
    """A document whose text ends with a table; its first row names the columns."""
    document = parsed(numbered(1).replace(BODY, "见下表。"))
    at, lines, cells = len(document.text) + 1, [], []
    for row in rows:
        line, spans = "\t".join(row), []
        for cell in row:
            spans.append((at, at + len(cell)))
            at += len(cell) + 1
        lines.append(line)
        cells.append(tuple(spans))
    text = "\n".join([document.text, *lines])
    return document.model_copy(update={"text": text, "tables": (Table(head_rows=1, rows=tuple(cells)),)})
