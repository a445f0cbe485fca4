"""A letter that is not for a reader is nowhere: not found, not counted, not suggested, not told apart from none."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from dafu import app as command
from indexer.build.update import BuildOptions, build
from indexer.engine.local import LocalEngine
from indexer.engine.protocol import Mode, Query
from indexer.terms.kinds import terms_of
from search_api.searcher import Searcher
from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.conftest import make_index, silent, write_letters
from tests.letters import letter

OPEN = frozenset({"公开"})
STAFF = frozenset({"公开", "内部"})

# Everything about the hidden letter that stands nowhere else, as it is written and as a page may write it.
MARKS = ("蓝鲸", "保密选址", "海事局", "20239999", "松蓝函", "9月9日", "2031", "潜航")
HIDDEN_ID = "松澜市蓝鲸海事局:松蓝函〔2031〕9号"


def write_hidden(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = letter(
        heading="松澜市蓝鲸海事局关于市政协十届二次会议第20239999号提案的答复",
        opening="您提出的《关于蓝鲸计划保密选址的提案》（第20239999号）收悉。现答复如下：",
        body="一、选址情况\n潜航基地选在长者食堂旁，蓝鲸计划已拨付六百四十万元，每餐补贴照旧。\n"
        "二、下一步工作\n潜航试验在年底前完成。",
        closing="松澜市蓝鲸海事局\n2031年9月9日",
    )
    (folder / "选址.txt").write_text("松蓝函〔2031〕9号\n" + text, encoding="utf-8")


@pytest.fixture(scope="module")
def open_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a reader without the scope should believe that there is."""
    folder = tmp_path_factory.mktemp("open")
    write_letters(folder / "letters")
    make_index(folder / "letters", folder / "index")
    return folder / "index"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same letters and a hidden one."""
    folder = tmp_path_factory.mktemp("scopes")
    write_letters(folder / "letters")
    write_hidden(folder / "内部")
    make_index(folder / "letters", folder / "index")
    report = build([folder / "内部"], folder / "index", BuildOptions(scope="内部"), silent)
    assert (report.added, report.documents) == (1, 4)
    return folder / "index"


def ids(searcher: Searcher, query: str) -> list[str]:
    return [hit.doc_id for hit in searcher.search(query, 100).hits]


# Where a scope comes from


def test_a_source_gives_its_letters_a_scope_that_later_runs_remember(tmp_path: Path) -> None:
    write_letters(tmp_path / "letters")
    write_hidden(tmp_path / "letters" / "内部")
    runner = CliRunner()
    arguments = ["index", str(tmp_path / "letters" / "内部"), "--into", str(tmp_path / "index"), "--scope", "内部"]
    assert runner.invoke(command, arguments).exit_code == 0
    whole = ["index", str(tmp_path / "letters"), "--into", str(tmp_path / "index")]
    assert runner.invoke(command, whole).exit_code == 0
    scopes = {e.doc_id: e.scope for e in Searcher(tmp_path / "index").snapshot.engine.entries()}
    assert scopes.pop(HIDDEN_ID) == "内部"
    assert set(scopes.values()) == {"公开"}
    assert len(scopes) == 3


def test_a_changed_scope_reaches_letters_that_did_not_change(tmp_path: Path) -> None:
    write_letters(tmp_path / "letters")
    make_index(tmp_path / "letters", tmp_path / "index")
    report = build([tmp_path / "letters"], tmp_path / "index", BuildOptions(scope="民政"), silent)
    assert (report.changed, report.added) == (3, 0)
    searcher = Searcher(tmp_path / "index")
    assert ids(searcher.seen_by(OPEN), "长者食堂") == []
    assert len(ids(searcher.seen_by(frozenset({"民政"})), "长者食堂")) >= 1
    build([tmp_path / "letters"], tmp_path / "index", BuildOptions(scope="公开"), silent)
    assert len(ids(Searcher(tmp_path / "index").seen_by(OPEN), "长者食堂")) >= 1


@pytest.mark.parametrize("fate", ["gone", "unreadable"])
def test_a_file_that_cannot_be_read_again_does_not_keep_a_wider_scope(tmp_path: Path, fate: str) -> None:
    write_letters(tmp_path / "letters")
    make_index(tmp_path / "letters", tmp_path / "index")
    file = tmp_path / "letters" / "长者食堂.txt"
    file.unlink() if fate == "gone" else file.write_bytes(b"\x00" * 500)
    build([tmp_path / "letters"], tmp_path / "index", BuildOptions(scope="内部"), silent)
    assert len(Searcher(tmp_path / "index").seen_by(OPEN).snapshot.engine.entries()) == 0


def test_a_column_gives_a_letter_its_own_scope(tmp_path: Path) -> None:
    rows = [
        {"id": "甲", "text": "关于长者食堂，答复如下：全市现有长者食堂六十八家，每餐补贴两元。", "可见范围": "内部"},
        {"id": "乙", "text": "关于加装电梯，答复如下：加装电梯财政补贴每台十五万元，可以提取公积金。"},
        {"id": "丙", "text": "关于共享停车，答复如下：机关单位夜间开放停车泊位六百四十个。", "scope": "公开"},
    ]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    build([tmp_path / "a.jsonl"], tmp_path / "index", BuildOptions(scope="民政"), silent)
    found = {e.doc_id: e.scope for e in Searcher(tmp_path / "index").snapshot.engine.entries()}
    assert found == {"甲": "内部", "乙": "民政", "丙": "公开"}


@pytest.mark.parametrize("name", ["", "a b", "内部,民政", "*", "长" * 41])
def test_a_scope_that_no_header_could_carry_is_refused(tmp_path: Path, name: str) -> None:
    write_letters(tmp_path / "letters")
    arguments = ["index", str(tmp_path / "letters"), "--into", str(tmp_path / "index"), "--scope", name]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 2
    assert "应为 1 到 40 个字的名称" in result.output


# What a reader without it is answered from


@pytest.mark.parametrize("mode", ["lexical", "hybrid"])
@pytest.mark.parametrize(
    "query", ["长者食堂每餐补贴", "蓝鲸计划潜航基地", "年份:2031", "20239999", '"潜航试验"', "选址"]
)
def test_search_finds_the_letter_with_the_scope_and_nothing_without(index: Path, query: str, mode: Mode) -> None:
    searcher = Searcher(index)
    assert HIDDEN_ID in [h.doc_id for h in searcher.seen_by(STAFF).search(query, 10, mode=mode).hits]
    assert HIDDEN_ID not in [h.doc_id for h in searcher.seen_by(OPEN).search(query, 10, mode=mode).hits]


@pytest.mark.parametrize(
    "query",
    ["长者食堂", "补贴", "蓝鲸计划", "潜航基地选在长者食堂旁", '"潜航"', "-潜航 补贴", "年份:2031", "单位:海事局"],
)
def test_totals_and_facets_are_those_of_an_archive_without_the_letter(
    index: Path, open_index: Path, query: str
) -> None:
    seen, alone = Searcher(index).seen_by(OPEN), Searcher(open_index)
    modes: tuple[Mode, ...] = ("lexical", "hybrid")
    for mode in modes:
        ours = seen.search(query, 10, mode=mode, facets=True)
        theirs = alone.search(query, 10, mode=mode, facets=True)
        assert (ours.total, ours.facets, ours.message) == (theirs.total, theirs.facets, theirs.message)


def test_ranking_statistics_are_those_of_the_letters_seen(index: Path, open_index: Path) -> None:
    seen, alone = Searcher(index).seen_by(OPEN).snapshot, Searcher(open_index).snapshot
    by_id = {entry.doc_id: entry.key for entry in seen.engine.entries()}
    same_keys = [by_id[entry.doc_id] for entry in alone.engine.entries()]
    for text in ("补贴", "蓝鲸补贴", "潜航", "长者食堂每餐补贴"):
        vector = np.asarray(alone.encoder.encode_queries([text])[0], dtype=np.float32)
        of_seen = seen.engine.retrieve(Query(terms_of(text), np.zeros_like(vector))).candidates("lexical")
        of_alone = alone.engine.retrieve(Query(terms_of(text), np.zeros_like(vector))).candidates("lexical")
        at = [same_keys[i] for i in np.searchsorted([e.key for e in alone.engine.entries()], of_alone.documents)]
        order = np.argsort(at)
        assert of_seen.documents.tolist() == np.array(at)[order].tolist()
        # A document's own score is exactly that; a passage's is set against the mean length of all, hidden or not.
        np.testing.assert_allclose(of_seen.lexical, of_alone.lexical[order], rtol=0.05)
        assert of_seen.coverage.tolist() == of_alone.coverage[order].tolist()
        assert of_seen.lengths.tolist() == of_alone.lengths[order].tolist()
        assert of_seen.known == of_alone.known
    assert seen.engine.document_frequency(["潜航", "补贴"]).tolist() == [0, 2]
    assert seen.engine.containing("潜航").tolist() == []
    assert seen.engine.size == alone.engine.size


def test_forty_sets_of_scopes_share_one_index(index: Path) -> None:
    """Nothing is copied for a set: each is a view of the same opened files."""
    searcher = Searcher(index)
    whole = searcher.snapshot.engine
    assert isinstance(whole, LocalEngine)
    for n in range(40):
        view = searcher.seen_by(OPEN | {f"第{n}组"}).snapshot.engine
        assert isinstance(view, LocalEngine)
        assert view.parts is whole.parts
        assert searcher.seen_by(OPEN | {f"第{n}组"}).search("补贴", 10).total == 2


@pytest.mark.parametrize("typed", ["蓝", "蓝鲸", "lanjing", "lj", "单位:蓝", "2023999", "松蓝", "关于", "食堂"])
def test_suggestions_are_those_of_an_archive_without_the_letter(index: Path, open_index: Path, typed: str) -> None:
    seen, alone = Searcher(index).seen_by(OPEN), Searcher(open_index)
    assert seen.suggester.suggest(typed, 20) == alone.suggester.suggest(typed, 20)
    assert seen.suggester.nearest_terms(typed) == alone.suggester.nearest_terms(typed)


def test_a_user_of_nothing_is_answered_and_finds_nothing(index: Path) -> None:
    nobody = Searcher(index).seen_by(frozenset())
    assert nobody.search("长者食堂", 10, facets=True).total == 0
    assert nobody.suggester.suggest("长") == []


def test_whoever_sees_all_letters_is_answered_as_one_without_limits(index: Path) -> None:
    searcher = Searcher(index)
    everything = searcher.seen_by(STAFF | {"民政"})
    assert everything.search("食堂", 10).hits == searcher.search("食堂", 10).hits
    assert everything.snapshot.engine.size == searcher.snapshot.engine.size


def test_one_request_stays_with_its_generation(tmp_path: Path) -> None:
    write_letters(tmp_path / "letters")
    make_index(tmp_path / "letters", tmp_path / "index")
    searcher = Searcher(tmp_path / "index")
    one, two = searcher.seen_by(OPEN), searcher.seen_by(None)
    write_hidden(tmp_path / "内部")
    build([tmp_path / "内部"], tmp_path / "index", BuildOptions(scope="内部"), silent)
    assert (searcher.snapshot.number, one.snapshot.number, two.snapshot.number) == (2, 1, 1)
    assert one.search("长者食堂", 10).total == 1
    assert searcher.seen_by(OPEN).snapshot.number == 2


def test_an_older_version_of_another_scope_stays_hidden(tmp_path: Path) -> None:
    row = {
        "id": "甲",
        "text": "关于长者食堂，答复如下：潜航基地在食堂地下，全市现有长者食堂六十八家。",
        "scope": "内部",
    }
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    make_index(file, tmp_path / "index")
    row |= {"text": "关于长者食堂，答复如下：全市现有长者食堂六十八家，年底前再建十二家。", "scope": "公开"}
    file.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    make_index(file, tmp_path / "index")
    searcher = Searcher(tmp_path / "index")
    assert len(searcher.seen_by(STAFF).snapshot.versions("甲")) == 2
    assert [v.scope for v in searcher.seen_by(OPEN).snapshot.versions("甲")] == ["公开"]
    with reading(tmp_path / "index") as client:
        page = client.get("/documents/甲", headers=headers("公开")).text
        assert "再建十二家" in page
        assert not leaks(page)


# Every endpoint


def headers(*scopes: str, rights: str = "") -> dict[str, str]:
    return {
        "X-Dafu-User": "reader",
        "X-Dafu-Scopes": ",".join(map(quote, scopes)),
        "X-Dafu-Rights": rights,
        "Accept": "text/html, application/json",
    }


def reading(index: Path) -> TestClient:
    settings = Settings.model_validate(
        {"index": index, "access": "proxy", "trusted_proxies": "127.0.0.1", "requests_per_second": 1000}
    )
    return TestClient(create_app(index, settings), client=("127.0.0.1", 50000), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def client(index: Path) -> Iterator[TestClient]:
    with reading(index) as client:
        yield client


def leaks(text: str) -> list[str]:
    return [mark for mark in MARKS if mark in text or quote(mark) in text]


ID = quote(HIDDEN_ID, safe="")
PASSAGE = f"{HIDDEN_ID}#0"
PASTED = "关于养老的提案\n建议：\n一、增加长者食堂，每餐给予补贴。\n二、建设新的基地并试验。"
# Method, address, and what is sent. Words that are asked for come back, so none of these asks for the letter's own.
ASKED = [
    ("GET", "/", {}),
    ("GET", "/?q=长者食堂每餐补贴&explain=1", {}),
    ("GET", "/?q=选址", {}),
    ("GET", "/?q=&since=2030-01-01", {}),
    ("GET", "/?q=第六百四十", {}),
    ("GET", "/status", {}),
    ("GET", "/match", {}),
    ("GET", "/basket", {}),
    ("GET", "/docs", {}),
    ("GET", "/embed", {}),
    ("GET", "/feed", {}),
    ("GET", "/feed?q=补贴", {}),
    ("GET", "/opensearch.xml", {}),
    ("GET", "/opensearch/suggestions?q=松澜", {}),
    ("GET", "/api/v1/search?q=长者食堂&explain=true&facets=true&k=100", {}),
    ("GET", "/api/v1/search?q=食堂旁&mode=lexical&facets=true", {}),
    ("GET", "/api/v1/search?q=食堂旁&mode=vector&facets=true", {}),
    ("GET", "/api/v1/search?q=食堂&sort=date&facets=true", {}),
    ("GET", "/api/v1/suggest?q=松澜市&k=20", {}),
    ("GET", "/api/v1/suggest?q=lanjing&k=20", {}),
    ("GET", "/api/v1/suggest?q=关于&k=20", {}),
    ("POST", "/api/v1/match", {"json": {"text": PASTED}}),
    ("POST", "/match", {"data": {"text": PASTED}}),
    ("GET", "/healthz", {}),
    ("GET", "/readyz", {}),
    ("GET", "/metrics", {}),
    ("GET", "/openapi.json", {}),
]


@pytest.mark.parametrize(("method", "address", "sent"), ASKED, ids=[f"{m} {a}" for m, a, _ in ASKED])
def test_no_endpoint_shows_a_trace_of_the_letter(
    client: TestClient, method: str, address: str, sent: dict[str, object]
) -> None:
    answer = client.request(method, address, headers=headers("公开", rights="originals"), **sent)  # type: ignore[arg-type]
    assert answer.status_code in (200, 403), answer.text  # 403: the state of the server
    assert not leaks(answer.text)
    assert not leaks(json.dumps(dict(answer.headers)))


def test_the_same_questions_show_it_to_a_user_of_the_scope(client: TestClient) -> None:
    """Or the test above would prove nothing."""
    showing = {
        address
        for method, address, sent in ASKED
        if leaks(client.request(method, address, headers=headers("公开", "内部"), **sent).text)  # type: ignore[arg-type]
    }
    assert showing >= {
        "/",
        "/?q=长者食堂每餐补贴&explain=1",
        "/?q=选址",
        "/status",
        "/feed",
        "/feed?q=补贴",
        "/match",
        "/api/v1/match",
        "/api/v1/search?q=食堂旁&mode=lexical&facets=true",
        "/api/v1/search?q=食堂旁&mode=vector&facets=true",
        "/api/v1/suggest?q=松澜市&k=20",
        "/api/v1/suggest?q=lanjing&k=20",
        "/opensearch/suggestions?q=松澜",
    }


def neutral(text: str, doc_id: str) -> str:
    """Without what was asked for and the request's own id."""
    for written in (doc_id, quote(doc_id, safe=""), quote(doc_id, safe=":"), quote(doc_id), json.dumps(doc_id)[1:-1]):
        text = text.replace(written, "ID")
    return text


NAMED = [
    ("GET", "/documents/{}", None),
    ("GET", "/documents/{}?version=123456789abc", None),
    ("GET", "/documents/{}?unmasked=1", None),
    ("GET", "/documents/{}/original", None),
    ("GET", "/api/v1/documents/{}", None),
    ("GET", "/basket?p={}%230", None),
    ("GET", "/basket/export?format=json&p={}%230", None),
    ("GET", "/basket/export?format=md&p={}%230", None),
    ("POST", "/basket/contents", {"picks": [{"passage_id": "{}#0"}]}),
    ("POST", "/feedback", {"passage_id": "{}#0", "query": "食堂", "rank": "1", "useful": "yes"}),
]


@pytest.mark.parametrize(("method", "address", "sent"), NAMED, ids=[f"{m} {a}" for m, a, _ in NAMED])
def test_who_names_the_letter_is_answered_as_for_one_that_does_not_exist(
    client: TestClient, method: str, address: str, sent: dict[str, object] | None
) -> None:
    """Of the same length, so that nothing but the name may differ."""
    answers = []
    for doc_id in (HIDDEN_ID, HIDDEN_ID.replace("9号", "8号")):
        body = json.loads(json.dumps(sent).replace("{}", doc_id)) if sent else None
        given = {"data": body} if address == "/feedback" else {"json": body} if body else {}
        known = headers("公开", rights="originals") | {
            "X-Request-ID": "同一个".encode().hex(),
            "Origin": "http://127.0.0.1",
        }
        answer = client.request(method, address.format(quote(doc_id, safe="")), headers=known, **given)
        answers.append((answer.status_code, neutral(answer.text, doc_id)))
    assert answers[0] == answers[1]
    assert "潜航" not in answers[0][1]


def test_a_match_is_kept_for_readers_of_the_same_scopes_only(client: TestClient) -> None:
    asked = {"json": {"text": PASTED}}
    assert leaks(client.post("/api/v1/match", headers=headers("公开", "内部"), **asked).text)  # type: ignore[arg-type]
    assert not leaks(client.post("/api/v1/match", headers=headers("公开"), **asked).text)  # type: ignore[arg-type]
