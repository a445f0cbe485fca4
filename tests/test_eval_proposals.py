"""Judged proposals: the measures by hand-worked values, the reader's errors, and the sample's own file."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from corpus.addresses import passage_id
from corpus.errors import DafuError
from eval.match_measures import (
    PrecedentFigures,
    Share,
    align,
    is_split_right,
    measure_passages,
    measure_precedent,
    measure_split,
)
from eval.proposals import JudgedPoint, JudgedProposal, PointId, read_proposals
from indexer.snapshot import open_index

SAMPLE = Path(__file__).resolve().parents[1] / "eval" / "sample"
PROPOSALS = read_proposals(SAMPLE / "proposals.jsonl")
POINTS = [point for proposal in PROPOSALS for point in proposal.points]


def point(
    proposal_id: str, number: int, text: str = "办一件事。", passages: Mapping[str, int] | None = None
) -> JudgedPoint:
    judged = passages or {}
    return JudgedPoint(PointId(proposal_id, number), text, "", 2 in judged.values(), judged)


def proposal(proposal_id: str, *points: JudgedPoint) -> JudgedProposal:
    return JudgedProposal(proposal_id, "全文", "标题", None, points)


def of_texts(proposal_id: str, *texts: str) -> JudgedProposal:
    return proposal(proposal_id, *(point(proposal_id, n, text) for n, text in enumerate(texts, 1)))


# Splitting.


@pytest.mark.parametrize(
    ("texts", "right"),
    [
        (["修路。", "建桥；"], True),
        (["修 路", "建\n　桥！"], True),  # white space and final punctuation do not count
        (["修路。）", "建桥"], True),
        (["修路"], False),
        (["修路", "建桥", "种树"], False),
        (["建桥", "修路"], False),  # another order
        (["修，路", "建桥"], False),  # punctuation inside does
        (["一、修路", "建桥"], False),
        ([], False),
    ],
)
def test_a_split_is_right_up_to_white_space_and_final_punctuation(texts: list[str], right: bool) -> None:
    assert is_split_right(of_texts("甲", "修路。", "建桥；"), texts) is right


def test_split_by_hand() -> None:
    judged = [of_texts("甲", "修路", "建桥"), of_texts("乙", "种树", "挖井", "通电"), of_texts("丙", "停车")]
    given = {"甲": ["修路。", "建桥。"], "乙": ["种树", "挖井并通电", "挖井", "附言"]}
    figures = measure_split(judged, given)
    assert figures.exact == Share(1, 3)  # 丙 was not split at all and counts
    assert figures.precision == Share(2 + 2, 2 + 4)
    assert figures.recall == Share(2 + 2, 2 + 3 + 1)
    assert figures.f1 == pytest.approx(2 * (4 / 6) * (4 / 6) / (4 / 6 + 4 / 6))


def test_f1_lies_between_precision_and_recall() -> None:
    figures = measure_split([of_texts("甲", "修路", "建桥", "种树", "挖井")], {"甲": ["修路"]})
    assert (figures.precision.value, figures.recall.value) == (1.0, 0.25)
    assert figures.f1 == pytest.approx(2 * 1 * 0.25 / 1.25)


def test_nothing_given_is_zero_and_no_error() -> None:
    figures = measure_split([of_texts("甲", "修路")], {})
    assert (figures.exact.value, figures.precision.value, figures.recall.value, figures.f1) == (0, 0, 0, 0)
    assert measure_split([], {}).f1 == 0


def test_texts_are_matched_one_to_one() -> None:
    twice = of_texts("甲", "修路", "修路。")
    assert align(twice, ["种树", "修路"]) == {PointId("甲", 1): 1}
    assert align(twice, ["修路；", "修路", "修路"]) == {PointId("甲", 1): 0, PointId("甲", 2): 1}
    figures = measure_split([of_texts("甲", "修路")], {"甲": ["修路", "修路"]})
    assert (figures.precision, figures.recall) == (Share(1, 2), Share(1, 1))


def test_a_point_knows_its_place_among_the_texts() -> None:
    judged = of_texts("甲", "修路", "建桥", "种树")
    assert align(judged, ["种树。", "附言", "修路"]) == {PointId("甲", 1): 2, PointId("甲", 3): 0}


# Passages.


def test_passages_by_hand() -> None:
    judged = [
        proposal(
            "甲",
            point("甲", 1, passages={"a#1": 2, "b#1": 1}),
            point("甲", 2, passages={"c#1": 2}),
            point("甲", 3, passages={"b#1": 1}),  # no precedent: does not count
        ),
        proposal("乙", point("乙", 1, passages={"d#1": 2, "e#1": 1}), point("乙", 2, passages={"f#1": 2})),
    ]
    given = {
        PointId("甲", 1): ["x#1", "x#2", "x#3", "b#1", "a#1"],  # the fifth still counts
        PointId("甲", 2): ["x#1", "x#2", "x#3", "x#4", "x#5", "c#1"],  # the sixth does not
        PointId("甲", 3): ["b#1"],
        PointId("乙", 1): ["e#1"],  # helps, does not answer
    }  # 乙 2 got nothing, and counts
    figures = measure_passages(judged, given)
    assert (figures.answered, figures.helped) == (Share(1, 4), Share(2, 4))
    assert measure_passages(judged, given, depth=6).answered == Share(2, 4)
    assert measure_passages(judged, given, depth=4).answered == Share(0, 4)


def test_another_points_passage_does_not_count() -> None:
    judged = [proposal("甲", point("甲", 1, passages={"a#1": 2}), point("甲", 2, passages={"b#1": 2}))]
    assert measure_passages(judged, {PointId("甲", 1): ["b#1"], PointId("甲", 2): ["a#1"]}).helped == Share(0, 2)


# No precedent.


def test_precedent_by_hand() -> None:
    judged = [
        proposal("甲", point("甲", 1, passages={"a#1": 2}), point("甲", 2), point("甲", 3, passages={"a#1": 1})),
        proposal("乙", point("乙", 1, passages={"a#1": 2}), point("乙", 2, passages={"a#1": 2}), point("乙", 3)),
    ]
    called = {PointId("甲", 1): True, PointId("甲", 2): False, PointId("甲", 3): True, PointId("乙", 1): False}
    # Without precedent: 甲 2 (told), 甲 3 (not told), 乙 3 (never asked).
    # With precedent: 甲 1 (not told), 乙 1 (told wrongly), 乙 2 (never asked).
    assert measure_precedent(judged, called) == PrecedentFigures(Share(1, 3), Share(1, 3))


def test_a_share_of_nothing_is_zero() -> None:
    assert Share(0, 0).value == 0
    assert Share(1, 4).value == 0.25


# Reading.


Fields = dict[str, object]

ONE: Fields = {"number": 1, "text": "修路", "context": "", "precedent": True, "passages": {"a#1": 2, "a#2": 1}}


def fields(**changes: object) -> Fields:
    whole: Fields = {"proposal_id": "甲", "text": "一、修路", "title": "修路", "number": "12", "points": [ONE]}
    return whole | changes


def point_fields(**changes: object) -> Fields:
    return fields(points=[ONE | changes])


def without(name: str) -> Fields:
    return {key: value for key, value in fields().items() if key != name}


def written(path: Path, *lines: object) -> Path:
    file = path / "proposals.jsonl"
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return file


def test_what_is_written_is_read(tmp_path: Path) -> None:
    second = {"number": 2, "text": "建桥", "context": "河宽。", "precedent": False, "passages": {}}
    two = fields(proposal_id="乙", number=None, points=[ONE, second])
    first, other = read_proposals(written(tmp_path, fields(), two))
    assert (first.number, other.number) == ("12", None)
    assert first.points == (JudgedPoint(PointId("甲", 1), "修路", "", True, {"a#1": 2, "a#2": 1}),)
    assert other.points[1] == JudgedPoint(PointId("乙", 2), "建桥", "河宽。", False, {})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (["甲"], '一行应为 JSON 对象，实际是 ["甲"]'),
        (without("proposal_id"), "缺少 proposal_id，实际只有 text、title、number、points"),
        (without("number"), "缺少 number"),
        (fields(text="  "), "text 应为文字，实际是空的"),
        (fields(title=None), "title 应为文字，实际是 null"),
        (fields(number=12), "number 应为编号文字或 null，实际是 12"),
        (fields(number=""), 'number 应为编号文字或 null，实际是 ""'),
        (fields(points=[]), "points 应为至少含一项诉求的列表，实际是 []"),
        (fields(points=["修路"]), '诉求 1 应为 JSON 对象，实际是 "修路"'),
        (point_fields(number=2), "诉求 1 的 number 应为 1（从 1 起依次编号），实际是 2"),
        (point_fields(number=True), "诉求 1 的 number 应为 1（从 1 起依次编号），实际是 true"),
        (point_fields(text=""), "诉求 1 的 text 应为文字，实际是空的"),
        (point_fields(context=None), "诉求 1 的 context 应为文字（可为空），实际是 null"),
        (point_fields(precedent=1), "诉求 1 的 precedent 应为 true 或 false，实际是 1"),
        (point_fields(passages=["a#1"]), '诉求 1 的 passages 应为段落编号到相关度的对象，实际是 ["a#1"]'),
        (point_fields(passages={"a#1": 3}), "诉求 1 的 passages 中“a#1”的相关度应为 1 或 2，实际是 3"),
        (point_fields(passages={"a#1": True}), "诉求 1 的 passages 中“a#1”的相关度应为 1 或 2，实际是 true"),
        (point_fields(passages={"a#1": 1}), '有先例（precedent 为 true）的应有相关度为 2 的段落，实际是 {"a#1": 1}'),
        (point_fields(precedent=False), "无先例（precedent 为 false）的不应有相关度为 2 的段落"),
        (fields(proposal_id="好"), "proposal_id“好”重复出现"),
    ],
)
def test_a_bad_line_is_named_with_what_is_wrong(tmp_path: Path, line: object, message: str) -> None:
    file = written(tmp_path, fields(proposal_id="好"), line)
    with pytest.raises(DafuError, match=re.escape(f"{file} 第 2 行：") + ".*" + re.escape(message)):
        read_proposals(file)


def test_what_is_no_json_or_no_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "proposals.jsonl"
    file.write_text("\n{坏\n", encoding="utf-8")
    with pytest.raises(DafuError, match="第 2 行：应为 JSON 对象"):
        read_proposals(file)
    file.write_text("\n", encoding="utf-8")
    with pytest.raises(DafuError, match="没有提案"):
        read_proposals(file)
    file.write_bytes("提案".encode("gb18030"))
    with pytest.raises(DafuError, match="无法读取"):
        read_proposals(file)
    with pytest.raises(DafuError, match="无法读取"):
        read_proposals(tmp_path / "没有.jsonl")


# The sample's own file.


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("judged", PROPOSALS, ids=lambda p: p.proposal_id)
def test_points_stand_in_their_proposal_in_order(judged: JudgedProposal) -> None:
    text = squeezed(judged.text)
    place = 0
    for ask in judged.points:
        place = text.index(squeezed(ask.text), place) + len(squeezed(ask.text))
        assert squeezed(ask.context) in text
        assert ask.text == ask.text.strip()
        assert "\n" not in ask.text
    assert squeezed(judged.title) in text
    assert judged.number is None or judged.number in text
    assert 200 <= len(judged.text) <= 2500


def test_the_forms_of_the_sample() -> None:
    counts = {judged.proposal_id: len(judged.points) for judged in PROPOSALS}
    assert len(counts) == 15
    assert (counts["single-09"], counts["nine-10"]) == (1, 9)
    assert "\n" not in next(judged.text for judged in PROPOSALS if judged.proposal_id == "oneline-11")
    assert all(3 <= n <= 9 for name, n in counts.items() if name != "single-09")
    assert len({squeezed(ask.text) for ask in POINTS}) == len(POINTS)


def test_every_judged_passage_is_in_the_index(sample_index: Path) -> None:
    engine = open_index(sample_index).engine
    indexed = {passage_id(e.doc_id, p.anchor) for e in engine.entries() for p in engine.passages_of(e.key)}
    assert {item for ask in POINTS for item in ask.passages} <= indexed


def test_the_table_of_the_readme_is_the_files() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (SAMPLE / "PROPOSALS.md").read_text("utf-8").splitlines()
        if re.match(r"\| ([a-z]+-[0-9]{2}|all) \|", line)
    ]
    expected = [[judged.proposal_id, str(len(judged.text)), *counted(judged.points)] for judged in PROPOSALS]
    assert [[row[0], *row[2:]] for row in rows] == [*expected, ["all", "", *counted(POINTS)]]


def counted(points: Sequence[JudgedPoint]) -> list[str]:
    grades = Counter(grade for ask in points for grade in ask.passages.values())
    missing = sum(not ask.precedent for ask in points)
    return [str(n) for n in (len(points), missing, grades[2], grades[1])]
