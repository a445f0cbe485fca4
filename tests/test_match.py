"""A proposal against the archive: the core, the points as people edit them, and the command."""

import json
import re
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus.errors import DafuError
from corpus.proposals import Proposal
from dafu import app as command
from indexer.snapshot import Snapshot, open_index
from search_api.match import MAX_POINTS, Match, Matching, match, proposal_from, proposal_of
from search_api.query.language import LONGEST_QUERY, QueryError
from search_api.web.rendering.draft import DraftPoint, changed
from tests.conftest import make_index
from tests.letters import PASTED, letter


@pytest.fixture(scope="module")
def snapshot(sample_index: Path) -> Snapshot:
    return open_index(sample_index)


@pytest.fixture(scope="module")
def found(snapshot: Snapshot) -> Match:
    return match(snapshot, proposal_of(PASTED))


# The core


def test_each_point_has_its_passages_and_one_has_none_before_it(found: Match) -> None:
    assert (found.title, found.number) == ("关于老旧小区两件事的提案", "20260088")
    lift, parking, launch_site = found.points
    assert "电梯" in lift.hits[0].passages[0].text
    assert "停车" in parking.hits[0].passages[0].text or "泊位" in parking.hits[0].passages[0].text
    assert [point.precedent for point in found.points] == [True, True, False]
    assert lift.context == "老人上下楼不便。"
    assert launch_site.hits  # the nearest, for reference


def test_the_matrix_is_ordered_by_cover_and_says_which_passage_answers(found: Match) -> None:
    keys = [(-len(document.covered), -document.score, document.doc_id) for document in found.documents]
    assert keys == sorted(keys)
    for document in found.documents:
        assert tuple(document.answers) == document.covered
        assert all(answer.passage_id.startswith(f"{document.doc_id}#") for answer in document.answers.values())
    assert {number for document in found.documents for number in document.covered} == {1, 2}


def test_within_a_point_no_letter_crowds_out_the_others(found: Match) -> None:
    for point in found.points:
        takers = {passage.superseded_by for hit in point.hits for passage in hit.passages}
        shown = [passage.passage_id for hit in point.hits for passage in hit.passages]
        assert 10 <= len(shown) <= 10 + len(takers)  # what took the place of one is put in
        assert all(len(hit.passages) <= 2 for hit in point.hits)


def test_the_context_tells_equals_apart(snapshot: Snapshot) -> None:
    def scores(title: str) -> dict[str, float]:
        found = match(snapshot, proposal_from(title, "", "", [("提高补贴标准。", "")]))
        return {str(hit.title): hit.score for hit in found.points[0].hits}

    about_lifts, about_dining = scores("关于既有住宅加装电梯的提案"), scores("关于长者食堂老年助餐的提案")
    both = [title for title in about_lifts if title in about_dining]
    assert {about_lifts[title] > about_dining[title] for title in both if "电梯" in title} == {True}
    assert {about_lifts[title] < about_dining[title] for title in both if "饭堂" in title} == {True}


def test_progress_is_made_point_by_point(snapshot: Snapshot) -> None:
    matching = Matching(snapshot, proposal_of(PASTED))
    steps = iter(matching)
    assert next(steps) == 0
    assert matching.result().points == ()
    assert next(steps) == 1
    assert [point.number for point in matching.result().points] == [1]
    told: list[tuple[int, int]] = []
    match(snapshot, proposal_of(PASTED), lambda done, of: told.append((done, of)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_titles_are_masked(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    text = letter(
        opening="您提出的《关于请13812345678王大伟增设长者食堂的提案》（第20230112号）收悉。经研究，现答复如下："
    )
    (tmp_path / "letters" / "信.txt").write_text(text, encoding="utf-8")
    make_index(tmp_path / "letters", tmp_path / "index")
    found = match(
        open_index(tmp_path / "index"),
        proposal_from("", "", "", [("现有长者食堂六十八家，日均就餐九千人次，覆盖全部街道。", "")]),
    )
    assert found.documents
    assert "138" in str(found.documents[0].title)
    assert "13812345678" not in found.to_json()


@pytest.mark.parametrize(
    ("proposal", "sentence"),
    [
        (proposal_from("标题", "", "前言", [(" ", "只有说明")]), "没有可以查找的诉求"),
        (proposal_from("", "", "", [("修路。", "")] * (MAX_POINTS + 1)), "诉求有 61 条，超过上限 60 条"),
    ],
)
def test_what_cannot_be_matched_is_said_before_anything_is_searched(
    snapshot: Snapshot, proposal: Proposal, sentence: str
) -> None:
    with pytest.raises(QueryError, match=sentence):
        Matching(snapshot, proposal)


def test_a_proposal_that_is_too_long_or_blank_is_refused() -> None:
    with pytest.raises(QueryError, match="提案有 50001 个字符，超过上限 50000"):
        proposal_of("长" * (LONGEST_QUERY + 1))
    with pytest.raises(QueryError, match="提案有 50003 个字符"):
        proposal_from("标题", "", "长" * LONGEST_QUERY, [("路", "")])
    with pytest.raises(QueryError, match="提案是空的"):
        proposal_of(" \n")


def test_sixty_points_of_fifty_thousand_characters_are_matched(snapshot: Snapshot) -> None:
    points = [
        (f"在第{n}街道建长者食堂并给加装电梯发补贴。", "老人吃饭和上下楼都不方便。" * 60) for n in range(MAX_POINTS)
    ]
    started = time.monotonic()
    found = match(snapshot, proposal_from("关于养老的提案", "", "前言" * 900, points))
    assert len(found.points) == MAX_POINTS
    assert time.monotonic() - started < 30  # 1 s on a machine with nothing else to do


# Points as people edit them


def points(*texts: str) -> list[DraftPoint]:
    """`问|说明`."""
    return [DraftPoint(text=text.partition("|")[0], context=text.partition("|")[2]) for text in texts]


@pytest.mark.parametrize(
    ("action", "before", "after", "at"),
    [
        ("merge-2", ("修路|因为堵", "架桥|因为河", "种树"), ("修路\n架桥|因为堵\n因为河", "种树"), 0),
        ("split-1", ("修路\n\n架桥\n \n种树|因为", "挖井"), ("修路|因为", "架桥", "种树", "挖井"), 1),
        ("drop-2", ("修路", "架桥", "种树"), ("修路", "种树"), 1),
        ("drop-3", ("修路", "架桥", "种树"), ("修路", "架桥"), 1),
        ("drop-1", ("修路",), (), 0),
        ("add", ("修路",), ("修路", ""), 1),
    ],
)
def test_buttons(action: str, before: tuple[str, ...], after: tuple[str, ...], at: int) -> None:
    found = changed(points(*before), action)
    assert (found.points, found.at) == (points(*after), at)


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        ("merge-1", "第 1 条上面没有诉求"),
        ("split-2", "第 2 条不知道从哪里拆：请在要分开的地方空一行"),
        ("drop-3", "没有这一条诉求"),
        ("drop-0", "没有这一条诉求"),
        ("<script>", "没有这一条诉求"),
    ],
)
def test_buttons_that_cannot_do_it_say_so(action: str, sentence: str) -> None:
    with pytest.raises(QueryError, match=sentence):
        changed(points("修路", "架桥"), action)


# The command


def test_the_command_reads_a_file_and_prints_points_and_letters(sample_index: Path, tmp_path: Path) -> None:
    file = tmp_path / "提案.txt"
    file.write_text(PASTED, encoding="gb18030")
    printed = CliRunner().invoke(command, ["match", str(file), f"--index={sample_index}"])
    assert printed.exit_code == 0, printed.output
    assert "《关于老旧小区两件事的提案》，诉求 3 条" in printed.output
    assert "3. 在海边建设一座低轨卫星发射场。  [没有找到先例，以下仅供参考]" in printed.output
    assert re.search(r"覆盖诉求最多的答复（共 \d+ 份）：\n   .+（.+）：诉求 \d", printed.output)
    piped = CliRunner().invoke(command, ["match", "-", f"--index={sample_index}", "--json"], input=PASTED.encode())
    answer = json.loads(piped.stdout)
    assert list(answer) == ["title", "number", "preamble", "points", "documents", "unused"]
    assert [point["precedent"] for point in answer["points"]] == [True, True, False]
    assert [point["closeness"] for point in answer["points"]] == ["answered", "answered", "none"]
    assert "explanation" not in answer["points"][0]["hits"][0]


def test_the_command_writes_a_sheet(sample_index: Path, tmp_path: Path) -> None:
    (tmp_path / "提案.txt").write_text(PASTED, encoding="utf-8")
    arguments = ["match", str(tmp_path / "提案.txt"), f"--index={sample_index}", "--docx"]
    done = CliRunner().invoke(command, [*arguments, str(tmp_path / "答复参考.docx")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "答复参考.docx").read_bytes().startswith(b"PK")
    refused = CliRunner().invoke(command, [*arguments, str(tmp_path / "没有" / "答复参考.docx")])
    assert isinstance(refused.exception, DafuError)
    assert "请先建立它" in str(refused.exception)
