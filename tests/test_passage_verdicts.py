"""Verdicts: what a passage does with an ask, with the words that say so."""

import pytest

from corpus.facts.verdicts import Verdict, find_verdict


@pytest.mark.parametrize(
    ("text", "verdict", "words"),
    [
        ("予以采纳。首批12家单位向居民开放。", "adopted", "予以采纳。"),
        ("市财政局同意按每台2万元补助。", "adopted", "市财政局同意"),
        ("向环卫工人开放的建议，部分采纳。", "partly", "部分采纳"),
        ("鼓励物业参与，我们赞成。由财政统一租赁场地，暂不采纳。", "partly", "暂不采纳"),
        ("提案建议提高到20万元，本年度财力难以安排，暂不能采纳。", "declined", "财力难以"),
        ("补偿属于民事约定，不属于我局职能。", "declined", "不属于我局职能"),
        ("定价不在我局职权之内，已将意见转市发展和改革局研究。", "referred", None),
        ("从今年5月起由街道一次会勘，三家同日报价。", "done", "从今年5月起由街道一次会勘"),
        ("需要说明的是，城镇居民不得到农村购买宅基地。", "explained", "需要说明"),
        ("到2035年底再新增公共泊位1200个。", "planned", "到2035年底再新增公共泊位1200个"),
    ],
)
def test_words_give_the_verdict(text: str, verdict: Verdict, words: str | None) -> None:
    found = find_verdict(text)
    assert found is not None
    assert found.verdict == verdict
    assert words is None or words in text[found.start : found.end] or text[found.start : found.end] in words


@pytest.mark.parametrize(
    "text",
    [
        "2019年全县柑橘种植6.8万亩，产值4.7亿元。",
        "全市有学校食堂1013家，校外配餐企业9家。",
        "对自然条件不宜建库的村，各乡镇另有台账。",
        "各单位对名单没有不同意见。",
    ],
)
def test_a_passage_that_only_tells_how_things_stand_has_none(text: str) -> None:
    assert find_verdict(text) is None


def test_under_an_ask_a_report_of_what_was_done_answers_it() -> None:
    text = "我们在广场装了12块显示屏。"
    assert find_verdict(text) is None
    found = find_verdict(text, asked=True)
    assert found is not None
    assert found.verdict == "done"
