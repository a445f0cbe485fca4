"""Which passage is valid today: what later letters do to an answer of the sample archive, for whom, how it shows."""

import json
import shutil
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import docx
import pytest
from fastapi.testclient import TestClient

from corpus.proposals import Point, Proposal
from indexer.build.update import BuildOptions, build
from indexer.snapshot import Snapshot, open_index
from search_api.desk import basket
from search_api.desk.sheet import to_docx, to_markdown
from search_api.match import MatchedPoint, match
from search_api.searcher import Searcher
from search_api.types import PassageHit
from search_api.web.app import create_app
from tests import later_letters
from tests.conftest import silent
from tests.later_letters import ASK, BEFORE, LIFTS

HOUSING = "松澜市住房和城乡建设局"


def updated(sample_index: Path, folder: Path, agency: str, body: str, title: str = LIFTS) -> tuple[Path, str]:
    """The sample's index with one more letter, which only those of the scope 内部 may see, and the letter's doc_id."""
    index = folder / "index"
    shutil.copytree(sample_index, index)
    doc_id = later_letters.write(folder / "letters", agency, body, title)
    build([folder / "letters"], index, BuildOptions(scope="内部"), silent)
    return index, doc_id


@pytest.fixture(scope="module")
def revoked(sample_index: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Snapshot, str]:
    index, doc_id = updated(sample_index, tmp_path_factory.mktemp("revoked"), HOUSING, later_letters.REVOKES)
    return open_index(index), doc_id


def asked(snapshot: Snapshot) -> MatchedPoint:
    point = Point(number=1, text=ASK, context="")
    proposal = Proposal(title="关于加装电梯补助的提案", number=None, preamble="", points=(point,))
    return match(snapshot, proposal).points[0]


def passages(point: MatchedPoint) -> list[PassageHit]:
    return [passage for hit in point.hits for passage in hit.passages]


def answer_of_2025(point: MatchedPoint) -> PassageHit:
    return next(p for p in passages(point) if p.passage_id.startswith(BEFORE) and "15万元提高到20万元" in p.text)


def test_a_later_letter_of_the_same_bureau_revokes(revoked: tuple[Snapshot, str]) -> None:
    snapshot, newer = revoked
    found = asked(snapshot)
    before = answer_of_2025(found)
    assert before.status == "superseded"
    assert str(before.superseded_by).startswith(f"{newer}#")
    assert str(before.why).startswith("2026年3月20日同一单位对同一事项另有答复")
    order = [hit.doc_id for hit in found.hits]
    assert order.index(newer) < order.index(BEFORE)
    assert found.current
    assert (found.current.doc_id, str(found.current.replied_on)) == (newer, "2026-03-20")
    assert "2025" in found.current.why


def test_who_may_not_see_the_letter_learns_nothing_of_it(revoked: tuple[Snapshot, str], sample_index: Path) -> None:
    snapshot, newer = revoked
    found = asked(snapshot.seen_by(frozenset({"公开"})))
    assert answer_of_2025(found).status == "current"
    assert newer not in found.model_dump_json()
    assert "2026" not in found.model_dump_json()
    before = asked(open_index(sample_index))
    assert answer_of_2025(found).status == answer_of_2025(before).status
    assert found.current == before.current


@pytest.mark.parametrize(
    ("agency", "body", "title"),
    [
        (HOUSING, later_letters.REPEATS, LIFTS),
        ("松澜市梧桐区住房和建设局", later_letters.ELSEWHERE, LIFTS),
        ("松澜市残疾人联合会", later_letters.ANOTHER_GROUP, "提高残疾人辅助器具补贴"),
    ],
    ids=["only repeats", "of a district", "of another group"],
)
def test_an_answer_that_nothing_changed_is_not_superseded(
    sample_index: Path, tmp_path: Path, agency: str, body: str, title: str
) -> None:
    index, newer = updated(sample_index, tmp_path, agency, body, title)
    found = asked(open_index(index))
    assert answer_of_2025(found).superseded_by is None
    repeated = [passage.status for passage in passages(found) if passage.passage_id.startswith(newer)]
    assert repeated in ([], ["restates"] if body == later_letters.REPEATS else ["current"])


def test_an_older_answer_is_superseded_and_stands_below(sample_index: Path) -> None:
    found = asked(open_index(sample_index))
    older = [p for p in passages(found) if p.passage_id.startswith("松澜市住房和城乡建设局:松建函〔2021〕88号")]
    assert older
    assert {passage.status for passage in older} == {"superseded"}
    shown = [p.passage_id for p in passages(found)]
    assert all(shown.index(str(each.superseded_by)) < shown.index(each.passage_id) for each in older)


def test_the_search_puts_the_newer_letter_first(revoked: tuple[Snapshot, str]) -> None:
    snapshot, newer = revoked
    result = Searcher(snapshot).search(ASK)
    order = [hit.doc_id for hit in result.hits]
    assert order.index(newer) < order.index(BEFORE)
    assert [hit.rank for hit in result.hits] == list(range(1, len(result.hits) + 1))
    assert newer not in Searcher(snapshot).seen_by(frozenset({"公开"})).search(ASK).to_json()


def test_the_json_has_every_field(revoked: tuple[Snapshot, str]) -> None:
    point = Point(number=1, text=ASK, context="")
    proposal = Proposal(title=None, number=None, preamble="", points=(point,))
    found = json.loads(match(revoked[0], proposal).to_json())["points"][0]
    assert set(found["current"]) == {"doc_id", "passage_id", "replied_on", "why"}
    shown = [passage for hit in found["hits"] for passage in hit["passages"]]
    assert all({"status", "superseded_by", "why", "verdict"} <= set(passage) for passage in shown)
    assert {passage["status"] for passage in shown} <= {"current", "superseded", "restates", None}
    assert all((passage["status"] == "superseded") == bool(passage["superseded_by"]) for passage in shown)


@pytest.fixture(scope="module")
def client(revoked: tuple[Snapshot, str]) -> Iterator[TestClient]:
    with TestClient(create_app(Searcher(revoked[0].folder))) as client:
        yield client


def test_the_page_strikes_out_what_was_replaced_and_warns_beside_the_box(
    client: TestClient, revoked: tuple[Snapshot, str]
) -> None:
    page = client.post("/match", data={"text": f"关于加装电梯补助的提案\n建议：\n一、{ASK}。\n二、夜间开放车位。"}).text
    assert page.index("现行口径") < page.index('<ul class="replaced"')
    struck = page.split('<ul class="replaced"')[1].split("</ul>")[0]
    assert "<del>" in struck
    assert "另有答复" in struck
    boxes = page.split('<label class="pick"')[1:]
    warned = [box for box in boxes if "data-newer=" in box.split("</label>")[0]]
    assert warned
    assert all("已有新答复" in box.split("</label>")[0] for box in warned)


def test_the_search_page_links_to_the_newer_answer(client: TestClient, revoked: tuple[Snapshot, str]) -> None:
    page = client.get("/", params={"q": ASK}).text
    assert '<p class="outdated"><a href="/documents/' in page
    assert ">已有新答复</a>" in page


def test_the_sheet_takes_the_current_answer_and_warns_of_others(revoked: tuple[Snapshot, str]) -> None:
    snapshot, newer = revoked
    point = Point(number=1, text=ASK, context="")
    found = match(snapshot, Proposal(title="加装电梯", number=None, preamble="", points=(point,)))
    chosen = basket.picked(found)
    assert chosen.picks[0].passage_id.startswith(f"{newer}#")
    before = answer_of_2025(found.points[0])
    assert before.passage_id not in {pick.passage_id for pick in chosen.picks}
    old = basket.Pick(passage_id=before.passage_id, point=1, superseded_by=before.superseded_by)
    made, _ = basket.sheet(snapshot, chosen.model_copy(update={"picks": (old,)}), date(2026, 5, 1), lambda *_: None)
    lines = [paragraph.text for paragraph in docx.Document(BytesIO(to_docx(made))).paragraphs]
    warning = next(line for line in lines if line.startswith("已有新答复，请以新答复为准：松澜市住房和城乡建设局"))
    assert lines.index(warning) < next(i for i, line in enumerate(lines) if "15万元提高到20万元" in line)
    assert "已有新答复" in to_markdown(made)
    public = snapshot.seen_by(frozenset({"公开"}))
    unwarned, _ = basket.sheet(public, chosen.model_copy(update={"picks": (old,)}), date(2026, 5, 1), lambda *_: None)
    assert "已有新答复" not in to_markdown(unwarned)
    assert basket.of_sheet(made).picks == (old,)
