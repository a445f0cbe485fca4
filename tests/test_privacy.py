"""Personal data in the forms that letters have it, and what looks like it and is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.privacy import find_personal_data, mask, mask_document
from tests.letters import letter, parsed


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("（联系人：周小平，联系电话：86601234）", "（联系人：周**，联系电话：86******）"),
        ("(联系人:欧阳敏,联系方式:0990-86601234)", "(联系人:欧**,联系方式:099**********)"),
        ("承办人：周小平、李明   电话：13000001234", "承办人：周**、李*   电话：130********"),
        ("联 系 人：周 平", "联 系 人：周 *"),
        ("经办人及联系电话：周小平，8660 1234", "经办人及联系电话：周**，86** ****"),
        ("请致电86601234咨询", "请致电86******咨询"),
        ("手机130 0000 1234", "手机130 **** ****"),
        ("邮箱yl.ke@songlan.example.cn", "邮箱y****@songlan.example.cn"),
        ("身份证号11010519491231002X", "身份证号110***************"),
        ("电话：86601234、86605678", "电话：86******、86******"),
        ("联系人及电话：周小平 86601234；李明 86605678", "联系人及电话：周** 86******；李* 86******"),
        (
            "（联系人：市民政局周小平，86601234；市残联 李明，86605678）",
            "（联系人：市民政局周**，86******；市残联 李*，86******）",
        ),
        ("联系人：轨道交通科 周小平，电话：８６６０１２３４", "联系人：轨道交通科 周**，电话：８６******"),
        ("联系电话：0990一86601234", "联系电话：099**********"),
        ("（0990）86601234", "（09***********"),
    ],
)
def test_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "福民函〔2020〕43号",
        "第20200110号提案",
        "第 2025185 号",
        "建议第 20250025 号",
        "投入资金13000001234元",
        "规模保费86601234元",
        "2025年9月25日",
        "20250925",
        "面积 78.66 平方公里",
        "请拨打12345热线",
        "受理电话：12345",
        "累计服务13812345678人次",
        "联系人民群众最密切的工作",
        "联系单位：市民政局养老服务科",
        "联系人所在社区",
        "国卫老龄发〔2019〕60号",
    ],
)
def test_not_masked(text: str) -> None:
    assert mask(text) == text


@given(st.text(alphabet="联系人：周小平电话手机，。86601234 @ab.cn13000001234-（）\n", max_size=80))
def test_mask_keeps_every_length_and_hides_what_it_found(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    changed = {i for i, (a, b) in enumerate(zip(text, masked, strict=True)) if a != b}
    inside = {i for item in find_personal_data(text) for i in range(item.start, item.end)}
    assert changed <= inside


def test_headings_and_titles_are_masked_too() -> None:
    document = mask_document(parsed(letter(body="二、联系人：周小平，电话：86601234\n今年新建食堂十二家。")))
    assert "86601234" not in str(document.to_json())
    assert [s.heading for s in document.sections if s.heading] == ["二、联系人：周**，电话：86******"]
    for section in document.sections:
        if section.heading:
            assert document.text[section.start :].startswith(section.heading)


def test_a_document_leaves_the_system_masked_and_its_offsets_hold() -> None:
    document = parsed(letter())
    safe = mask_document(document)
    assert document.contact is not None
    assert safe.contact is not None
    assert (document.contact.phones, safe.contact.phones) == (("86601234",), ("86******",))
    assert (document.contact.names, safe.contact.names) == (("周小平",), ("周**",))
    assert "86601234" in document.text
    assert "86601234" not in str(safe.to_json())
    assert "周小平" not in str(safe.to_json())
    assert len(safe.text) == len(document.text)
