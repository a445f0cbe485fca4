"""The sheet of chosen passages: its words, and its formats read back by others' readers."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from search_api.desk.sheet import Sheet, SheetPassage, SheetPoint, age, citation, to_docx, to_json, to_markdown
from search_api.desk.sheet.markdown import escaped
from search_api.desk.sheet.model import printable
from search_api.desk.sheet.wording import facts_of, heading_of, link, note_of, one_line, paragraphs
from tests.sheets import TODAY, lines_of, passage, point, sheet

SOURCE = {
    "agency": "福田区民政局",
    "title": "…",
    "doc_number": "福民函〔2020〕43号",
    "replied_on": date(2020, 8, 20),
    "passage_number": 3,
}


@pytest.mark.parametrize(
    ("absent", "expected"),
    [
        ((), "福田区民政局：《…》答复，福民函〔2020〕43号，2020-08-20，第3段"),
        (("agency",), "《…》答复，福民函〔2020〕43号，2020-08-20，第3段"),
        (("title",), "福田区民政局：福民函〔2020〕43号，2020-08-20，第3段"),
        (("doc_number",), "福田区民政局：《…》答复，2020-08-20，第3段"),
        (("replied_on",), "福田区民政局：《…》答复，福民函〔2020〕43号，第3段"),
        (("passage_number",), "福田区民政局：《…》答复，福民函〔2020〕43号，2020-08-20"),
        (("agency", "title"), "福民函〔2020〕43号，2020-08-20，第3段"),
        (("agency", "title", "doc_number", "replied_on"), "第3段"),
        (("title", "doc_number", "replied_on", "passage_number"), "福田区民政局"),
        (tuple(SOURCE), ""),
    ],
)
def test_citation(absent: tuple[str, ...], expected: str) -> None:
    parts = SOURCE | dict.fromkeys(absent)
    assert citation(**parts) == expected  # type: ignore[arg-type]  # a table of keywords


def test_a_citation_is_one_line() -> None:
    made = citation(agency=" 市\n局", title="关于\n食堂", doc_number="", replied_on=None, passage_number=1)
    assert made == "市局：《关于食堂》答复，第1段"


@pytest.mark.parametrize(
    ("replied_on", "today", "expected"),
    [
        (date(2023, 3, 5), date(2025, 6, 5), "2年3个月前"),
        (date(2023, 3, 6), date(2025, 6, 5), "2年2个月前"),
        (date(2025, 1, 5), date(2025, 6, 5), "5个月前"),
        (date(2025, 5, 24), date(2025, 6, 5), "12天前"),
        (date(2025, 5, 5), date(2025, 6, 5), "1个月前"),
        (date(2025, 5, 6), date(2025, 6, 5), "30天前"),
        (date(2024, 12, 31), date(2025, 1, 1), "1天前"),
        (date(2024, 6, 5), date(2025, 6, 5), "1年前"),
        (date(2024, 6, 6), date(2025, 6, 5), "11个月前"),
        (date(2020, 2, 29), date(2021, 2, 28), "11个月前"),
        (date(2020, 2, 29), date(2021, 3, 1), "1年前"),
        (date(2025, 1, 31), date(2025, 2, 28), "28天前"),
        (date(2025, 6, 5), date(2025, 6, 5), "今天"),
        (date(2025, 6, 6), date(2025, 6, 5), "日期在今天之后"),
    ],
)
def test_age(replied_on: date, today: date, expected: str) -> None:
    assert age(replied_on, today) == expected


@pytest.mark.parametrize(
    ("number", "text", "expected"),
    [
        (1, "建立台账。", "诉求一：建立台账。"),
        (12, "建立\n台账", "诉求十二：建立台账"),
        (3, "", "诉求三"),
        (None, "助餐", "助餐"),
        (None, " ", "选取的段落"),
    ],
)
def test_the_heading_of_an_ask(number: int | None, text: str, expected: str) -> None:
    assert heading_of(point(number=number, text=text)) == expected


def test_the_facts_under_the_title() -> None:
    asks = [point(passage()), point(precedent=None), point(precedent=False), point(passage(), precedent=False)]
    assert facts_of(sheet(*asks)) == ["编号：20260031", "制表日期：2026年3月9日", "诉求4条，选取段落2个，没有先例1条"]
    basket = point(passage(), number=None, precedent=None)
    assert facts_of(sheet(basket, number=None)) == ["制表日期：2026年3月9日", "选取段落1个"]


def test_what_helps_to_judge_a_passage() -> None:
    full = ["高度相关", "2021年7月2日（4年8个月前）", "编号1087", "三、送餐上门"]
    assert note_of(passage(), TODAY) == full
    bare = passage(band=None, replied_on=None, proposal_number=None, section=None)
    assert note_of(bare, TODAY) == ["日期不详"]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://search.gov:8000/documents/a?passage=3#p", "http://search.gov:8000/documents/a?passage=3#p"),
        ("https://h/市局 1", "https://h/%E5%B8%82%E5%B1%80%201"),
        ("http://h/%E5%B8%82 100%", "http://h/%E5%B8%82%20100%25"),
        ("http://h/<b>(\"'>\\", "http://h/%3Cb%3E%28%22%27%3E%5C"),
        ("http://h/" + "a" * 3000, None),
        ("http://[bad/", None),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("/documents/1", None),
        ("", None),
        (None, None),
    ],
)
def test_a_link_is_a_web_address_or_none(address: str | None, expected: str | None) -> None:
    assert link(address) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一\r\n二\u2028三\r\n", "一\n二\n三\n"),
        ("a\x00\x07\x1bb\ud800c\uffffd\u202ee", "abcde"),
        ("表\t格 😀\ue000", "表\t格 😀\ue000"),
    ],
)
def test_a_sheet_holds_printable_text_alone(text: str, expected: str) -> None:
    assert printable(text) == passage(text=text).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# 标题", r"\# 标题"),
        ("- 项", r"\- 项"),
        ("+ 项", r"\+ 项"),
        ("1. 项", r"1\. 项"),
        ("1) 项", r"1\) 项"),
        ("> 引", r"\> 引"),
        ("===", r"\=\=\="),
        ("**重**_点_~~删~~", r"\*\*重\*\*\_点\_\~\~删\~\~"),
        ("[文](http://a.cn)", r"\[文\]\(http\:\/\/a\.cn\)"),
        ("![图][1]", r"\!\[图\]\[1\]"),
        ("[1]: http://a.cn", r"\[1\]\: http\:\/\/a\.cn"),
        ("<b>&nbsp;</b>", r"\<b\>\&nbsp;\<\/b\>"),
        ("`代码` $x^2$", r"\`代码\` \$x\^2\$"),
        ("|甲|乙|", r"\|甲\|乙\|"),
        ("www.a.cn a@b.cn", r"www\.a\.cn a\@b\.cn"),
        ("\\*", r"\\\*"),
        ("    四个空格", "四个空格"),
        ("2020-08-20，86.4%，10:30，1/2；《办法》（试行）", "2020-08-20，86.4%，10:30，1/2；《办法》（试行）"),
    ],
)
def test_markdown_of_a_letter_is_only_text(text: str, expected: str) -> None:
    assert escaped(text) == expected
    (paragraph,) = MarkdownIt("js-default", {"html": True}).disable("linkify").parse(escaped(text))[1::3]
    assert paragraph.children is not None
    assert {child.type for child in paragraph.children} == {"text"}
    assert paragraph.children[0].content == one_line(text)


def test_markdown_of_a_sheet() -> None:
    made = sheet(point(passage()), point(number=2, text="立法", context="", precedent=False))
    assert to_markdown(made) == (
        "# 关于独居老人的提案（答复参考）\n\n"
        "- 编号：20260031\n- 制表日期：2026年3月9日\n- 诉求2条，选取段落1个，没有先例1条\n\n"
        "## 诉求一：送餐上门。\n\n老人下不了楼。\n\n"
        "> 46家中有28家能送。\n>\n> 今年送出6.3万份。\n\n"
        "——[松澜市民政局：《关于加快建设长者食堂的建议》答复，松民函〔2021〕42号，2021-07-02，第4段]"
        "(<http://10.1.2.3:8000/documents/%E6%9D%BE%E6%B0%91%E5%87%BD2021-42?passage=4>)\n\n"
        "高度相关 · 2021年7月2日（4年8个月前） · 编号1087 · 三、送餐上门\n\n"
        "**拟答复：**\n\n"
        "## 诉求二：立法\n\n*没有先例*\n\n**拟答复：**\n"
    )


def test_json_gives_the_sheet_back() -> None:
    made = sheet(point(passage()), point(number=None, precedent=None))
    written = to_json(made)
    assert Sheet.model_validate_json(written) == made
    assert '\n "title": "关于独居老人的提案"' in written


any_text = st.text(max_size=80) | st.text(st.sampled_from("#*_[]()<>!`\\-+=.:/|~&1 \t\n\r\x00\ud800字"), max_size=40)
maybe = st.none() | any_text
passages = st.builds(
    SheetPassage,
    doc_id=any_text,
    passage_number=st.integers(),
    title=maybe,
    agency=maybe,
    doc_number=maybe,
    proposal_number=maybe,
    replied_on=st.none() | st.dates(date(1949, 1, 1), date(2100, 1, 1)),
    section=maybe,
    text=any_text,
    band=st.sampled_from([None, "高度相关", "相关", "可参考"]),
    citation=any_text,
    address=maybe | any_text.map("http://h/".__add__),
)
points = st.builds(
    SheetPoint,
    number=st.none() | st.integers(0, 200),
    text=any_text,
    context=any_text,
    passages=st.lists(passages, max_size=2).map(tuple),
    precedent=st.none() | st.booleans(),
)
sheets = st.builds(
    Sheet, title=maybe, number=maybe, made_on=st.just(TODAY), points=st.lists(points, max_size=2).map(tuple)
)


@settings(max_examples=150, deadline=None)
@given(sheets)
def test_any_text_goes_through_all_three_writers(made: Sheet) -> None:
    assert Sheet.model_validate_json(to_json(made)) == made
    told = [line for p in made.points for q in p.passages for line in paragraphs(q.text)]
    remaining = iter(lines_of(to_docx(made)))
    assert all(line in remaining for line in told)

    tokens = MarkdownIt("commonmark").parse(to_markdown(made))
    headings = [tokens[n + 1] for n, token in enumerate(tokens) if token.type == "heading_open"]
    assert len(headings) == 1 + len(made.points)
    inside = [child for token in tokens for child in token.children or []]
    addresses = [link(q.address) for p in made.points for q in p.passages]
    assert sum(child.type == "link_open" for child in inside) == sum(a is not None for a in addresses)
    kinds = {token.type for token in (*tokens, *inside)}
    assert not kinds & {"html_block", "html_inline", "code_block", "fence", "hr", "image", "code_inline"}
    remaining = iter([child.content for child in inside if child.type == "text"])
    assert all(one_line(line) in remaining for line in told)
