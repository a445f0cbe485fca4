"""The forms in which bureaus, mailboxes and hotlines write: heads, salutations, labels and ends, each in variants."""

from datetime import date

import pytest

from corpus.passages import split
from corpus.types import Document, Session
from tests.letters import letter, parsed


def passages(document: Document) -> list[str]:
    return [passage.text for passage in split(document)]


@pytest.mark.parametrize(
    ("line", "addressees"),
    [
        ("林秀兰、周大同等6位代表", ("林秀兰", "周大同")),
        ("林秀兰（等6名）代表：", ("林秀兰",)),
        ("民盟松澜市委会", ("民盟松澜市委会",)),
        ("市政协社会和法制委员会：", ("市政协社会和法制委员会",)),
        ("农工党东塘区总支、郁可心委员、市政协委员薄云川：", ("农工党东塘区总支", "郁可心", "薄云川")),
        ("尊敬的秋原主席：", ("秋原",)),
        ("谭 松 代表", ("谭松",)),
        ("王海涛：", ("王海涛",)),
        ("信访人蒲大成：", ("蒲大成",)),
        ("广大网友：", ()),
        ("热心市民：", ()),
        ("尊敬的领导：", ()),
    ],
)
def test_a_salutation_names_persons_or_bodies(line: str, addressees: tuple[str, ...]) -> None:
    document = parsed(letter(salutation=line))
    assert document.addressees == addressees
    assert passages(document)[0].startswith("全市现有")


@pytest.mark.parametrize(
    "line",
    [
        *(
            "今天是：",
            "内容：",
            "相关稿件：",
            "提案人：",
            "委员：",
            "温馨提示：",
            "建议内容：",
            "人大代表建议：",
            "办理情况：",
            "时间：",
        ),
        *(
            "联系方式：",
            "路径：",
            "程序：",
            "高度重视：",
            "来信人",
            "代表委员",
            "安全提示：",
            "市民诉求：",
            "网友留言：",
            "群众反映：",
        ),
    ],
)
def test_a_label_is_no_salutation(line: str) -> None:
    text = letter(salutation=line, opening="全市现有长者食堂六十八家。", heading="长者食堂情况说明")
    assert parsed(text).addressees == ()


@pytest.mark.parametrize(
    "above",
    [
        "文　　号：松民函〔2023〕51号    公 开 属 性：主动公开    办 理 结 果：B",
        "松民函〔2023〕51号                B类",
        "B类  松民函〔2023〕51号  签发人：高远",
        "类  别：B\n\n松民函〔2023〕51号",
        "（办复类别：B）\n文号：松民函〔2023〕51号",
        "索引号：001-2023 主题分类：民政 发布机构：松澜市民政局\n松民函〔2023〕51号（B）",
    ],
)
def test_labels_in_every_spacing_and_several_to_a_line(above: str) -> None:
    document = parsed(f"{above}\n{letter()}")
    assert (document.doc_number, document.outcome) == ("松民函〔2023〕51号", "B")
    assert document.heading == "松澜市民政局关于市政协十届二次会议第20230112号提案的答复"


@pytest.mark.parametrize(
    "closing",
    [
        "松澜市民政局\n2023年6月18日\n（此件公开）\n抄送：市人大代工委\n联系人：张三 电话：8660000\n附件：1.点位图",
        "单位（盖章）：松澜市民政局\n日期：2023年6月18日",
        "单位名称：松澜市民政局\n答复日期：2023-06-18",
        "2023年6月18日\n松澜市民政局\n责任编辑：苗青\n【打印】【关闭】",
        "松澜市民政局\n2023-06-18 10:30",
        "松澜市民政局\n二〇二三年六月十八日\n相关链接：\n关于第53号提案的答复",
        "感谢您的关心！松澜市民政局 2023年6月18日",
    ],
)
def test_who_signs_and_when_whatever_stands_below(closing: str) -> None:
    document = parsed(letter(heading="关于第52号提案的答复", closing=closing))
    assert (document.agency, document.replied_on) == ("松澜市民政局", date(2023, 6, 18))
    assert not any("松澜市民政局" in text or "感谢" in text or "编辑" in text for text in passages(document))


def test_an_unsigned_page_has_its_source_for_agency() -> None:
    head = "关于第52号提案的答复\n日期：2024-05-08 来源：松澜市民政局 作者：办公室 点击：23次 【字体：大 中 小】"
    document = parsed(letter(heading=head, closing="感谢您的关心！\n【打印】【关闭】"))
    assert (document.agency, document.replied_on) == ("松澜市民政局", None)


@pytest.mark.parametrize("source", ["网络", "松澜日报", "本站原创", "松澜市政府门户网站"])
def test_a_source_that_is_no_bureau_is_no_agency(source: str) -> None:
    head = f"关于第52号提案的答复\n发布时间：2024-05-08 来源：{source}"
    assert parsed(letter(heading=head, closing="感谢您的关心！")).agency is None


@pytest.mark.parametrize(
    ("opening", "title"),
    [
        ("您提出的“关于推广“积分换物”垃圾分类的提案”收悉。现答复如下：", "关于推广“积分换物”垃圾分类的提案"),
        ("您提出的关于“打通峡口路的建议”收悉，现答复如下：", "关于打通峡口路的建议"),
        ("您提出的关于“关于改造粮站路”的建议收悉，现答复如下：", "关于改造粮站路的建议"),
        ("您提出的《破解“有书无人借”  让图书“活”起来》收悉。现答复如下：", "破解“有书无人借” 让图书“活”起来"),
    ],
)
def test_quotation_marks_in_and_around_a_title(opening: str, title: str) -> None:
    assert parsed(letter(heading="关于第52号提案的答复", opening=opening)).title == title


@pytest.mark.parametrize(
    ("heading", "numbers"),
    [
        ("对市人大十五届二次会议第B（2029）331号建议的答复", ("331",)),
        ("关于市政协十届二次会议第DH0214号、A12号提案的答复", ("DH0214", "A12")),
        ("关于市政协十届二次会议《关于停车的提案》（99号）的答复", ("99",)),
        ("关于市政协十届二次会议第00873号（农业水利类097号）提案的答复摘要", ("00873",)),
    ],
)
def test_numbers_of_proposals(heading: str, numbers: tuple[str, ...]) -> None:
    document = parsed(letter(heading=heading, opening="您提出的《关于停车的提案》收悉。现答复如下："))
    assert document.proposal_numbers == numbers


def test_a_heading_with_its_title_behind_a_colon() -> None:
    heading = "关于市政协十届二次会议第52号提案的答复：关于增设长者食堂的提案"
    document = parsed(letter(heading=heading, opening="您提出的提案收悉。现答复如下："))
    assert document.heading == "关于市政协十届二次会议第52号提案的答复"
    assert (document.title, document.session) == ("关于增设长者食堂的提案", Session(term=10, meeting=2))


def test_a_ministry_writes_without_a_salutation() -> None:
    text = (
        "民政事务部对十四届全国人大三次会议\n第2231号建议的答复\n民人字〔2025〕第102号\n"
        "你们提出的《关于规范墓位管理费的建议》收悉，经商财政部，现答复如下：\n一、现行规定\n墓位维护费由公墓收取。\n"
        "二、下一步\n修订殡葬管理条例。\n民政事务部\n2025年7月14日"
    )
    document = parsed(text)
    assert (document.doc_number, document.agency) == ("民人字〔2025〕第102号", "民政事务部")
    assert (document.proposal_number, document.title) == ("2231", "关于规范墓位管理费的建议")
    assert document.co_agencies == ("财政部",)
    assert passages(document) == ["墓位维护费由公墓收取。", "修订殡葬管理条例。"]


BOARDS = {
    "hotline": (
        "工单编号：GD20240501        来电时间：2024-05-01 08:51\n诉求人：赵*    是否保密：是\n诉求标题：噪音扰民\n"
        "诉求内容：楼下酒吧夜里放歌。\n承办单位：青龙区公安分局        转办时间：2024-05-01\n办理结果：已办结\n"
        "答复内容：民警已责令整改，酒吧承诺十点后停业。\n答复时间：2024-05-03 17:03\n回访情况：已回访"
    ),
    "terse": (
        "工单编号：20240501123\n诉求标题：噪音扰民\n反映时间：2024-05-01\n反映内容：楼下酒吧夜里放歌。\n责任单位：青龙区公安分局\n"
        "最终回复意见：民警已责令整改，酒吧承诺十点后停业。\n办结时间：2024-05-03 10:00"
    ),
    "without colons": (
        "市长信箱\n信件编号 2024-0388\n信件主题 噪音扰民\n来信时间 2024年5月1日\n信件内容 楼下酒吧夜里放歌。\n"
        "处理部门 青龙区公安分局\n处理时间 2024年5月3日\n处理结果 民警已责令整改，酒吧承诺十点后停业。"
    ),
    "tabs": (
        "信件标题\t噪音扰民\n来信时间\t2024-05-01\n来信内容\n楼下酒吧夜里放歌。\n答复单位\t青龙区公安分局\n"
        "答复时间\t2024-05-03\n答复内容\n民警已责令整改，酒吧承诺十点后停业。"
    ),
    "board": (
        "松澜 » 青龙区 » 噪音扰民\n网友留言\n噪音扰民 来源：问政松澜 网友：匿名  2024-05-01 02:41 已回复\n"
        "楼下酒吧夜里放歌。\n官方回复\n回复单位：青龙区公安分局来源：问政松澜 回复时间：2024-05-03 17:01\n网民朋友：\n"
        "民警已责令整改，酒吧承诺十点后停业。\n感谢您的留言。\n同领域留言更多>>"
    ),
}


@pytest.mark.parametrize("text", BOARDS.values(), ids=BOARDS.keys())
def test_a_page_of_a_board_mailbox_or_hotline(text: str) -> None:
    document = parsed(text)
    assert document.proposal_kind == "message"
    assert (document.title, document.question) == ("噪音扰民", "楼下酒吧夜里放歌。")
    assert (document.asked_on, document.replied_on) == (date(2024, 5, 1), date(2024, 5, 3))
    assert (document.agency, document.addressees) == ("青龙区公安分局", ())
    assert passages(document) == ["民警已责令整改，酒吧承诺十点后停业。"]


def test_labels_inside_a_letter_take_nothing_apart() -> None:
    body = "反映内容：就餐不便。\n处理结果：新建食堂十二家。\n办理情况：年内建成。"
    document = parsed(letter(body=body))
    assert document.question is None
    assert passages(document) == [body]


def test_a_petition_is_a_message_with_its_date_and_question() -> None:
    text = (
        "松澜市青龙区自然资源局\n信访事项处理意见书\n青自然资信〔2023〕14号\n信访人蒲大成：\n"
        "你于2023年4月3日反映“修路占地未补偿”的信访事项，我局于4月10日受理。现答复如下：\n"
        "一、调查情况\n占用承包地0.21亩。\n如不服本处理意见，可自收到本意见书之日起30日内申请复查。\n"
        "松澜市青龙区自然资源局（印章）\n2023年5月22日"
    )
    document = parsed(text)
    assert document.heading == "松澜市青龙区自然资源局信访事项处理意见书"
    assert (document.proposal_kind, document.question) == ("message", "修路占地未补偿")
    assert (document.asked_on, document.doc_number) == (date(2023, 4, 3), "青自然资信〔2023〕14号")
    assert passages(document) == ["占用承包地0.21亩。"]


def test_bureaus_that_took_part() -> None:
    opening = (
        "您提出的《关于食堂的提案》交由我局主办、市财政局会办。我局和市卫生健康委员会、市总工会碰了头，现答复如下："
    )
    assert sorted(parsed(letter(opening=opening)).co_agencies) == ["市卫生健康委员会", "市总工会", "市财政局"]
    assert parsed(letter(opening="您提出的提案收悉。此事已由市综合行政执法局立案，现答复如下：")).co_agencies == ()


def test_a_page_copied_with_its_menu() -> None:
    menu = "首页 走进松澜 政务公开 办事服务 互动交流 数据开放 机构职能 领导之窗 政策文件"
    menu += " 规划计划 统计信息 财政信息 应急管理 重点领域 建议提案 局长信箱"
    for salutation in ("陈岚委员：", ""):
        document = parsed("\n".join([*menu.split(), letter(salutation=salutation)]))
        assert document.heading == "松澜市民政局关于市政协十届二次会议第20230112号提案的答复"
        assert len(document.addressees) == bool(salutation)
        assert passages(document)[0].startswith("全市现有")


def test_a_word_of_the_text_is_no_salutation() -> None:
    text = "关于食堂的情况说明\n食堂由社区开办。\n参加座谈的有\n业主代表：\n甲某等五人建议降价。\n我局采纳。"
    assert parsed(text).addressees == ()
    assert "食堂由社区开办。" in passages(parsed(text))[0]
