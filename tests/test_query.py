"""The query language: what a line asks for, and the sentence for one that asks nonsense."""

from dataclasses import replace
from datetime import date

import pytest

from indexer.engine.filters import Filter
from search_api.query.language import LONGEST_LINE, ParsedQuery, QueryError, parse_query


@pytest.mark.parametrize(
    ("query", "text", "wanted"),
    [
        ("长者食堂 补贴", "长者食堂 补贴", Filter()),
        ('"长者食堂" 补贴', "长者食堂 补贴", Filter(phrases=("长者食堂",))),
        ("＂长者食堂＂", "长者食堂", Filter(phrases=("长者食堂",))),
        ("“长者食堂” 补贴", "长者食堂 补贴", Filter(phrases=("长者食堂",))),
        ("关于“时间银行”的建议", "关于“时间银行”的建议", Filter()),
        ("养老 -医院", "养老", Filter(excluded=("医院",))),
        ('养老 -"第二 医院"', "养老", Filter(excluded=("第二 医院",))),
        ("单位:民政局 食堂", "食堂", Filter(agencies=("民政局",))),
        ("单位：民政局 agency:教育局", "", Filter(agencies=("民政局", "教育局"))),
        ('单位:"市民政局" 食堂', "食堂", Filter(agencies=("市民政局",))),
        ("年份:2020", "", Filter(years=((2020, 2020),))),
        ("年份:2020..2025", "", Filter(years=((2020, 2025),))),
        ("year:2020-2025", "", Filter(years=((2020, 2025),))),
        ("年份:2020..", "", Filter(years=((2020, 9999),))),
        ("年份:..2020", "", Filter(years=((0, 2020),))),
        ("年份:２０２０年", "", Filter(years=((2020, 2020),))),
        ("日期:2023-06-18", "", Filter(dates=((date(2023, 6, 18), date(2023, 6, 18)),))),
        ("日期:2023-01..2023-06", "", Filter(dates=((date(2023, 1, 1), date(2023, 6, 30)),))),
        ("date:2024年2月", "", Filter(dates=((date(2024, 2, 1), date(2024, 2, 29)),))),
        ("日期：2023至2024/3/5", "", Filter(dates=((date(2023, 1, 1), date(2024, 3, 5)),))),
        ("日期:2023..", "", Filter(dates=((date(2023, 1, 1), date.max),))),
        ("日期:..２０２３", "", Filter(dates=((date.min, date(2023, 12, 31)),))),
        ("编号:DH0271", "", Filter(numbers=("DH0271",))),
        ("文号:福民函〔2020〕43号 食堂", "食堂", Filter(doc_numbers=("福民函〔2020〕43号",))),
        ("类型:政协 办理:会办", "", Filter(kinds=("cppcc",), roles=("opinion",))),
        ("类型:人大 类型:来信", "", Filter(kinds=("npc", "message"))),
        ("养老 -“第二医院”", "养老", Filter(excluded=("第二医院",))),
        ("單位:“民政局” 類型:政協 辦理:會辦", "", Filter(agencies=("民政局",), kinds=("cppcc",), roles=("opinion",))),
        ("公交 8:30 首班", "公交 8:30 首班", Filter()),
        ("见 http://example.com/a", "见 http://example.com/a", Filter()),
        ("5G-A 网络", "5G-A 网络", Filter()),
        ("关于停车：建议增加", "关于停车：建议增加", Filter()),
        (
            prose := "尊敬的书记:您好！我们小区的电梯坏了三个月，物业说没有钱修，业委会也不管，请帮助解决这件事。",
            prose,
            Filter(),
        ),
    ],
)
def test_line(query: str, text: str, wanted: Filter) -> None:
    parsed = parse_query(query)
    assert replace(parsed, spoken="") == ParsedQuery(text, wanted)
    assert parsed.spoken == "" or set(parsed.spoken.split()) <= set(text.split())


@pytest.mark.parametrize(
    "query", ["福民函[2020]43号", "福民函〔2020〕43 号", " 福民函（2020）43号 ", "福民函〔２０２０〕43号"]
)
def test_bare_document_number_is_a_look_up(query: str) -> None:
    assert parse_query(query).lookup_doc_number == "福民函〔2020〕43号"


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("20200110", "20200110"),
        ("第 52 号提案", "52"),
        ("dh0271", "DH0271"),
        ("第DH0271号建议", "DH0271"),
        ("２０２００１１０", "20200110"),
    ],
)
def test_bare_number_is_a_look_up(query: str, number: str) -> None:
    assert parse_query(query).lookup_number == number


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "查询为空"),
        ("  \n ", "查询为空"),
        ("颜色:红", "不认识的字段“颜色”.*可用的字段有 单位、年份"),
        ("foo:bar", "不认识的字段“foo”"),
        ('"长者食堂', "引号没有成对"),
        ('""', "引号里没有内容"),
        ("年份:2025..2020", "年份范围“2025..2020”前后颠倒.*2025 晚于.*2020.*年份:2020..2025"),
        ("日期:2023-06..2023-01", "日期范围“2023-06..2023-01”前后颠倒.*日期:2023-01..2023-06"),
        ("日期:2023-13", "日期“2023-13”无法识别.*日期:2023-06-18"),
        ("日期:2023-02-30", "无法识别"),
        ("日期:..", "无法识别"),
        ("日期:去年", "无法识别"),
        ("单位:", "字段“单位”后面没有内容"),
        ("养老 年份：", "字段“年份”后面没有内容"),
        ("养老 -", "减号后面没有词"),
        ("养老 - 医院", "减号后面没有词"),
        ("年份:去年", "年份“去年”无法识别"),
        ("类型:公文", "字段“类型”的值“公文”无法识别"),
        ("-单位:民政局", "字段前不能加减号"),
        ("食" * 50_001, "超过上限"),
    ],
)
def test_nonsense_is_answered_by_a_sentence(query: str, sentence: str) -> None:
    with pytest.raises(QueryError, match=sentence):
        parse_query(query)


@pytest.mark.parametrize(
    "text", ["第一行\n单位:民政局 第二行", '养老服务"' + "很长的一段文字" * 20, "颜色:红 " * (LONGEST_LINE // 3)]
)
def test_text_longer_than_a_line_has_no_operators(text: str) -> None:
    assert parse_query(text) == ParsedQuery(text.strip(), Filter())
