"""Bands beside judgments: shares worked by hand, dev and test parts, and `dafu eval run --bands` on the sample."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus.errors import DafuError
from dafu import app
from eval.bands import AbstentionCounts, BandCounts, Tally, TopicHits, abstentions, measure_bands, search_topics, tally
from eval.experiment import Collection, ModeResult
from eval.measures import measure
from eval.reports.cells import band_share_label
from eval.splits import measure_parts, split
from eval.trec import Run, Topic
from search_api.searcher import Searcher
from search_api.types import Band
from tests.conftest import silent

DINING = "松澜市民政局:松民函〔2023〕51号"


def shown(
    query_id: str, category: str, *hits: tuple[Band, int | None], nothing: bool = False, answerable: bool = True
) -> TopicHits:
    return TopicHits(Topic(query_id, "", category), hits, nothing, answerable)


ASKED = [
    shown("k-1", "keywords", ("高度相关", 2), ("高度相关", 1), ("相关", 1), ("相关", None), ("可参考", 0)),
    shown("k-2", "keywords", ("高度相关", 3), ("可参考", -1), nothing=True),
    shown("n-1", "none", ("相关", 0), answerable=False),
    shown("n-2", "none", nothing=True, answerable=False),
]


def test_shares_by_hand() -> None:
    found = tally(ASKED)
    high, middle, low = found["all"].bands.values()
    # A grade above 2 is a 2, one below 0 a 0.
    assert (high, middle, low) == (BandCounts(2, 1, 0, 0), BandCounts(0, 1, 1, 1), BandCounts(0, 0, 2, 0))
    assert [high.share(grade, of_judged=True) for grade in (2, 1)] == [2 / 3, 1]
    # Of 相关: one is a 1, one a 0, one unjudged, which counts among all but not among the judged.
    assert [middle.share(1, of_judged=judged) for judged in (True, False)] == [1 / 2, 1 / 3]
    assert [middle.share(2, of_judged=judged) for judged in (True, False)] == [0, 0]
    assert (band_share_label(high, 2), band_share_label(middle, 1), band_share_label(low, 1)) == (
        "67%",
        "50%（33%）",
        "0%",
    )
    assert band_share_label(BandCounts(0, 0, 0, 2), 1) == "—（0%）"
    assert band_share_label(BandCounts(0, 0, 0, 0), 1) == "—"


def test_who_is_told_that_nothing_is_close_by_hand() -> None:
    found = tally(ASKED)
    told = {c: (t.topics, t.answerable, t.right_abstentions, t.wrong_abstentions) for c, t in found.items()}
    assert told == {"all": (4, 2, 1, 1), "keywords": (2, 2, 0, 1), "none": (2, 0, 1, 0)}
    assert abstentions({"all": found, "test": tally(ASKED[1:2])}) == [
        AbstentionCounts("all", True, ((1, 2), (0, 0))),
        AbstentionCounts("all", False, ((1, 2), (1, 1))),
        AbstentionCounts("keywords", False, ((1, 2), (1, 1))),
        AbstentionCounts("none", True, ((1, 2), (0, 0))),
    ]


def test_counts_are_read_back_as_they_are_written() -> None:
    found = tally(ASKED)["all"]
    assert Tally.from_json(json.loads(json.dumps(found.to_json()))) == found


# Dev and test parts


def test_splits_by_number_and_by_order() -> None:
    topics = [Topic(query_id, "", "c") for query_id in ("q-02", "q-03", "p-1", "q-10")]
    by_number = {part: [t.query_id for t in of] for part, of in split(topics, "number").items()}
    assert by_number == {"dev": ["q-03", "p-1"], "test": ["q-02", "q-10"]}
    # Sorted: m1, m10, m2. Both topics of a document fall into the same part, in whatever order they come.
    names = ("m2-subject", "m10-message", "m1-subject", "m2-message", "m1-message")
    by_order = split([Topic(name, "", "c") for name in names], "order")
    assert [t.query_id for t in by_order["dev"]] == ["m2-subject", "m1-subject", "m2-message", "m1-message"]
    assert [t.query_id for t in by_order["test"]] == ["m10-message"]
    with pytest.raises(DafuError, match="题目“m1-message”的编号不以数字结尾"):
        split([Topic("m1-message", "", "c")], "number")


def test_figures_of_parts_are_those_of_their_topics() -> None:
    topics = (Topic("q-1", "", "a"), Topic("q-2", "", "a"), Topic("q-4", "", "b"))
    qrels = {"q-1": {"x": 1}, "q-2": {"x": 1}, "q-4": {"x": 1}}
    run: Run = {"q-1": {"x": 1.0}, "q-2": {"y": 2.0, "x": 1.0}, "q-4": {}}
    result = ModeResult("hybrid", run, measure(run, qrels, topics), (1.0,))
    parts = measure_parts([result], Collection(topics, qrels), "number")
    means = {part: {c: (f.means["RR@10"], f.queries) for c, f in of["hybrid"].items()} for part, of in parts.items()}
    assert means == {
        "dev": {"all": (1, 1), "a": (1, 1)},
        "test": {"all": (1 / 4, 2), "a": (1 / 2, 1), "b": (0, 1)},
    }


# On a real index


def sample(*candidates: str) -> Collection:
    topics = (
        Topic("number-1", "松民函〔2023〕51号", "number"),
        Topic("none-2", "天文望远镜 租借", "none"),
        Topic("none-3", "没有人评判的题", "none"),
    )
    qrels = {"number-1": {DINING: 2}, "none-2": {DINING: 0}}
    return Collection(topics, qrels, frozenset(candidates) or None)


def test_the_first_ten_hits_of_the_page_are_counted(sample_index: Path) -> None:
    searcher, collection = Searcher(sample_index), sample()
    looked_up, nothing = search_topics(searcher, collection, silent)
    assert (looked_up.hits, looked_up.abstained, looked_up.answerable) == ((("高度相关", 2),), False, True)
    page = searcher.search("天文望远镜 租借", k=10)
    grades = [0 if hit.doc_id == DINING else None for hit in page.hits]
    assert list(nothing.hits) == [(hit.band, grade) for hit, grade in zip(page.hits, grades, strict=True)]
    assert (nothing.abstained, nothing.answerable) == (page.message is not None, False) == (True, False)


def test_what_is_no_candidate_is_not_counted(sample_index: Path) -> None:
    searcher = Searcher(sample_index)
    assert [found.hits for found in search_topics(searcher, sample("another"), silent)] == [(), ()]
    assert search_topics(searcher, sample(DINING), silent)[0].hits == (("高度相关", 2),)


def test_bands_of_parts(sample_index: Path) -> None:
    found = measure_bands(Searcher(sample_index), sample(), "number", silent)
    assert {part: list(of) for part, of in found.items()} == {
        "all": ["all", "number", "none"],
        "dev": ["all", "number"],
        "test": ["all", "none"],
    }
    assert found["dev"]["all"].bands["高度相关"] == BandCounts(1, 0, 0, 0)
    assert (found["test"]["all"].right_abstentions, found["dev"]["all"].wrong_abstentions) == (1, 0)
    assert list(measure_bands(Searcher(sample_index), sample(), None, silent)) == ["all"]


def test_eval_run_prints_bands_and_parts_and_keeps_its_json(sample_index: Path, tmp_path: Path) -> None:
    topics = [topic._asdict() for topic in sample().topics]
    (tmp_path / "topics.jsonl").write_text("\n".join(json.dumps(t) for t in topics), encoding="utf-8")
    (tmp_path / "qrels.txt").write_text(f"number-1 0 {DINING} 2\nnone-2 0 {DINING} 0\n", encoding="utf-8")
    files = [f"--topics={tmp_path / 'topics.jsonl'}", f"--qrels={tmp_path / 'qrels.txt'}"]
    command = ["eval", "run", f"--index={sample_index}", *files, "--modes", "lexical", "--json"]
    plain = CliRunner().invoke(app, [*command, str(tmp_path / "plain.json")])
    wanted = ["--bands", "--split", "number"]
    result = CliRunner().invoke(app, [*command, str(tmp_path / "bands.json"), *wanted], env={"COLUMNS": "110"})
    assert (plain.exit_code, result.exit_code) == (0, 0), result.output
    assert (tmp_path / "plain.json").read_text("utf-8") == (tmp_path / "bands.json").read_text("utf-8")
    assert "等级" not in plain.output
    assert re.search(r"全部 +高度相关 +1 +0 +100% +100% *\n", result.output)
    assert re.search(r"none +应有 +1/1（100%） +— +1/1（100%）", result.output)
    assert re.search(r"number +应无 +0/1（0%） +0/1（0%） +— *\n", result.output)
    assert re.search(r"lexical +number +1\.000 +1 +— +— +0 *\n", result.output)


def test_topics_that_cannot_be_split_are_refused_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "topics.jsonl").write_text('{"query_id": "m1-subject", "text": "食堂"}', encoding="utf-8")
    (tmp_path / "qrels.txt").write_text("m1-subject 0 m1 1\n", encoding="utf-8")
    files = [f"--topics={tmp_path / 'topics.jsonl'}", f"--qrels={tmp_path / 'qrels.txt'}"]
    for option in ("--split", "--halves"):  # the old spelling still works
        result = CliRunner().invoke(app, ["eval", "run", "--index", "not-there", *files, option, "number"])
        assert "请改用 --split order" in str(result.exception)
    shown = CliRunner().invoke(app, ["eval", "run", "--help"], env={"COLUMNS": "120"}).output
    assert "--split" in shown
    assert "--halves" not in shown
