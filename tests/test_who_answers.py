"""Which body may speak for another, what only restates, and what one later passage says against an earlier one."""

import pytest

from corpus.types import Document
from search_api.analyses.responsibility import responsibility
from search_api.analyses.restating import echoes_ask, refers_back, retells
from search_api.analyses.succession import SharedWords, Signals, change_of, evidence
from search_api.analyses.valid_order import with_above
from tests.letters import letter, parsed


def document(agency: str, body: str = "一、办理情况\n已经办结。") -> Document:
    heading = f"{agency}关于市政协十届二次会议第20230112号提案的答复"
    return parsed(letter(heading=heading, body=body, closing=f"感谢关心。\n{agency}\n2023年6月18日"))


@pytest.mark.parametrize(
    ("earlier", "later", "body", "expected"),
    [
        ("松澜市民政局", "松澜市民政局", "", "own"),
        ("石桥县农业农村局", "石桥县人民政府", "", "own"),
        ("松澜市城市管理局", "松澜市住房和城乡建设局", "停车设施的规划建设职责由市城市管理局划入我局。", "heir"),
        ("松澜市城市管理局", "松澜市住房和城乡建设局", "市城市管理局负责路内泊位。", "other"),
        ("松澜市民政局", "松澜市梧桐区民政局", "", "elsewhere"),
        ("松澜市白鹭区民政局", "松澜市梧桐区民政局", "", "elsewhere"),
        ("松澜市梧桐区民政局", "松澜市民政局", "", "other"),
        ("松澜市民政局", "松澜市医疗保障局", "", "other"),
    ],
)
def test_who_may_speak_for_whom(earlier: str, later: str, body: str, expected: str) -> None:
    answer = document(later, f"一、办理情况\n{body or '已经办结。'}")
    assert responsibility(document(earlier), answer) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("您提出延长投放时间。建议还提到增设误时点。", True),
        ("您提出延长投放时间，予以采纳。自6月1日起延长两小时。", False),
        ("", False),
    ],
)
def test_what_only_echoes_the_ask(text: str, expected: bool) -> None:
    assert echoes_ask(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我局的意见与2021年答复时一样，这里不展开。", True),
        ("十七处疏导点沿用至今，时段没有变。", True),
        ("2021年答复的期限没有守住，改为2025年底。", False),
        ("我局的意见与2021年答复一致。" + "今年新建三十处站点，" * 20, False),
    ],
)
def test_what_only_refers_back(text: str, expected: bool) -> None:
    assert refers_back(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("据市城市管理局提供的进度，3000个泊位建成1120个。", True),
        ("这由市城市管理局负责，该局去年答复过。", True),
        ("据我局统计，建成1120个。", False),
        (
            "今年建成1120个泊位，比去年增加三成，另有三十处在建，年内可以投用，余下的明年建成，资金已经落实。"
            "施工期间的交通由交警支队疏导，居民代表全程参加验收。据市城市管理局反馈，车位周转率也有提高。",
            False,
        ),
    ],
)
def test_what_tells_another_body_s_answer(text: str, expected: bool) -> None:
    assert retells(text, "松澜市公安局", ["松澜市城市管理局", "松澜市公安局"]) is expected


ALIKE = Signals(likeness=6, shared=0.2, behind=0.1, is_own=True, is_elsewhere=False, says_change=2, years=4)


def test_each_signal_counts_the_way_it_should() -> None:
    assert evidence(ALIKE) > 0
    for weaker in (
        ALIKE._replace(likeness=2),
        ALIKE._replace(shared=0.0),
        ALIKE._replace(behind=1.0),
        ALIKE._replace(is_own=False),
        ALIKE._replace(is_elsewhere=True),
        ALIKE._replace(says_change=0),
        ALIKE._replace(years=0),
    ):
        assert evidence(weaker) < evidence(ALIKE)
    another_matter = ALIKE._replace(likeness=1, shared=0.02, behind=0.8)
    assert evidence(another_matter) < -2.5


def test_rare_words_count_for_more() -> None:
    shared = SharedWords(["电梯补助标准", "电梯补助名单", "公园绿化标准", "公园绿化名单"])
    assert shared.of(0, 0) == pytest.approx(1)
    assert shared.of(0, 1) > shared.of(0, 2) > shared.of(0, 3) == 0


def test_the_change_is_quoted_word_for_word() -> None:
    later = "《补助办法》自2025年起执行，每台补助由15万元提高到20万元；原来的名单作废。"
    assert change_of("每台补助由10万元提高到15万元。", later) == "每台补助由15万元提高到20万元"
    assert change_of("公园音响到21时30分。", later) == ""


def test_documents_that_took_each_other_s_place_end_somewhere() -> None:
    assert with_above([1, 2], {1: 2, 2: 1}) == [2, 1]
    assert with_above([1, 2, 3], {}) == [1, 2, 3]
