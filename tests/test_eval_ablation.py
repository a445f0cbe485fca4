"""`dafu eval ablate`: parameters changed by name, a fake ranking worked by hand, and the sample archive."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus.errors import DafuError
from dafu import app
from eval.ablation import (
    PARTS,
    Variant,
    ablate,
    ablation_json,
    parts_variant,
    searcher_runs,
    settings_variants,
    with_changes,
)
from eval.experiment import Collection, run_mode
from eval.reports.ablation_tables import table, with_table
from eval.trec import Run, Topic
from indexer.engine.parameters import KindWeights, RankingParameters
from indexer.engine.protocol import Mode
from search_api.searcher import Searcher
from tests.conftest import silent

USUAL = RankingParameters()


# Parameters by name


def test_a_parameter_is_changed_by_its_dotted_name_and_nothing_else_is() -> None:
    changed = with_changes(USUAL, {"kinds.words": "0", "depth": "50", "k1": "1.5"})
    expected = USUAL.model_copy(
        update={"kinds": KindWeights(words=0.0), "depth": 50, "k1": 1.5},
    )
    assert changed == expected
    assert with_changes(USUAL, {}) == USUAL


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind.words": "0"}, "没有名为“kind.words”的排序参数，可以是 kinds.words、kinds.bigrams、"),
        ({"kinds": "0"}, "没有名为“kinds”的排序参数"),
        ({"kinds.words": "many"}, "参数 kinds.words 应为数字（现为 0.2），实际是“many”。"),
        ({"depth": "1.5"}, "参数 depth 应为整数（现为 1000），实际是“1.5”。"),
    ],
)
def test_what_cannot_be_changed_is_said(changes: Mapping[str, str], sentence: str) -> None:
    with pytest.raises(DafuError) as refused:
        with_changes(USUAL, changes)
    assert sentence in str(refused.value)


def test_values_are_variants_and_joined_parameters_change_together() -> None:
    one, other = settings_variants(USUAL, "k1=1.2,3")
    assert [(v.name, v.parameters.k1, v.parameters.b) for v in (one, other)] == [
        ("--set k1=1.2", 1.2, 0.95),
        ("--set k1=3", 3.0, 0.95),
    ]
    both = settings_variants(USUAL, "k1=1.2,3+b=0.5, 0.75")
    assert [(v.name, v.parameters.k1, v.parameters.b) for v in both] == [
        ("--set k1=1.2+b=0.5", 1.2, 0.5),
        ("--set k1=1.2+b=0.75", 1.2, 0.75),
        ("--set k1=3+b=0.5", 3.0, 0.5),
        ("--set k1=3+b=0.75", 3.0, 0.75),
    ]
    assert settings_variants(USUAL, "vector_weight=1e+1")[0].parameters.vector_weight == 10
    for wrong in ("k1", "k1=", "=3", "k1=1,,2"):
        with pytest.raises(DafuError, match="--set 应为“参数=值”"):
            settings_variants(USUAL, wrong)


def test_every_part_names_parameters_that_there_are_and_changes_them() -> None:
    for name in PARTS:
        assert parts_variant(USUAL, name).parameters != USUAL, name
    both = parts_variant(USUAL, "words+length")
    assert (both.name, both.parameters.kinds.words, both.parameters.length_share) == ("--without words+length", 0, 0)
    with pytest.raises(DafuError, match="没有名为“stop words”的部分，可以是 words、bigrams、"):
        parts_variant(USUAL, "stop words")


# A ranking worked by hand

TOPICS = (Topic("q-1", "食堂", "short"), Topic("q-2", "电梯", "short"), Topic("q-3", "停车", "long"))
COLLECTION = Collection(TOPICS, {"q-1": {"a": 1}, "q-2": {"a": 1}, "q-3": {"a": 1}})
SECOND = 1 / math.log2(3)


def fake(parameters: RankingParameters, mode: Mode) -> Run:
    """Everything first; without words, q-2 second and q-3 not found. Vectors do not care."""
    if mode == "vector" or parameters.kinds.words:
        return {topic.query_id: {"a": 2.0, "b": 1.0} for topic in TOPICS}
    return {"q-1": {"a": 1.0}, "q-2": {"b": 2.0, "a": 1.0}, "q-3": {}}


WITHOUT_WORDS = parts_variant(USUAL, "words")


def test_an_ablation_by_hand() -> None:
    found = ablate(fake, COLLECTION, USUAL, [WITHOUT_WORDS], ["lexical", "vector"])
    unchanged, without = found["lexical"]["all"]
    assert (unchanged.name, unchanged.differences) == ("unchanged", {})
    assert {c: f.means["nDCG@10"] for c, f in unchanged.figures.items()} == {"all": 1, "short": 1, "long": 1}
    assert {c: f.means["nDCG@10"] for c, f in without.figures.items()} == pytest.approx(
        {"all": (1 + SECOND + 0) / 3, "short": (1 + SECOND) / 2, "long": 0}
    )
    whole = {d.measure: d for d in without.differences["all"]}
    assert whole["nDCG@10"].mean == pytest.approx((0 + (SECOND - 1) - 1) / 3)
    assert (whole["RR@10"].mean, whole["R@10"].mean) == pytest.approx((-1.5 / 3, -1 / 3))
    assert (whole["nDCG@10"].wins, whole["nDCG@10"].ties, whole["nDCG@10"].losses) == (0, 1, 2)
    # Of 27 resamples of the three differences, one holds nothing but the 0, one nothing but the -1: 3.7 % each.
    assert whole["nDCG@10"].ci == pytest.approx((-1, 0))
    # Of the eight assignments of signs to (0, -0.37, -1), the four with equal signs are as far from 0.
    assert whole["nDCG@10"].p == pytest.approx(0.5, abs=0.02)
    assert without.differences["long"][0].mean == -1
    assert [row.differences for row in found["vector"]["all"]][1]["all"][0].mean == 0


def test_parts_of_a_split_are_ablated_apart() -> None:
    found = ablate(fake, COLLECTION, USUAL, [WITHOUT_WORDS], ["lexical"], "number")
    means = {part: [row.figures["all"].means["nDCG@10"] for row in rows] for part, rows in found["lexical"].items()}
    assert means == {"dev": [1, pytest.approx(1 / 2)], "test": [1, pytest.approx(SECOND)]}  # q-1, q-3; q-2


def test_the_json_has_every_measure_with_its_interval() -> None:
    found = ablate(fake, COLLECTION, USUAL, [Variant("w", {"kinds.words": "0"}, WITHOUT_WORDS.parameters)], ["lexical"])
    written = json.loads(json.dumps(ablation_json(found, USUAL)))
    assert written["parameters"]["kinds"]["words"] == 0.2
    unchanged, without = written["modes"]["lexical"]["all"]
    assert (unchanged["changes"], without["changes"]) == ({}, {"kinds.words": "0"})
    assert list(without["differences"]) == ["all", "short", "long"]
    assert without["differences"]["all"]["R@10"]["difference"] == pytest.approx(-1 / 3)
    assert without["differences"]["all"]["R@10"]["ci"] == [-1, 0]


# On a real index


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """A topic that only words answer, and one that only the document's number does."""
    dining = "松澜市民政局:松民函〔2023〕51号"
    topics = [
        {"query_id": "k-1", "text": "长者食堂 关停", "category": "keywords"},
        {"query_id": "n-2", "text": "松民函〔2023〕51号", "category": "number"},
    ]
    (tmp_path / "topics.jsonl").write_text("\n".join(json.dumps(t) for t in topics), encoding="utf-8")
    (tmp_path / "qrels.txt").write_text(f"k-1 0 {dining} 1\nn-2 0 {dining} 1\n", encoding="utf-8")
    return [f"--topics={tmp_path / 'topics.jsonl'}", f"--qrels={tmp_path / 'qrels.txt'}"]


def test_an_index_is_ranked_by_the_parameters_that_are_asked_for(sample_index: Path) -> None:
    # A topic of which no answer was replaced: of those that were, the hybrid shows the newer one above.
    searcher, collection = Searcher(sample_index), Collection((Topic("k", "噪声 罚款", "k"),), {"k": {"x": 1}})
    run = searcher_runs(searcher, collection, silent)
    hybrid = run(searcher.snapshot.ranking, "hybrid")
    assert hybrid == run_mode(searcher, collection, "hybrid", silent).run
    # Without a weight for vectors the hybrid's order is that of words; without kinds of term nothing is found by words.
    lexical = run(searcher.snapshot.ranking, "lexical")
    without_vectors = run(parts_variant(searcher.snapshot.ranking, "vector").parameters, "hybrid")
    assert list(without_vectors["k"])[:5] == list(lexical["k"])[:5]
    assert run(parts_variant(USUAL, "words+bigrams+characters+concepts").parameters, "lexical") == {"k": {}}


def test_eval_ablate_prints_a_row_a_variant_and_writes_json(
    sample_index: Path, files: list[str], tmp_path: Path
) -> None:
    command = ["eval", "ablate", f"--index={sample_index}", *files, "--mode=lexical", f"--json={tmp_path / 'a.json'}"]
    changes = ["--without=words+bigrams+characters+concepts", "--set=k1=1.2,2"]
    result = CliRunner().invoke(app, [*command, *changes], env={"COLUMNS": "130"})
    assert result.exit_code == 0, result.output
    rows = [" ".join(line.split()) for line in result.output.splitlines()]
    assert "词语（lexical），全部 2 题，nDCG@10；差为改动后减改动前。" in rows
    written = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    unchanged, slower, same, nothing = written["modes"]["lexical"]["all"]
    assert [row["name"] for row in (slower, same)] == ["--set k1=1.2", "--set k1=2"]
    # The engine's own k1 is 2: the same ranking.
    assert written["parameters"]["k1"] == 2
    assert same["differences"]["all"]["nDCG@10"]["difference"] == 0
    # Without any kind of term the look-up by number is all that is left.
    assert nothing["figures"]["keywords"]["nDCG@10"] == 0
    assert nothing["figures"]["number"]["nDCG@10"] == 1
    value = unchanged["figures"]["keywords"]["nDCG@10"]
    assert f"不改动 {(value + 1) / 2:.3f} {value:.3f} 1.000" in rows
    assert any(row.startswith("--without words+bigrams+characters+concepts 0.500 0.000 1.000 -") for row in rows)


def test_nothing_asked_for_takes_every_part_away_in_turn(sample_index: Path, files: list[str], tmp_path: Path) -> None:
    out = tmp_path / "a.json"
    command = ["eval", "ablate", f"--index={sample_index}", *files, "--split=number", f"--json={out}"]
    result = CliRunner().invoke(app, command, env={"COLUMNS": "130"})
    assert result.exit_code == 0, result.output
    written = json.loads(out.read_text(encoding="utf-8"))["modes"]
    assert list(written) == ["hybrid"]
    assert list(written["hybrid"]) == ["dev", "test"]
    assert [row["name"] for row in written["hybrid"]["dev"]] == ["unchanged", *(f"--without {part}" for part in PARTS)]
    assert ("开发集 1 题" in result.output, "测试集 1 题" in result.output) == (True, True)


@pytest.mark.parametrize(("arguments", "sentence"), [(["--mode=magic"], "magic"), (["--measure=MAP"], "MAP")])
def test_unknown_names_are_wrong_usage(files: list[str], arguments: list[str], sentence: str) -> None:
    result = CliRunner().invoke(app, ["eval", "ablate", "--index=x", *files, *arguments], env={"COLUMNS": "130"})
    assert result.exit_code == 2
    assert sentence in result.output


# The tables of ablation.md


def test_a_table_of_the_page_by_hand(tmp_path: Path) -> None:
    found = ablate(fake, COLLECTION, USUAL, [WITHOUT_WORDS], ["lexical"])
    (tmp_path / "a.json").write_text(json.dumps(ablation_json(found, USUAL)), encoding="utf-8")
    page = "before\n<!-- ablation: words -->\nold\n<!-- end -->\nafter\n"
    assert with_table(page, f"words={tmp_path / 'a.json'},R@10,short+long") == (
        "before\n<!-- ablation: words -->\n"
        "| changed | mode | R@10, short | R@10, long | R@10, difference over all (95 %) |\n"
        "| --- | --- | --- | --- | --- |\n"
        "| unchanged | lexical | 1.000 | 1.000 |  |\n"
        "| `--without words` | lexical | 1.000 | 0.000 | -0.333 (-1.000 to +0.000) |\n"
        "<!-- end -->\nafter\n"
    )
    with pytest.raises(DafuError, match=r"应为“名称=文件,指标,类别\+类别”，实际是“words=a\.json”"):
        with_table(page, "words=a.json")


def test_parts_of_a_split_stand_side_by_side() -> None:
    found = ablate(fake, COLLECTION, USUAL, [WITHOUT_WORDS], ["vector"], "number")
    assert table(json.loads(json.dumps(ablation_json(found, USUAL))), "nDCG@10", ["all"]).splitlines()[2:] == [
        "| unchanged | vector | 1.000 |  | 1.000 |  |",
        "| `--without words` | vector | 1.000 | +0.000 (+0.000 to +0.000) | 1.000 | +0.000 (+0.000 to +0.000) |",
    ]
