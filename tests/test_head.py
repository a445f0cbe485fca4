"""What stands around a letter's own head: a note that hands it on, labelled facts, a letterhead of several bureaus."""

import pytest

from tests.letters import parsed

BODY = "您提出的《关于增设助餐点的提案》收悉。现答复如下：\n今年增设助餐点十二处。\n云岫县民政局\n2024年6月3日"


def test_a_letter_below_a_note_is_read() -> None:
    note = "提案委：\n现将我局第12号提案答复发给你们，请查收。\n"
    letter = f"云岫县民政局\n关于县政协九届二次会议第12号提案的答复\n秦梦溪委员：\n{BODY}"
    document = parsed(f"发件人：局办公室\n主题：提案答复\n{note}{letter}")
    assert document.heading == "云岫县民政局关于县政协九届二次会议第12号提案的答复"
    assert (document.addressees, document.proposal_number, document.role) == (("秦梦溪",), "12", "lead")
    assert "请查收" in document.text


@pytest.mark.parametrize(
    "heading",
    [
        "关于县政协九届二次会议第12号提案办理情况的说明",
        "关于县政协九届二次会议第12号提案的复信",
        "关于县政协九届二次会议第12号提案办理结果的通知",
        "云岫县政协提案办理答复函",
        "关于季某反映路灯不亮问题的回信",
    ],
)
def test_headings(heading: str) -> None:
    assert parsed(f"{heading}\n秦梦溪委员：\n{BODY}").heading == heading


def test_the_last_bureau_of_a_joint_letterhead_is_not_of_the_heading() -> None:
    heading = "关于县政协九届二次会议第12号提案的联合答复"
    document = parsed(f"云岫县民政局\n云岫县财政局\n{heading}\n秦梦溪委员：\n{BODY}")
    assert document.heading == heading


def test_facts_above_a_reply_without_salutation() -> None:
    facts = "提案人：秦梦溪\n提案题目：关于增设助餐点的提案\n会办单位：县财政局\n答复时间：2024年6月3日\n办理意见："
    document = parsed(f"云岫县民政局对县政协九届二次会议第12号提案的办理意见\n{facts}\n今年增设助餐点十二处。\n")
    assert document.title == "关于增设助餐点的提案"
    assert document.co_agencies == ("县财政局",)
    assert document.replied_on is not None
    assert document.sections[0].start == document.text.index("今年增设")


def test_a_number_line_with_the_class_is_not_glued_to_the_heading() -> None:
    heading = "关于《关于增设助餐点的提案》办理情况的复函"
    document = parsed(f"云岫机场有限公司\n云机函〔2024〕18号        分类：A\n{heading}\n云岫县工商业联合会：\n{BODY}")
    assert (document.heading, document.doc_number, document.outcome) == (heading, "云机函〔2024〕18号", "A")
    assert document.addressees == ("云岫县工商业联合会",)


def test_a_scan_with_its_characters_apart() -> None:
    document = parsed(
        "云 岫 县 民 政 局\n关 于 县 政 协 九 届 二 次 会 议 第 12 号 提 案 的 答 复\n秦 梦 溪 委 员 ：\n"
        "您 提 出 的 《 关 于 增 设 助 餐 点 的 提 案 》 收 悉 。 现 答 复 如 下 ：\n今 年 增 设 助 餐 点 十 二 处 。"
    )
    assert document.title == "关于增设助餐点的提案"
    assert document.heading == "关于县政协九届二次会议第12号提案的答复"
    assert document.addressees == ("秦梦溪",)


def test_the_number_of_a_case_is_no_proposals() -> None:
    document = parsed(
        "云岫县人民法院\n给周某来信的答复\n周某：\n你写给院长的信（2022年9月5日）收到了，答复如下：\n"
        "（2021）云执字第318号案件已执行到位六万元。\n云岫县人民法院\n2022年9月15日"
    )
    assert (document.proposal_kind, document.proposal_numbers) == ("message", ())
    assert document.asked_on is not None
    assert document.asked_on.isoformat() == "2022-09-05"


def test_a_joint_reply_to_both_kinds_has_the_kind_named_first() -> None:
    document = parsed(f"对县十七届人大二次会议第47号建议及县政协十届二次会议第203号提案的答复\n秦梦溪代表：\n{BODY}")
    assert (document.proposal_kind, document.proposal_numbers) == ("npc", ("47", "203"))
