"""A passage's verdict is in what a search and a match return, and a word on the pages, under scopes and masked."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from corpus.facts.verdicts import VERDICTS
from corpus.passages import split
from dafu import app
from indexer.build.derivations import Verdicts
from indexer.build.update import BuildOptions, build
from indexer.snapshot import open_index
from search_api import labels
from search_api.analyses.verdicts import VerdictStated, verdict_of
from search_api.web.app import create_app
from tests.conftest import make_index, silent
from tests.letters import numbered, parsed

BODY = "全市现有长者食堂六十八家，日均就餐九千人次，覆盖全部街道。"
SAID = "您建议把长者食堂补贴提高到每餐五元，本年度财力难以安排，暂不采纳，可致电13800138000。"
ASK = "关于养老的提案\n建议：\n一、提高长者食堂每餐补贴，增加经费。"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two open documents, one of which declines an ask, and one of a scope, which grants it."""
    folder = tmp_path_factory.mktemp("verdicts")
    said = [SAID, BODY, "您建议把长者食堂补贴提高到每餐五元，我局予以采纳。"]
    for number, sentence in enumerate(said, 1):
        target = folder / ("内部" if number == 3 else "公开")
        target.mkdir(exist_ok=True)
        (target / f"{number}.txt").write_text(numbered(number).replace(BODY, sentence), "utf-8")
    make_index(folder / "公开", folder / "index")
    build([folder / "内部"], folder / "index", BuildOptions(scope="内部"), silent)
    return folder / "index"


@pytest.fixture(scope="module")
def client(index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(index)) as client:
        yield client


def test_rows_name_the_passage_and_the_words() -> None:
    document = parsed(numbered(1).replace(BODY, SAID))
    row, *_ = Verdicts().derive(document)
    passage = next(p for p in split(document) if "财力难以安排" in p.text)
    assert (row["anchor"], row["verdict"]) == (passage.anchor, "declined")
    assert str(row["quote"]) in passage.text


def test_search_and_match_say_it(index: Path, client: TestClient) -> None:
    found = json.loads(CliRunner().invoke(app, ["search", "长者食堂补贴", "--index", str(index), "--json"]).output)
    said = {p["verdict"] for hit in found["hits"] for p in hit["passages"] if "长者食堂" in p["text"]}
    assert said == {"declined", "adopted", None}
    points = client.post("/api/v1/match", json={"text": ASK}).json()["points"]
    assert {p["verdict"] for hit in points[0]["hits"] for p in hit["passages"]} >= {"declined", "adopted"}


def test_a_word_stands_beside_the_passage_on_the_pages(client: TestClient) -> None:
    word = '<span class="decision" data-verdict="declined">不采纳</span>'
    assert word in client.get("/?q=长者食堂补贴").text
    assert word in client.post("/match", data={"text": ASK}).text
    assert set(labels.VERDICTS) == set(VERDICTS)


def test_the_quote_is_of_the_masked_document_and_only_of_one_that_is_seen(index: Path) -> None:
    whole = open_index(index)
    for entry in whole.engine.entries():
        text = whole.masked(entry).text
        found = [verdict_of(whole, entry, passage.anchor) for passage in whole.engine.passages_of(entry.key)]
        assert all(stated.quote in text for stated in found if stated)
        assert all(isinstance(stated, VerdictStated) or stated is None for stated in found)
    for scopes, granted in ((frozenset({"公开"}), False), (frozenset({"公开", "内部"}), True)):
        rows = whole.seen_by(scopes).derived(Verdicts.name, Verdicts.version)
        assert ("adopted" in {row["verdict"] for row in rows}) is granted
