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
        ("联系电话：１３８１２３４５６７８", "联系电话：１３８********"),
        ("邮箱：zhangsan＠163.com", "邮箱：z*******＠163.com"),
        ("电话：０５７１－８６６０１２３４", "电话：０５７**********"),
        ("联系人：周伟成同志", "联系人：周**同志"),
        ("联系人：周伟成科长", "联系人：周**科长"),
        ("联系人：周伟成副主任，86601234", "联系人：周**副主任，86******"),
        ("联系人：绿化处处长李建国", "联系人：绿化处处长李**"),
        ("联系电话：13812345678.", "联系电话：138********."),
        ("联系电话13812345678张三", "联系电话138********张三"),
        ("联系电话：86601234张三", "联系电话：86******张三"),
        ("王强 0755-8291 0001", "王强 075****** ****"),
        ("致电0571 8654 3210", "致电057* **** ****"),
        ("0571—8765 4321", "057****** ****"),
        ("联络员：钱大有", "联络员：钱**"),
        ("联络人：钱大有", "联络人：钱**"),
        ("联系人为钱大有", "联系人为钱**"),
        ("来信人：张建国", "来信人：张**"),
        ("网友姓名：张三", "网友姓名：张*"),
        ("座机：82345678", "座机：82******"),
        ("固话：82345678", "固话：82******"),
        ("小灵通 82345678", "小灵通 82******"),
        ("联系处室：法规处 82345678", "联系处室：法规处 82******"),
        ("联系单位及电话：市民政局养老科 86601234", "联系单位及电话：市民政局养老科 86******"),
        ("请致电我局养老科86601234或86605678", "请致电我局养老科86******或86******"),
        ("电话：\n82345678", "电话：\n82******"),
        ("联系人：\n钱大有", "联系人：\n钱**"),
        ("联系人：阿依古丽·买买提", "联系人：阿*******"),
        ("联系人：孙 悟 空", "联系人：孙 * *"),
        ("联系人：周 平 电 话：86601234", "联系人：周 * 电 话：86******"),
        ("联系人 周小平 86601234", "联系人 周** 86******"),
        ("电话：13812345678、86601234", "电话：138********、86******"),
        ("电话13812345678、86601234", "电话138********、86******"),
        ("联系人（市民政局）：周小平", "联系人（市民政局）：周**"),
        ("**联系电话**：86601234", "**联系电话**：86******"),
        ("联系电话\n86601234", "联系电话\n86******"),
        ("手机号码 86601234", "手机号码 86******"),
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
        "热线接听量8654321件",
        "电话回访1234567人次",
        "12345热线全年受理群众诉求1562345件",
        "受理热线：全年接到诉求1562345余件",
        "热线电话开通以来，2021 2022年",
        "电话：2021 2022年",
        "手机注册用户达12345678户",
        "拨打电话1234567人次",
        "明确一名联系人 负责对接",
        "经办人员 集中培训",
        "联系人为社区居民",
        "服务热线：400-123-4567",
        "索引号 SL0707-2024-0036",
        "电话：12345，备案号：松ICP备05000990号",
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
