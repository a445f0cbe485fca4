"""Whole letters are parsed: the real ones, the sample archive, and forms found elsewhere."""

import json
from datetime import date
from typing import Any

import pytest

from corpus.documents import read_documents
from corpus.types import Document, Session
from tests.letters import SAMPLE, SHARED, letter, parsed

SAMPLE_EXPECTED: dict[str, dict[str, Any]] = json.loads(
    (SAMPLE.parents[2] / "tests" / "data" / "sample_expected.json").read_text(encoding="utf-8")
)


def read_off(document: Document, names: list[str]) -> dict[str, Any]:
    """The fields of a document, some of them reduced to a count."""
    facts = document.to_json()
    facts["contact_present"] = document.contact is not None
    facts["question_present"] = document.question is not None
    facts["addressees_count"] = len(document.addressees)
    facts["addressees_first"] = document.addressees[0] if document.addressees else None
    return {name: facts[name] for name in names}


@pytest.mark.skipif(not (SHARED / "letters.expected.json").is_file(), reason="the five real letters are not here")
def test_the_five_real_letters() -> None:
    expected = json.loads((SHARED / "letters.expected.json").read_text(encoding="utf-8"))
    assert len(expected) == 5
    for name, record in expected.items():
        (document,) = read_documents(SHARED / "letters" / name, name)
        assert isinstance(document, Document)
        assert read_off(document, list(record)) == record, name


@pytest.mark.parametrize("name", sorted(SAMPLE_EXPECTED))
def test_sample_letter(name: str) -> None:
    (document,) = read_documents(SAMPLE / name, name)
    assert isinstance(document, Document)
    record = SAMPLE_EXPECTED[name]
    assert read_off(document, list(record)) == record


def test_sections_levels_headings_and_roles() -> None:
    body = (
        "我局高度重视。\n一、基本情况\n全市有食堂六十八家。\n二、办理情况\n（一）加密布点。今年新建十二家，重点补齐东塘街道和陶坊街道的空白。\n"
        "1.送餐上门。对失能老人由志愿者送餐，每餐补贴两元。\n三、存在的困难\n老城区缺少合适的场地。\n四、下一步打算\n年底前实现全覆盖。"
    )
    document = parsed(letter(body=body))
    assert [(s.level, s.heading, s.role) for s in document.sections] == [
        (1, None, "opening"),
        (1, "一、基本情况", "situation"),
        (1, "二、办理情况", "answer"),
        (2, "（一）加密布点。", "answer"),
        (3, "1.送餐上门。", "answer"),
        (1, "三、存在的困难", "difficulty"),
        (1, "四、下一步打算", "plan"),
        (1, None, "closing"),
    ]


def test_long_items_are_sections_and_short_ones_are_not() -> None:
    long_items = "一是完善政策。" + "出台办法并明确标准。" * 12 + "二是加大投入。" + "安排资金并加强监管。" * 12
    headings = [s.heading for s in parsed(letter(body=f"一、办理情况\n{long_items}")).sections]
    assert headings[2:4] == ["一是完善政策。", "二是加大投入。"]
    short_items = "一是完善政策；二是加大投入；三是加强监管。"
    assert len(parsed(letter(body=f"一、办理情况\n{short_items}")).sections) == 3


def test_a_letter_without_headings_still_has_an_opening_an_answer_and_a_plan() -> None:
    body = "我局今年新建食堂十二家。\n失能老人由志愿者送餐上门。\n下一步，我局将继续补齐空白。"
    assert [s.role for s in parsed(letter(body=body)).sections] == ["opening", "answer", "plan", "closing"]


def test_plan_without_heading_is_a_section_of_its_own() -> None:
    body = "一、办理情况\n今年新建食堂十二家。\n下一步，我局将继续补齐空白，明年实现全覆盖。"
    roles = [(s.role, s.heading) for s in parsed(letter(body=body)).sections]
    assert roles == [("opening", None), ("answer", "一、办理情况"), ("plan", None), ("closing", None)]


def test_citations_are_what_the_letter_cites_and_not_the_proposal() -> None:
    body = (
        "一、依据\n根据《松澜市养老服务条例》和《关于发展老年助餐的通知》（松民发〔2022〕15号），"
        "《提案》所提已列入计划。"
    )
    citations = parsed(letter(body=body)).citations
    assert [(c.title, c.number) for c in citations] == [
        ("松澜市养老服务条例", None),
        ("关于发展老年助餐的通知", "松民发〔2022〕15号"),
    ]


def test_a_text_that_is_no_letter_is_still_a_document() -> None:
    document = parsed("全市长者食堂统计说明。\n截至年底共有六十八家，分布在三十八个街道。")
    assert document.text == "全市长者食堂统计说明。\n截至年底共有六十八家，分布在三十八个街道。"
    assert (document.title, document.agency, document.replied_on, document.contact) == (None, None, None, None)
    assert document.addressees == ()
    assert document.doc_id == "信.txt"
    assert [s.role for s in document.sections] == ["opening"]


@pytest.mark.parametrize(
    "tail",
    [
        "抄送：市政府督查室。\n松澜市民政局办公室　2023年6月20日印发",
        "附件：1.建设清单\n2.点位表\n序号 | 街道 | 数量",
        "（此件公开发布）",
        "提案人对办理情况的意见：满意",
        "责任编辑：张三",
        "邮编：310000",
        "市政协提案委、市政府督查室",
    ],
)
def test_what_stands_below_the_signature_hides_nothing(tail: str) -> None:
    document = parsed(letter(closing=f"感谢您的关心。\n松澜市民政局\n2023年6月18日\n{tail}"))
    assert (document.agency, document.replied_on) == ("松澜市民政局", date(2023, 6, 18))
    assert document.text[document.sections[-1].start :].startswith("感谢")


@pytest.mark.parametrize(
    "line", ["松澜市民政局 2023年6月18日", "松澜市民政局2023年6月18日", "松澜市民政局　二〇二三年六月十八日"]
)
def test_bureau_and_date_on_one_line(line: str) -> None:
    document = parsed(letter(heading="关于第52号提案的答复", closing=f"感谢您的关心。\n{line}"))
    assert (document.agency, document.replied_on) == ("松澜市民政局", date(2023, 6, 18))


@pytest.mark.parametrize("name", ["教育部", "中共松澜市委组织部", "松澜市人民医院", "松澜市图书馆", "松澜市总工会"])
def test_other_offices_sign_too(name: str) -> None:
    assert (
        parsed(letter(heading="关于第52号提案的答复", closing=f"感谢您的关心。\n{name}\n2023年6月18日")).agency == name
    )


def test_columns_for_what_the_text_does_not_say() -> None:
    fields = {
        "session": "市政协十四届三次会议",
        "addressees": "王海涛、李娜",
        "co_agencies": "市住建局、市城管局",
        "role": "会办",
    }
    document = parsed("全市长者食堂共六十八家，每餐补贴两元，年底前再建十二家。", **fields)
    assert document.session == Session(term=14, meeting=3)
    assert document.addressees == ("王海涛", "李娜")
    assert document.co_agencies == ("市住建局", "市城管局")
    assert document.role == "opinion"


def test_a_heading_may_begin_with_a_year() -> None:
    body = "一、2023年工作开展情况\n新建食堂十二家。\n二、2024年工作计划\n1.2024年再建三十家\n资金已列入预算。"
    assert [s.heading for s in parsed(letter(body=body)).sections if s.heading] == [
        "一、2023年工作开展情况",
        "二、2024年工作计划",
        "1.2024年再建三十家",
    ]


def test_counts_are_no_numbers_of_proposals() -> None:
    document = parsed("关于建议提案办理情况的报告\n今年全市共承办人大代表建议236件、政协提案318件，全部按期答复。")
    assert document.proposal_numbers == ()


def test_joint_replies_do_not_cite_the_proposals_they_answer() -> None:
    opening = "您提出的《关于停车难的提案》（第52号）和《关于完善物业管理的提案》（第108号）收悉。现答复如下："
    assert parsed(letter(opening=opening)).citations == ()


def test_message_board_page_with_label_and_text_on_one_line() -> None:
    text = (
        "答复单位：市教育局\n答复时间：2024-03-09\n来信内容：小学什么时候招生？\n孩子今年六岁。\n"
        "答复内容：您好，今年六月十日起网上报名。"
    )
    document = parsed(text)
    assert document.question == "小学什么时候招生？\n孩子今年六岁。"
    assert (document.agency, document.replied_on) == ("市教育局", date(2024, 3, 9))
    assert document.text == "您好，今年六月十日起网上报名。"


def test_message_board_page_copied_as_text() -> None:
    text = (
        "留言主题：路灯不亮\n留言时间：2022-11-07\n【网友留言】\n东塘路的路灯三个月没亮了，晚上很黑。\n【官方回复】\n"
        "回复单位：松澜市城市管理局\n回复时间：2022-11-16\n网友：\n您好！东塘路路灯已于11月10日修复，共更换灯具十二盏。\n感谢您的监督。"
    )
    document = parsed(text)
    assert document.proposal_kind == "message"
    assert document.title == "路灯不亮"
    assert document.question == "东塘路的路灯三个月没亮了，晚上很黑。"
    assert (document.agency, document.replied_on) == ("松澜市城市管理局", date(2022, 11, 16))
    assert "三个月没亮" not in document.text


def test_columns_of_a_table_are_stated_by_their_owner() -> None:
    document = parsed(letter(), agency="松澜市老龄办", replied_on="2024-01-02", doc_id="A 1", title="食堂")
    assert document.agency == "松澜市民政局"  # a file's own table speaks only where the letter is silent
    assert document.replied_on == date(2023, 6, 18)
    assert (document.doc_id, document.title) == ("A_1", "食堂")
