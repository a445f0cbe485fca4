"""Whom a letter is written to: names in full, where the salutation has a surname alone; spread, masked, and bodies."""

import pytest

from tests.letters import parsed

HEADING = "云岫县人民法院关于县人大九届二次会议第12号建议的答复"
BODY = "您提出的《关于巡回审判的建议》收悉。现答复如下：\n今年设巡回点十二个。\n云岫县人民法院\n2024年6月3日"


@pytest.mark.parametrize(
    ("salutation", "addressees"),
    [
        ("史 青 山 代表：", ("史青山",)),
        ("郎　月　代表：", ("郎月",)),
        ("县人大常委会代表工作室并窦梨花代表：", ("县人大常委会代表工作室", "窦梨花")),
        ("褚某：", ("褚某",)),
        ("尊敬的褚**：", ("褚**",)),
        ("柏代表：", ("柏代表",)),
    ],
)
def test_salutation(salutation: str, addressees: tuple[str, ...]) -> None:
    assert parsed(f"{HEADING}\n{salutation}\n{BODY}").addressees == addressees


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADING.replace('第12号', '柏映川代表第12号')}\n尊敬的柏代表：\n{BODY}",
        f"{HEADING}\n代表姓名：柏映川\n柏代表：\n{BODY}",
        f"{HEADING}\n柏代表：\n{BODY.replace('您', '您（柏映川）', 1)}",
        f"{HEADING}\n柏代表：\n{BODY}\n主送：柏映川代表",
        f"{HEADING}\n代表姓名：柏映川\n建议标题：关于巡回审判的建议\n答复内容：\n今年设巡回点十二个。",
    ],
)
def test_the_full_name(text: str) -> None:
    assert parsed(text).addressees == ("柏映川",)


def test_a_message_told_in_the_opening() -> None:
    document = parsed(
        "云岫县水利局关于信访事项的答复意见书\n褚某：\n您3月14日来信反映西坝渠道漏水无人修补的问题，我局已受理。"
        "现答复如下：\n渠道已于五月修好。\n云岫县水利局\n2024年1月9日"
    )
    assert document.question == "西坝渠道漏水无人修补"
    assert document.asked_on is not None
    assert document.asked_on.isoformat() == "2023-03-14"


def test_the_office_that_prints_is_no_other_bureau() -> None:
    document = parsed(f"{HEADING}\n柏映川代表：\n{BODY}\n抄送：县人大\n云岫县人民法院办公室  2024年6月4日印")
    assert (document.agency, document.co_agencies) == ("云岫县人民法院", ())
    assert document.replied_on is not None
    assert document.replied_on.day == 3
