"""Suggestions while a query is typed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from corpus.privacy import mask
from indexer.snapshot import open_index
from search_api.suggest import MAX_TYPED, Suggester, suggester_of
from tests.suggestions import ARCHIVE, MANY, entry, suggester_over, texts, titled


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return suggester_over(*ARCHIVE)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("养", ["养老", "养老机构怎样申请补贴", "关于发展社区养老服务的建议"]),
        ("养老", ["养老机构怎样申请补贴", "关于发展社区养老服务的建议"]),  # itself it is no way to go on
        ("养老 ", ["养老机构怎样申请补贴", "关于发展社区养老服务的建议"]),
        ("養老機", ["养老机构怎样申请补贴"]),
        ("老机", ["养老机构怎样申请补贴"]),  # anywhere
        ("口袋公园", ["关于推广“口袋公园”的提案"]),
        ("推广口袋", ["关于推广“口袋公园”的提案"]),
        ("民政", ["市民政局"]),
        ("aed", ["AED设备使用方法"]),
        ("ａｅｄ", ["AED设备使用方法"]),
        ("2020", ["20200110", "福民函〔2020〕43号"]),
        ("福民函[2020]4", ["福民函〔2020〕43号"]),
        ("福民函(2020) 4", ["福民函〔2020〕43号"]),
        ("〔2023", ["20230118", "福住建函〔2023〕118号"]),
        ("dh0", ["DH0271"]),
        ("118", ["福住建函〔2023〕118号", "20230118"]),  # the number, before the middle of one
        ("20200110", []),
        ("共享单车", []),
        ("。", []),
        ("号", ["福住建函〔2023〕118号", "福民函〔2020〕43号"]),
        ("", []),
        (" \n　", []),
    ],
)
def test_by_characters(suggester: Suggester, typed: str, expected: list[str]) -> None:
    found = suggester.suggest(typed)
    assert texts(found) == expected
    assert not any(suggestion.by_pinyin for suggestion in found)


YANGLAO = ["养老", "养老机构怎样申请补贴", "关于发展社区养老服务的建议"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        *((typed, YANGLAO) for typed in ("yanglao", "yangl", "YangLao", "yang lao", "yang'lao", "yang’l")),
        *((typed, [*YANGLAO, "关于老旧小区加装电梯的提案"]) for typed in ("yl", "ylao", "y l", "y'lao")),  # 于老, too
        ("yanglaof", ["关于发展社区养老服务的建议"]),
        ("yanglaofuw", ["关于发展社区养老服务的建议"]),
        ("ylfw", ["关于发展社区养老服务的建议"]),
        ("chongqing", ["关于重庆路停车难的提案"]),
        ("zhongqing", []),  # 重 of 重庆 is the only one
        ("yinhang", ["到银行领取补贴要带什么"]),
        ("yinxing", []),
        ("celue", ["小区策略"]),
        ("celve", ["小区策略"]),
        ("aedshebei", ["AED设备使用方法"]),
        ("zhuf", ["市住房和建设局", "市住房公积金管理中心", "住房公积金怎样提取"]),
        ("zhf", ["市住房和建设局", "市住房公积金管理中心", "住房公积金怎样提取"]),
        ("fmh", ["福民函〔2020〕43号"]),
        ("yan'glao", []),
        ("yanglao2", []),
        ("v", []),
        ("'", []),
    ],
)
def test_by_pinyin_where_no_character_matches(suggester: Suggester, typed: str, expected: list[str]) -> None:
    found = suggester.suggest(typed)
    assert sorted(texts(found)) == sorted(expected)
    assert all(suggestion.by_pinyin for suggestion in found)


def test_letters_that_stand_somewhere_are_characters() -> None:
    suggester = titled("YL牌电梯停运", "养老机构")
    assert texts(suggester.suggest("yl")) == ["YL牌电梯停运"]
    assert texts(suggester.suggest("yla")) == ["养老机构"]


def test_beginnings_come_first_then_words_then_the_rest() -> None:
    suggester = titled("民政服务", "街道民政服务", "农民政策", "民政事务", "市民政策")
    titles = [found for found in texts(suggester.suggest("民政")) if found not in ("民政", "服务")]
    assert titles == ["民政事务", "民政服务", "街道民政服务", "市民政策", "农民政策"]


def test_numbers_come_first_once_a_digit_is_typed() -> None:
    suggester = suggester_over(entry(1, "2023年电梯检验", "2023所", proposal_numbers=("20230001",)))
    assert [suggestion.kind for suggestion in suggester.suggest("2023")] == ["number", "title", "agency"]


def test_most_letters_then_the_newest_then_the_last_by_its_id() -> None:
    same_day = {"replied_on": "2020-01-01"}
    suggester = suggester_over(
        entry(1, "电梯甲", **same_day),
        entry(2, "电梯乙", **same_day),
        entry(3, "电梯丙", replied_on="2021-01-01"),
        entry(4, "电梯丁", replied_on=None),
        entry(5, "电梯戊", replied_on="2019-01-01"),
        entry(6, "电梯戊", replied_on=None),
    )
    titles = [suggestion for suggestion in suggester.suggest("电梯") if suggestion.kind == "title"]
    assert texts(titles) == ["电梯戊", "电梯丙", "电梯乙", "电梯甲", "电梯丁"]
    assert [title.documents for title in titles] == [2, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("补贴 养", [("补贴 养老", "term")]),
        ("社区 养", [("关于发展社区养老服务的建议", "title"), ("社区 养老", "term")]),
        ("规范 小区 补", [("规范 小区 补贴", "term")]),
        ("补贴  市民", [("补贴  市民政局", "agency")]),
        ("补贴 yangl", [("补贴 养老", "term")]),
        ("社区 养老", [("关于发展社区养老服务的建议", "title")]),
        ("停车 2020", []),  # a number among words looks nothing up
        ("养 老 机", [("养老机构怎样申请补贴", "title")]),
    ],
)
def test_the_last_word_of_several_is_completed(
    suggester: Suggester, typed: str, expected: list[tuple[str, str]]
) -> None:
    found = suggester.suggest(typed)
    assert [(suggestion.text, suggestion.kind) for suggestion in found] == expected
    assert all((suggestion.documents is None) == (suggestion.kind != "title") for suggestion in found)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("单位:民", [("单位:市民政局", 3)]),
        ("单位：民", [("单位：市民政局", 3)]),
        ("单位: 民", [("单位: 市民政局", 3)]),
        ("agency:mzj", [("agency:市民政局", 3)]),
        ("單位:城", [("單位:区城市管理局", 1), ("單位:市城市管理局", 1)]),
        ("电梯 单位:民", [("电梯 单位:市民政局", None)]),
        ("年份:2", []),
        ("编号:2020", []),
        ("类型:", []),
        ("无此字段:民", []),
        ("-单位:民", []),
        ("单位:市民政局", []),
    ],
)
def test_a_field_asks_for_agencies_or_nothing(
    suggester: Suggester, typed: str, expected: list[tuple[str, int | None]]
) -> None:
    assert [(suggestion.text, suggestion.documents) for suggestion in suggester.suggest(typed)] == expected


def test_a_field_without_a_value_gives_the_agencies_with_most_letters(suggester: Suggester) -> None:
    assert texts(suggester.suggest("单位:", k=2)) == ["单位:市民政局", "单位:市住房公积金管理中心"]


def test_a_full_width_colon_may_be_prose() -> None:
    assert texts(titled("尊敬的书记：电梯坏了").suggest("书记：电")) == ["尊敬的书记：电梯坏了"]


def test_no_kind_takes_more_than_half_while_another_has_more() -> None:
    titles = [entry(number, f"电梯{number}" if number < 5 else f"路灯{number}") for number in range(15)]
    agencies = [entry(number, None, f"电梯{number}所") for number in range(20, 25)]
    both = suggester_over(*titles, *agencies).suggest("电", k=6)
    assert [suggestion.kind for suggestion in both] == ["term", "agency", "agency", "agency", "title", "title"]
    alone = suggester_over(*titles).suggest("电梯", k=6)
    assert [suggestion.kind for suggestion in alone] == ["title"] * 5


@pytest.mark.parametrize("k", [-1, 0, 1, 2, 8])
def test_at_most_k(suggester: Suggester, k: int) -> None:
    assert len(suggester.suggest("关于", k)) == min(max(k, 0), 5)
    assert len(suggester.nearest_terms("养老电梯", k)) <= max(k, 0)


def test_who_types_on_wants_no_completion(suggester: Suggester) -> None:
    assert suggester.suggest("市民政".ljust(MAX_TYPED))
    assert not suggester.suggest("市民政".ljust(MAX_TYPED + 1))


def test_terms_are_words_of_titles_that_are_neither_rare_nor_common() -> None:
    titles = ["关于电梯的建议", "关于电梯安全的建议", "关于公积金的建议", "公积金提取"]
    titles += ["关于停车的建议", "关于食堂的建议", "关于公园的建议"]
    suggester = titled(*titles)
    terms = {s.text: s.documents for c in "".join(titles) for s in suggester.suggest(c, MANY) if s.kind == "term"}
    assert terms == {"电梯": 2, "公积金": 2}  # 关于 and 建议 stand in six of seven; 公积 never without 公积金


def test_personal_data_is_not_suggested_nor_are_its_words() -> None:
    private = mask("联系人：覃少华，电话13812345678，反映路灯不亮")  # as an index has it
    suggester = suggester_over(
        entry(1, private, private), entry(2, private), entry(3, "路灯维修"), entry(4, "路灯太暗")
    )
    assert texts(suggester.suggest("路灯", MANY)) == ["路灯太暗", "路灯维修"]
    for typed in ("联系", "覃", "少华", "1381", "反映", "单位:联", "shaohua"):
        assert not suggester.suggest(typed)
    assert suggester.nearest_terms("少华反映") == []


def test_an_archive_without_titles_or_letters_has_nothing_to_offer() -> None:
    for suggester in (suggester_over(), suggester_over(entry(1, None))):
        assert [suggester.suggest(typed) for typed in ("养", "yl", "1", "单位:")] == [[]] * 4
        assert [suggester.nearest_terms(query) for query in ("养老", "yl", "")] == [[]] * 3


def test_a_suggestion_is_json_and_frozen(suggester: Suggester) -> None:
    (found,) = suggester.suggest("养老机")
    assert found.model_dump(by_alias=True) == {
        "text": "养老机构怎样申请补贴",
        "kind": "title",
        "by_pinyin": False,
        "letters": 1,
    }
    with pytest.raises(ValidationError, match="frozen"):
        found.text = "别的"  # type: ignore[misc]  # that is the point


# The sample archive.


@pytest.fixture(scope="module")
def sample(sample_index: Path) -> Iterator[Suggester]:
    snapshot = open_index(sample_index)
    yield suggester_of(snapshot)
    snapshot.close()


@pytest.mark.parametrize(
    ("typed", "text", "kind", "by_pinyin"),
    [
        ("养", "养老", "term", False),
        ("yanglao", "养老", "term", True),
        ("yl", "养老", "term", True),
        ("yangl", "养老", "term", True),
        ("yanglaofuwu", "关于完善长期护理保险与养老服务衔接的提案", "title", True),
        ("单位:mz", "单位:松澜市民政局", "agency", True),
        ("2023", "20230187", "number", False),
        ("松建函(2025)", "松建函〔2025〕63号", "number", False),
        ("社区 dianti", "社区 电梯", "term", True),
    ],
)
def test_on_the_sample_archive(sample: Suggester, typed: str, text: str, kind: str, by_pinyin: bool) -> None:
    found = sample.suggest(typed)
    assert (text, kind, by_pinyin) in [(s.text, s.kind, s.by_pinyin) for s in found]


def test_the_sample_archive_knows_what_was_meant(sample: Suggester) -> None:
    assert sample.nearest_terms("养劳")[0] == "养老"
    assert sample.nearest_terms("加装电题")[:2] == ["电梯", "加装"]
