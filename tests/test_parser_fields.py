"""Each field that is read off a letter, in the forms in which people write it."""

from datetime import date

import pytest

from corpus.types import Session
from tests.letters import letter, parsed


@pytest.mark.parametrize(
    ("heading", "kind", "numbers", "session"),
    [
        ("关于对政协十届三次会议第52号提案的答复", "cppcc", ("52",), (10, 3)),
        ("对县政协十一届四次会议第53号提案的答复函", "cppcc", ("53",), (11, 4)),
        ("关于区十九届人大第六次会议第DH0271号建议办理情况的复函", "npc", ("DH0271",), (19, 6)),
        ("对十三届全国人大五次会议第1234号建议的答复", "npc", ("1234",), (13, 5)),
        ("关于对政协松澜市第十届委员会第一次会议第 0093 号提案答复的函", "cppcc", ("0093",), (10, 1)),
        (
            "松澜市教育局关于市政协十届三次会议第2024015、2024088号提案的并案答复",
            "cppcc",
            ("2024015", "2024088"),
            (10, 3),
        ),
        ("关于市人大十四届二次会议第12号、第15号建议的答复", "npc", ("12", "15"), (14, 2)),
        ("关于市政协第十届二次会议第五十二号提案的答复", "cppcc", ("52",), (10, 2)),
        ("关于市十四届人大二次会议第２０２３０１１８号建议的答复", "npc", ("20230118",), (14, 2)),
        ("关于区政协六届四次全会第041号提案的复函", "cppcc", ("041",), (6, 4)),
        ("松澜市城市管理局关于政协第20230046号提案的回复", "cppcc", ("20230046",), None),
    ],
)
def test_heading(heading: str, kind: str, numbers: tuple[str, ...], session: tuple[int, int] | None) -> None:
    document = parsed(letter(heading=heading, opening="您提出的《关于增设长者食堂的建议》收悉。现答复如下："))
    assert document.heading == heading
    assert document.proposal_kind == kind
    assert document.proposal_numbers == numbers
    assert document.proposal_number == numbers[0]
    assert document.session == (Session(term=session[0], meeting=session[1]) if session else None)


def test_heading_broken_over_lines_with_letterhead_and_number_above() -> None:
    head = "松 澜 市 民 政 局\n松民函〔2023〕 51 号\n\n松澜市民政局关于市政协十届二次会议\n第20230112号提案的答复\n"
    document = parsed(letter(heading=head))
    assert document.heading == "松澜市民政局关于市政协十届二次会议第20230112号提案的答复"
    assert document.doc_number == "松民函〔2023〕51号"
    assert document.doc_id == "松澜市民政局:松民函〔2023〕51号"


@pytest.mark.parametrize(
    ("salutation", "addressees", "role"),
    [
        ("张三、李四光委员：", ("张三", "李四光"), "lead"),
        ("尊敬的欧阳明代表：", ("欧阳明",), "lead"),
        ("各位代表：", (), "lead"),
        ("民盟区委会：", ("民盟区委会",), "lead"),
        ("市工商联：", ("市工商联",), "lead"),
        ("区民政局：", ("区民政局",), "opinion"),
        ("市卫生健康委员会:", ("市卫生健康委员会",), "opinion"),
        ("张 三、李四光代表：", ("张三", "李四光"), "lead"),
        ("王 海委员、李  芳委员：", ("王海", "李芳"), "lead"),
        ("市政协委员王海同志：", ("王海",), "lead"),
        ("人大代表李芳：", ("李芳",), "lead"),
        ("王小明等5位委员：", ("王小明",), "lead"),
    ],
)
def test_salutation(salutation: str, addressees: tuple[str, ...], role: str) -> None:
    document = parsed(letter(salutation=salutation))
    assert document.addressees == addressees
    assert document.role == role


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2023年6月18日", date(2023, 6, 18)),
        ("2023 年 6 月 18 日", date(2023, 6, 18)),
        ("二〇二三年六月十八日", date(2023, 6, 18)),
        ("二○二三年十二月三十一日", date(2023, 12, 31)),
        ("２０２３年６月１８日", date(2023, 6, 18)),
        ("2023-06-18", date(2023, 6, 18)),
        ("2023.6.18", date(2023, 6, 18)),
        ("2 0 2 3 年 6 月 1 8 日", date(2023, 6, 18)),
        ("2025610", None),
        ("2023年月日", None),
        ("2023年13月40日", None),
        ("", None),
    ],
)
def test_date(line: str, expected: date | None) -> None:
    assert parsed(letter(closing=f"感谢您的关心。\n松澜市民政局\n{line}")).replied_on == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("办复类别：A", "A"),
        ("答复类别：b", "B"),
        ("办理类别：C类", "C"),
        ("办理结果：D", "D"),
        ("办复类别：甲", "A"),
        ("（办理类别：乙）", "B"),
        ("办理类别： Ａ", "A"),
        ("办理类别 | A", "A"),
        ("办理类别：（A）类", "A"),
        ("办理类别：[B]", "B"),
        ("办理结果：已解决或采纳（A）", "A"),
        ("公开方式：主动公开", None),
    ],
)
@pytest.mark.parametrize("place", ["head", "closing"])
def test_outcome(line: str, expected: str | None, place: str) -> None:
    text = f"{line}\n{letter()}" if place == "head" else f"{letter()}\n{line}"
    assert parsed(text).outcome == expected


@pytest.mark.parametrize(
    ("lines", "names", "phones", "emails"),
    [
        ("（联系人：周小平，联系电话：86601234）", ("周小平",), ("86601234",), ()),
        ("联系人：周小平\n联系电话：0990-86601234", ("周小平",), ("0990-86601234",), ()),
        ("承办人：周小平、欧阳敏   电话：13000001234", ("周小平", "欧阳敏"), ("13000001234",), ()),
        ("联系单位及电话：市民政局养老科 86601234", (), ("86601234",), ()),
        ("联系人：周 平；邮箱：yl.ke@songlan.example.cn", ("周平",), (), ("yl.ke@songlan.example.cn",)),
    ],
)
def test_contact(lines: str, names: tuple[str, ...], phones: tuple[str, ...], emails: tuple[str, ...]) -> None:
    contact = parsed(letter(closing=f"感谢您的关心。\n松澜市民政局\n2023年6月18日\n{lines}")).contact
    assert contact is not None
    assert (contact.names, contact.phones, contact.emails) == (names, phones, emails)


@pytest.mark.parametrize(
    "line",
    [
        "松民函〔2023〕 51 号",
        "松 民 函〔2023〕51号",
        "发文字号:松民函〔2023〕51号  公开类别：主动公开",
        "松民函[2023]51号    签发人：李明",
    ],
)
def test_document_number_line(line: str) -> None:
    assert parsed(f"{line}\n{letter()}").doc_number == "松民函〔2023〕51号"


def test_no_contact_is_none() -> None:
    assert parsed(letter(closing="专此答复。\n松澜市民政局\n2023年6月18日")).contact is None


def test_signed_by_several_bureaus() -> None:
    document = parsed(
        letter(
            heading="关于第20230112号提案的联合答复",
            closing="此致\n敬礼！\n松澜市教育局\n松澜市残疾人联合会\n2023年6月18日\n抄送：市政协提案委、市政府督查室。",
        )
    )
    assert document.agency == "松澜市教育局"
    assert document.co_agencies == ("松澜市残疾人联合会",)
    assert document.replied_on == date(2023, 6, 18)
    assert document.sections[-1].role == "closing"
    assert document.text[document.sections[-1].start :].startswith("此致")


@pytest.mark.parametrize(
    ("opening", "title"),
    [
        ("您提出的《关于增设长者食堂的提案》收悉。现答复如下：", "关于增设长者食堂的提案"),
        ("您提出的《建设“5G+AI”食堂的建议（第 2024121 号）》收悉。现答复如下：", "建设“5G+AI”食堂的建议"),
        (
            "你们提出的《贯彻〈养老服务条例〉，办好食堂》（第52号，以下简称《提案》）收悉。现答复如下：",
            "贯彻〈养老服务条例〉，办好食堂",
        ),
        ("您提出的关于增设长者食堂的建议收悉。现答复如下：", "关于增设长者食堂的建议"),
        ("您提出的“增设食堂，打造‘五分钟’生活圈”的提案收悉。现答复如下：", "增设食堂，打造‘五分钟’生活圈"),
        ("来函收悉。现答复如下：", None),
    ],
)
def test_title(opening: str, title: str | None) -> None:
    assert parsed(letter(heading="松澜市民政局关于第52号提案的答复", opening=opening)).title == title


@pytest.mark.parametrize(
    ("heading", "points"),
    [
        ("（一）关于“增设食堂”的建议", ("增设食堂",)),
        ("（二）关于“增设食堂”和“送餐上门”建议", ("增设食堂", "送餐上门")),
        ("（三）关于建立“时间银行”问题", ("建立“时间银行”",)),
        ("四、关于提高补贴标准的问题", ("提高补贴标准",)),
        ("1.关于您提出的“送餐上门”的建议。", ("送餐上门",)),
        ("二、办理情况", ()),
        ("（一）加快建设。", ()),
    ],
)
def test_answered_points(heading: str, points: tuple[str, ...]) -> None:
    assert parsed(letter(body=f"{heading}\n我局今年安排专项资金三百万元，用于补助新建食堂。")).answered_points == points
