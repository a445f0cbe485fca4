"""Text with hard wraps, page breaks and site furniture becomes paragraphs; the wording stays."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.cleaning import clean
from corpus.types import Block

LONG = (
    "为进一步丰富居家养老内涵，今年我局计划在东塘街道优先开展时间银行公益服务试点，"
    "鼓励志愿者为辖区老人开展生活照料、精神慰藉、法律援助等服务。"
)


def paragraphs(*lines: str, whole: bool = False) -> list[str]:
    return [b.text for b in clean([Block(line, whole=whole) for line in lines])]


def wrapped(text: str, width: int) -> list[str]:
    """The text as it is printed: a first line indented by two characters, then full lines."""
    first, rest = text[: width - 2], text[width - 2 :]
    return [first, *(rest[i : i + width] for i in range(0, len(rest), width))]


@pytest.mark.parametrize("width", [26, 28, 32])
@pytest.mark.parametrize("blank", [False, True], ids=["single", "double-spaced"])
def test_hard_wrapped_lines_become_paragraphs(width: int, blank: bool) -> None:
    texts = [f"{LONG}第{i}批共{i * 7}家。" for i in range(1, 6)]
    lines = [line for text in texts for line in wrapped(text, width)]
    if blank:
        lines = [x for line in lines for x in (line, "")]
    assert paragraphs(*lines) == texts


@pytest.mark.parametrize(
    "mark", ["— 第2页 —", "— 3 —", "- 3 -", "－3－", "第 3 页", "第3页 共5页", "3", "3/5", "·3·", "—3—"]
)
def test_page_number_inside_a_sentence_goes_and_the_sentence_is_whole(mark: str) -> None:
    lines = wrapped(LONG * 2, 28)
    assert paragraphs(*lines[:3], "", mark, "", *lines[3:]) == [LONG * 2]


@pytest.mark.parametrize("width", [24, 28, 34, 38])
def test_a_short_letter_is_joined_too(width: int) -> None:
    texts = [LONG, f"{LONG}第二批十四家。"]
    lines = ["一、基本情况", *wrapped(texts[0], width), "二、下一步打算", *wrapped(texts[1], width), "松澜市民政局"]
    assert paragraphs(*lines) == ["一、基本情况", texts[0], "二、下一步打算", texts[1], "松澜市民政局"]


def test_what_a_browser_prints_around_a_page_goes() -> None:
    lines = wrapped(LONG * 2, 28)
    between = ["11/22/26, 1:02 AM 关于第52号提案的答复_松澜市", "file:///home/a/p1.html 1/3"]
    assert paragraphs(*lines[:3], *between, *lines[3:]) == [LONG * 2]


def test_running_head_goes_at_each_page_and_the_letterhead_stays() -> None:
    lines = wrapped(LONG * 3, 28)
    head = "松澜市水务局文件"
    found = paragraphs(head, *lines[:3], "— 1 —", head, *lines[3:6], "— 2 —", head, *lines[6:])
    assert found == [head, LONG * 3]


@pytest.mark.parametrize(
    "line",
    [
        "http://baike.example.com/doc/5412426-5650552.html",
        "www.example.com/a",
        "打印本页  关闭窗口",
        "【字体：大 中 小】",
        "分享到：微信 微博",
        "上一篇：关于某某的通知",
        "首页 > 政务公开 > 建议提案办理",
        "当前位置：首页 > 政务公开",
        "版权所有：松澜市人民政府办公室",
        "扫一扫在手机打开当前页",
    ],
)
def test_furniture_and_stray_addresses_go(line: str) -> None:
    assert paragraphs("一、基本情况", line, LONG) == ["一、基本情况", LONG]


@pytest.mark.parametrize(
    ("cut", "rest"),
    [
        ("2025年5月，印发《福", "田区推动国际化医疗服务发展实施方案》，开展专项行动。"),
        ("引入老年健康管理、时尚消费等新业态，", "打造沉浸式消费场景。"),
        ("全面支持主流外卡（如 VISA、", "MASTER）等多种支付方式。"),
        ("已建成十二家食堂。今年将为辖区千余名特殊困难老年人家庭", "提供智慧关爱服务。"),
    ],
)
def test_sentence_cut_by_a_page_break_is_rejoined(cut: str, rest: str) -> None:
    assert paragraphs(LONG, "", cut, "", rest, "", LONG) == [LONG, cut + rest, LONG]


@pytest.mark.parametrize(
    "lines",
    [
        ("松澜市民政局", "2023年6月18日"),
        ("一、基本情况", "（一）总体情况", "全市共有食堂六十八家。"),
        ("感谢您对养老工作的关心支持。", "松澜市民政局"),
        ("松民函〔2023〕51号", "关于第52号提案的答复"),
        ("全市共有食堂六十八家。", "联系人：周小平"),
        ("办理类别：A", "松澜市民政局关于第52号提案的答复", "陈岚委员："),
        (
            "区县 | 长者食堂（家） | 助餐点、邻里饭桌（处） | 日均供餐（份）",
            "临渡区 | 29 | 14 | 3120",
            "合计 | 118 | 76 | 11820",
        ),
    ],
)
def test_lines_that_stand_alone_are_not_joined(lines: tuple[str, ...]) -> None:
    assert paragraphs(*lines) == list(lines)
    assert paragraphs(*lines, whole=True) == list(lines)


def test_full_width_title_line_does_not_swallow_the_salutation() -> None:
    lines = wrapped(LONG * 2, 26)
    title = "松澜市教育局关于市政协十届一次会议第83号提案的答复"
    assert paragraphs(title, "民进松澜市委会文教支部：", *lines) == [title, "民进松澜市委会文教支部：", LONG * 2]


def test_markup_survives() -> None:
    blocks = [Block("一、基本情况", level=2), Block("（一）加密布点。今年新建十二家。", lead=8)]
    assert [(b.text, b.level, b.lead) for b in clean(blocks)] == [
        ("一、基本情况", 2, 0),
        ("（一）加密布点。今年新建十二家。", 0, 8),
    ]


def test_latin_words_keep_a_space_where_a_line_broke() -> None:
    assert paragraphs("引入长期照护服务模式（Continuing Care Retirement", "Community），") == [
        "引入长期照护服务模式（Continuing Care Retirement Community），"
    ]


@given(st.lists(st.text(alphabet="养老服务局，。、：（一）12 　abc—\t", max_size=40), max_size=30))
def test_wording_is_kept_but_for_page_marks(lines: list[str]) -> None:
    """Nothing is added or reordered: the characters that come out stand in the input in the same order."""
    squeezed = re.sub(r"\s", "", "".join(lines))
    kept = iter(squeezed)
    for paragraph in paragraphs(*lines):
        assert paragraph == paragraph.strip()
        assert all(char in kept for char in re.sub(r"\s", "", paragraph))
