"""Commitments: who will do what by when; what is done, told, asked or ruled is none."""

from datetime import date

import pytest

from corpus.facts.commitments import Strength, find_commitments
from corpus.facts.deadlines import find_deadlines

WRITTEN = date(2022, 7, 15)


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("年底前建成", "2022-12-31"),
        ("明年上半年投用", "2023-06-30"),
        ("2024年第三季度启动", "2024-09-30"),
        ("力争三年内覆盖", "2025-07-15"),
        ("半年内办结", "2023-01-15"),
        ("“十四五”期间筹集", "2025-12-31"),
        ("2021年至2023年新增", "2023-12-31"),
        ("8月1日起试行", "2022-08-01"),
        ("明年6月前装好", "2023-05-31"),
        ("6月底前完成", "2022-06-30"),
        ("十月底前完成", "2022-10-31"),
        ("2026年汛期前投用", "2026-05-31"),
        ("今年秋季学期起执行", "2022-11-30"),
        ("春节前通车", "2023-01-31"),
        ("下季度公布", "2022-12-31"),
        ("下个月公布", "2022-08-31"),
        ("２０２３年底前", "2023-12-31"),
        ("二〇二三年六月底", "2023-06-30"),
        ("9月中旬发放", "2022-09-20"),
    ],
)
def test_a_named_time_has_a_last_day(text: str, by: str) -> None:
    assert [str(found.by) for found in find_deadlines(text, WRITTEN)] == [by]


@pytest.mark.parametrize(
    "text",
    [
        "截至2021年底共建成",
        "2021年以来",
        "每年9月1日公布",
        "《三年行动计划（2020—2022年）》",
        "三个月回访一次",
        "18时30分",
    ],
)
def test_what_looks_back_or_comes_again_is_no_deadline(text: str) -> None:
    assert find_deadlines(text, WRITTEN) == []


def test_without_the_date_of_the_text_only_named_years_are_dated() -> None:
    assert [found.by for found in find_deadlines("年底前完成，2024年6月底前验收", None)] == [None, date(2024, 6, 30)]


@pytest.mark.parametrize(
    ("text", "quote", "by", "strength"),
    [
        ("我局将在年底前完成改造。", "我局将在年底前完成改造", "2022-12-31", "will"),
        ("已完成选址，拟于2023年上半年启动建设。", "拟于2023年上半年启动建设", "2023-06-30", "plan"),
        ("力争三年内实现全覆盖。", "力争三年内实现全覆盖", "2025-07-15", "strive"),
        ("我委将适时研究出台办法。", "我委将适时研究出台办法", "None", "study"),
        ("接下来将逐步推广到全区。", "接下来将逐步推广到全区", "None", "study"),
        ("投用时间推迟到2023年10月。", "投用时间推迟到2023年10月", "2023-10-31", "will"),
        ("已责成施工单位于8月10日前整改到位。", "已责成施工单位于8月10日前整改到位", "2022-08-10", "will"),
        ("省的文件一经印发，我局将在三个月内拿出方案。", "省的文件一经印发，我局将在三个月内拿出方案", "None", "will"),
    ],
)
def test_a_commitment_has_its_words_its_day_and_the_strength_of_its_word(
    text: str, quote: str, by: str, strength: Strength
) -> None:
    (found,) = find_commitments(text, WRITTEN)
    assert (text[found.start : found.end], str(found.by), found.strength) == (quote, by, strength)


@pytest.mark.parametrize(
    "text",
    [
        "该项目已于2021年底完成。",
        "原计划2022年底前完成。",
        "根据《办法》规定，用人单位应当在30日内申报。",
        "您提出在年底前增设红绿灯的建议很好。",
        "截至2022年6月底，共建成36座。",
        "《条例》将于2022年8月1日起施行。",
        "2021年至2022年共改造小区45个。",
        "申请人应于8月31日前提交材料。",
        "预计2023年缺口达5000个。",
        "2019年答复时承诺2021年底前建成。",
        "年内能否开工不敢保证。",
        "轻轨票价现在不宜承诺。",
    ],
)
def test_what_is_done_told_asked_ruled_or_doubted_is_no_commitment(text: str) -> None:
    assert find_commitments(text, WRITTEN) == []


def test_two_days_in_a_sentence_are_two_commitments() -> None:
    text = "今年完成立项和选址，2023年底前建成投用。"
    assert [str(found.by) for found in find_commitments(text, WRITTEN)] == ["2022-12-31", "2023-12-31"]


def test_the_time_at_the_head_of_a_list_is_that_of_each_item() -> None:
    text = "9月起作两点修正：恢复直达线路；在换乘站加建雨棚。"
    assert [str(found.by) for found in find_commitments(text, WRITTEN)] == ["2022-09-30"] * 2


def test_under_a_heading_of_plans_an_item_needs_no_word_of_intention() -> None:
    text = "选取9个老旧小区代办登记。"
    assert (len(find_commitments(text, WRITTEN)), len(find_commitments(text, WRITTEN, plan=True))) == (0, 1)


def test_who_promises_is_the_body_that_is_named_or_the_agency() -> None:
    ours, theirs = "我局将在年底前完成。", "市财政局将安排专项资金。"
    named = [find_commitments(text, WRITTEN, "松澜市民政局")[0].who for text in (ours, theirs)]
    assert named == ["松澜市民政局", "市财政局"]
