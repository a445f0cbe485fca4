"""`dafu eval match`: what the splitter gave and what the judge gave, measured apart, on the sample archive."""

import json
from pathlib import Path

from typer.testing import CliRunner

from corpus.addresses import passage_id
from corpus.errors import DafuError
from dafu import app
from eval.match import measure_match
from eval.match_measures import Share
from eval.proposals import JudgedPoint, JudgedProposal, PointId
from eval.reports.cells import count_label
from indexer.engine.protocol import PassageEntry
from indexer.snapshot import open_index
from tests.conftest import make_index, silent
from tests.letters import SAMPLE

DINING = "松澜市民政局:松民函〔2023〕51号"
ANSWERED = "长者食堂的承办方要走，先有替补再关门。"
UNHEARD_OF = "在海边建设一座低轨卫星发射场。"


def proposal(proposal_id: str, text: str, *points: tuple[str, dict[str, int]]) -> JudgedProposal:
    judged = tuple(
        JudgedPoint(PointId(proposal_id, n), ask, "", 2 in passages.values(), passages)
        for n, (ask, passages) in enumerate(points, 1)
    )
    return JudgedProposal(proposal_id, text, "关于养老的提案", None, judged)


def answering(index: Path) -> PassageEntry:
    """The passage of 松民函〔2023〕51号 that says 先有替补再关门."""
    snapshot = open_index(index)
    entry = snapshot.engine.find(DINING)
    assert entry
    text = snapshot.document(entry).text
    passages = snapshot.engine.passages_of(entry.key)
    return next(p for p in passages if "“先有替补再关门”的建议，全部采纳" in text[p.start : p.end])


def test_splitting_and_finding_are_told_apart(sample_index: Path) -> None:
    points = [(ANSWERED, {passage_id(DINING, answering(sample_index).anchor): 2}), (UNHEARD_OF, {})]
    proposals = [
        proposal("甲", f"关于养老的提案\n建议：\n一、{ANSWERED}\n二、{UNHEARD_OF}", *points),
        # Judged as two asks, written as one: the splitter cannot know.
        proposal("乙", f"关于养老的提案\n建议：\n一、{ANSWERED[:-1]}，{UNHEARD_OF}\n二、修路。", *points),
    ]
    found = measure_match(open_index(sample_index), proposals, silent)
    assert [(part, of.proposals, of.points) for part, of in found.items()] == [
        ("all", 2, 4),
        ("dev", 1, 2),
        ("test", 1, 2),
    ]
    assert (found["all"].split.exact, found["all"].split.recall) == (Share(1, 2), Share(2, 4))
    assert found["all"].found.passages.answered == Share(1, 2)
    assert found["all"].found_given.passages.answered == Share(2, 2)
    # A point that was not split off was called nothing: neither rightly nor wrongly.
    assert found["test"].found.precedent.rightly == Share(0, 1)
    assert found["all"].found_given.precedent.rightly == Share(2, 2)
    assert found["all"].found_given.precedent.wrongly == Share(0, 2)


def answered(index: Path, address: str) -> Share:
    """Whether the judged passage of ANSWERED is found among the first."""
    judged = proposal("甲", f"关于养老的提案\n建议：\n一、{ANSWERED}\n二、{UNHEARD_OF}", (ANSWERED, {address: 2}))
    return measure_match(open_index(index), [judged], silent)["all"].found_given.passages.answered


def test_a_judgment_stays_on_its_words(sample_index: Path, tmp_path: Path) -> None:
    found = answering(sample_index)
    assert answered(sample_index, passage_id(DINING, found.anchor)) == Share(1, 1)
    assert answered(sample_index, f"{DINING}#{found.number}") == Share(1, 1)  # as judged before passages had anchors
    assert answered(sample_index, f"{DINING}#{found.number + 1}") == Share(0, 1)
    # A section is inserted before the passage: its position is another's now, its anchor still its own.
    source = SAMPLE / "市民政局"
    path = next(path for path in source.iterdir() if "〔2023〕51号" in path.name)
    text = path.read_text(encoding="utf-8")
    heading = next(line for line in text.splitlines() if line.startswith("一、"))
    new = f"一、背景\n{'全市六十岁以上老年人占比逐年上升，助餐需求旺盛。' * 8}\n"
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / path.name).write_text(text.replace(heading, f"{new}{heading}", 1), encoding="utf-8")
    make_index(tmp_path / "letters", tmp_path / "index")
    assert answering(tmp_path / "index").number != found.number
    assert answered(tmp_path / "index", passage_id(DINING, found.anchor)) == Share(1, 1)


def test_the_command_prints_a_column_a_part_and_writes_json(sample_index: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    command = ["eval", "match", f"--index={sample_index}", "--proposals=eval/sample/proposals.jsonl", f"--json={out}"]
    result = CliRunner().invoke(app, command, env={"COLUMNS": "110"})
    assert result.exit_code == 0, result.output
    assert result.output.startswith("评判过的提案 15 份，诉求 105 条。")
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert list(figures) == ["all", "dev", "test"]
    answered = [figures[part]["found_given"]["passages"]["answered"] for part in figures]
    row = next(line for line in result.output.split("评判者分条")[1].splitlines() if "前 5 段里有答案" in line)
    assert [f"{share['hits']}/{share['of']}" for share in answered] == [
        cell.split("（")[0] for cell in row.split()[-3:]
    ]
    assert answered[0]["of"] == answered[1]["of"] + answered[2]["of"] == 80
    # What a change of ranking must not lose unseen; eval/README.md has the figures.
    assert answered[0]["hits"] >= 66


def test_a_file_of_something_else_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    (tmp_path / "题目.jsonl").write_text('{"query_id": "k-1", "text": "食堂"}\n', encoding="utf-8")
    result = CliRunner().invoke(app, ["eval", "match", "--index=not-there", f"--proposals={tmp_path / '题目.jsonl'}"])
    assert isinstance(result.exception, DafuError)
    assert "第 1 行：缺少 proposal_id" in str(result.exception)


def test_a_share_of_nothing_is_no_figure() -> None:
    assert [count_label(1, 3), count_label(0, 0)] == ["1/3（33%）", "—"]
