"""No ask is lost: proposals in prose, tables and lists, labelled before the splitter could read them."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.proposals import split_proposal, stretches_of
from indexer.encoders.general import GeneralEncoder
from tests.asking import FOLDER, found_in, read
from tests.test_proposals import NAMES, paste

APART = sorted((FOLDER / "kept_apart").glob("*.txt"))
SEEN = sorted((FOLDER / "seen").glob("*.txt"))


WORDS = ["建议：", "一、", "修好路灯。", "**", "— 1 —", "\n", "第 1 页 共 2 页", " ", "请问", "？", "> ", "\u200b"]


def texts(text: str) -> list[str]:
    return [point.text for point in split_proposal(text).points]


@pytest.mark.parametrize(("paths", "exact", "found"), [(APART, 2, 140), (SEEN, 43, 340)], ids=["kept apart", "seen"])
def test_asks_are_found(paths: list[Path], exact: int, found: int) -> None:
    results = [found_in(read(path)) for path in paths]
    assert sum(one.exact for one in results) >= exact
    assert sum(one.found for one in results) >= found


def test_what_sentences_mean_tells_more_of_them(general: GeneralEncoder) -> None:
    def meaning(texts: Sequence[str]) -> list[list[float]]:
        found: list[list[float]] = general.encode_queries(texts).tolist()
        return found

    some = [read(path) for path in APART[::4]]
    by_meaning, by_words = [found_in(one, meaning) for one in some], [found_in(one) for one in some]
    assert by_meaning != by_words
    assert sum(one.found for one in by_meaning) >= sum(one.found for one in by_words)


def test_a_spoken_chain_is_one_ask_a_link() -> None:
    text = (
        "我们村的路去年通了，大家都高兴。麻烦给村口装两盏路灯。另外垃圾桶能不能多放几个？还有就是卫生室缺个量血压的，请给配一台。"
        "再就是小学的围墙裂了，找人来修一修。最后，班车能不能早上加一趟？谢谢你们！"
    )
    assert [text[:2] for text in texts(text)] == ["麻烦", "另外", "还有", "再就", "最后"]


def test_a_sentence_for_four_bureaus_is_four_asks() -> None:
    text = (
        "近年来，松澜市的公园越来越多，游客也多了。建议提高园林养护的补助标准并按季拨付，同时取消公园停车的夜间收费，"
        "另请市公安局在公园加派夜间巡逻，并由市交通局增开到公园的公交线路。"
    )
    assert texts(text) == [
        "建议提高园林养护的补助标准并按季拨付，",
        "同时取消公园停车的夜间收费，",
        "另请市公安局在公园加派夜间巡逻，",
        "并由市交通局增开到公园的公交线路。",
    ]


@pytest.mark.parametrize("separator", ["\t", " | "])
def test_a_table_has_its_asks_in_the_column_that_is_headed_so(separator: str) -> None:
    rows = [
        ("序号", "存在的问题", "整改建议", "责任单位"),
        ("1", "路灯不亮", "一周内换成节能灯", "城管局"),
        ("2", "河道淤塞", "汛前清淤一次", "水务局"),
    ]
    text = "现场查看的情况如下。\n" + "\n".join(separator.join(row) for row in rows) + "\n以上情况均有照片。"
    points = split_proposal(text).points
    assert [point.text for point in points] == ["一周内换成节能灯", "汛前清淤一次"]
    assert "路灯不亮" in points[0].context


def test_what_others_say_is_no_ask() -> None:
    text = (
        "《城市绿化条例》规定，“新建小区应当预留绿地”。一位老人告诉我：“建议你们来住一天试试。”市领导也强调，要让市民推窗见绿。"
        "但临渡区的三个小区至今没有一块绿地，孩子们放学以后只能在停车场里踢球，老人也没有一处可以坐下来歇脚的地方。建议区园林局在三个小区之间的空地上建一座口袋公园。"
    )
    assert texts(text) == ["建议区园林局在三个小区之间的空地上建一座口袋公园。"]


def test_asks_stand_beside_their_problems() -> None:
    text = (
        "一、存在问题\n（一）路灯不亮。学前街坏了三十盏，晚上漆黑一片。建议城管部门一周内修复。\n"
        "（二）河道淤塞。夏天臭气熏天，居民不敢开窗。请水务部门在汛期以前清淤。\n"
        "二、原因分析\n多头管理，互相推诿。"
    )
    assert texts(text) == ["建议城管部门一周内修复。", "请水务部门在汛期以前清淤。"]


# Where it all stands in the pasted text


@pytest.mark.parametrize("name", NAMES)
def test_stretches_are_the_words_of_the_pieces(name: str) -> None:
    text, proposal = paste(name), split_proposal(paste(name))
    for number, point in enumerate(proposal.points, 1):
        stood = "".join(text[s.start : s.end] for s in stretches_of(text) if s.role == "ask" and s.point == number)
        assert re.sub(r"\s|\*\*", "", stood) == re.sub(r"\s|\*\*", "", point.text)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(WORDS)).map("".join))
def test_stretches_ascend_and_none_is_empty(text: str) -> None:
    stretches = stretches_of(text)
    assert all(one.start < one.end for one in stretches)
    assert all(before.end <= after.start for before, after in pairwise(stretches))


def test_an_ask_that_no_point_has_is_unused() -> None:
    text = (
        "公园去年接待市民九十万人次。最好在西门也开一个出口。\n建议：\n一、延长开放时间。\n二、增设路灯。\n"
        "以上建议，请予研究。\n谢谢！"
    )
    proposal = split_proposal(text)
    assert [one.text for one in proposal.unused] == ["最好在西门也开一个出口。"]
    assert all(text[one.start : one.end] == one.text for one in proposal.unused)
