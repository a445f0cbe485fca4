"""No personal data leaves the system: a letter that is full of it is requested in every possible way."""

import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from dafu import app as command
from search_api.web.access.tokens import TokenStore
from search_api.web.access.users import Right
from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.conftest import make_index
from tests.personal_data import ID, TITLED_ID, TRACES, write_archive


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("personal")
    write_archive(folder / "letters", second=False)
    make_index(folder / "letters", folder / "index")
    write_archive(folder / "letters", second=True)
    make_index(folder / "letters", folder / "index")
    return folder


@pytest.fixture(scope="module")
def client(archive: Path) -> Iterator[TestClient]:
    with TestClient(create_app(archive / "index"), headers={"Sec-Fetch-Site": "same-origin"}) as opened:
        yield opened


def ids_of(client: TestClient) -> list[str]:
    found = client.get("/api/v1/search", params={"q": "长者食堂 窗口", "k": 100}).json()
    return [hit["doc_id"] for hit in found["hits"]]


def passages_of(client: TestClient) -> list[str]:
    return [
        passage["passage_id"]
        for doc_id in ids_of(client)
        for passage in client.get(f"/api/v1/documents/{quote(doc_id, safe='')}").json()["passages"]
    ]


def readable(content: bytes) -> str:
    """All text of a response: a Word file is unpacked, addresses are decoded."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    text = content.decode("utf-8", "replace")
    escaped = re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), text)
    return text + unquote(text) + escaped


def traces_in(content: bytes | str) -> list[str]:
    text = readable(content.encode() if isinstance(content, str) else content)
    # Numbers of requests hold any four digits by chance.
    text = re.sub(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", "", text)
    return [trace for trace in TRACES if trace in text]


def test_the_archive_holds_all_of_it(client: TestClient) -> None:
    """Otherwise the tests below would find nothing for the wrong reason."""
    ids = ids_of(client)
    assert {ID, TITLED_ID} <= {*ids}
    assert any(doc_id.startswith("anon-") for doc_id in ids)
    seen = "".join(
        client.get(f"/api/v1/documents/{quote(doc_id, safe='')}", params={"unmasked": "true"}).text for doc_id in ids
    )
    older = [*version_names(client)]
    assert len(older) == 2
    seen += "".join(
        client.get(f"/documents/{quote(ID, safe='')}", params={"unmasked": "1", "version": name}).text for name in older
    )
    absent = {trace for trace in TRACES if trace not in seen}
    # A mobile in groups and one in full-width digits are looked for in plain form, too; what a column holds is masked
    # when it is read; a damaged file is no letter.
    assert absent == {"13800000004", "13800000005", "86600003", "贺知章", "蒲松龄", "13800000017"}


def version_names(client: TestClient) -> Iterator[str]:
    page = client.get(f"/documents/{quote(ID, safe='')}").text
    yield ""
    yield from {part.split('"')[0].split("&")[0].split("#")[0] for part in page.split("version=")[1:]}


PAGES = [
    "/", "/?q=长者食堂+窗口", "/?since=2000-01-01", "/status", "/docs", "/openapi.json", "/embed", "/metrics",
    "/readyz", "/feed", "/feed?q=长者食堂", "/opensearch.xml", "/match", "/basket", "/feedback.css", "/healthz",
    "/embed.js", "/documents/none", "/api/v1/documents/none", "/basket?p=1", "/api/v1/search?q=x&k=0", "/none",
]  # fmt: skip
QUERIES = [
    "长者食堂 窗口", "排队", "20239901", "钱大", "1380000000", "8660",
    "单位:民政局", "沈万", "周小", "松澜", "L-2", "吴承",
]  # fmt: skip
SHEETS = ("docx", "md", "json")


def asked(client: TestClient) -> Iterator[tuple[str, bytes]]:
    """Every request there is, with its answer."""
    for address in (*PAGES, *searches(), *documents(client), *baskets(client)):
        answer = client.get(address)
        yield address, answer.content + str(answer.headers).encode()
    yield from posted(client)


def searches() -> Iterator[str]:
    for query in QUERIES:
        for page in ("/", "/feed", "/api/v1/suggest", "/opensearch/suggestions"):
            yield f"{page}?q={query}"
        for mode in ("hybrid", "lexical", "vector"):
            yield f"/api/v1/search?q={query}&k=100&explain=true&facets=true&mode={mode}"


def documents(client: TestClient) -> Iterator[str]:
    for doc_id in ids_of(client):
        address = quote(doc_id, safe="")
        yield f"/documents/{address}"
        yield f"/documents/{address}?q=联系人：钱大有，电话：86600002"
        yield f"/api/v1/documents/{address}"
    yield from (f"/documents/{quote(ID, safe='')}?version={name}" for name in version_names(client))


def baskets(client: TestClient) -> Iterator[str]:
    basket = "&".join(f"p={quote(passage_id, safe='')}" for passage_id in passages_of(client))
    yield f"/basket?{basket}"
    yield from (f"/basket/export?format={kind}&{basket}" for kind in SHEETS)


def posted(client: TestClient) -> Iterator[tuple[str, bytes]]:
    proposal = "关于长者食堂的提案\n一、建议增开长者食堂窗口。\n二、建议缩短排队时间。"
    yield "POST /api/v1/match", client.post("/api/v1/match", json={"text": proposal}).content
    lines = client.post("/api/v1/match", json={"text": proposal}, headers={"Accept": "application/x-ndjson"})
    yield "POST /api/v1/match, lines", lines.content
    yield "POST /match", client.post("/match", data={"text": proposal}).content
    picks = json.dumps({"picks": [{"passage_id": passage_id} for passage_id in passages_of(client)]})
    yield "POST /basket/contents", client.post("/basket/contents", content=picks).content
    for kind in SHEETS:
        sheet = client.post("/basket/export", data={"basket": picks, "format": kind})
        assert sheet.status_code == 200, sheet.text
        yield f"POST /basket/export {kind}", sheet.content


def test_no_endpoint_lets_any_of_it_out(client: TestClient) -> None:
    """A query that holds a part of it is the reader's own; none here holds a whole trace but that for the marks."""
    own = {"钱大有", "86600002"}  # asked for by the address that has words marked, and said again in the form's links
    leaks = {
        way: found
        for way, content in asked(client)
        if (found := [t for t in traces_in(content) if not ("钱大有" in way and t in own)])
    }
    assert leaks == {}


def test_a_guess_is_not_confirmed(archive: Path) -> None:
    """A reader who guesses a number learns from no mark and no explanation that it stands under a mask.

    Not audited: a number and a name without labels are words of the query like others.
    """
    client = TestClient(create_app(archive / "index", Settings(audit="off")))
    found = client.get("/api/v1/search", params={"q": "长者食堂 86600002 钱大有", "explain": "true"}).json()
    assert found["hits"]
    for hit in found["hits"]:
        assert not {"86600002", "钱大有", "大有"} & set(hit["explanation"]["matched_terms"])
        for passage in hit["passages"]:
            assert all("*" not in passage["text"][start:end] for start, end in passage["highlights"])


def commands(archive: Path) -> Iterator[list[str]]:
    letters, index = str(archive / "letters"), str(archive / "index")
    proposal = archive / "proposal.txt"
    proposal.write_text("关于长者食堂的提案\n一、建议增开长者食堂窗口。\n二、建议缩短排队时间。", encoding="utf-8")
    yield ["parse", letters]
    yield ["parse", letters, "--json"]
    for flags in ([], ["--json"], ["--retrain"]):
        yield ["index", letters, "--into", index, *flags]
        yield ["index", letters, "--into", str(archive / f"other{len(flags)}"), *flags]
    yield ["status", index]
    yield ["status", index, "--json"]
    yield ["verify", index]
    yield ["watch", letters, "--into", str(archive / "watched"), "--once"]
    yield ["backup", index, str(archive / "backup.zip")]
    yield ["restore", str(archive / "backup.zip"), str(archive / "restored")]
    yield ["purge", str(archive / "restored"), "--now", "--superseded"]
    for query in ("长者食堂 窗口", "排队", "20239901"):
        yield ["search", query, "--index", index, "--explain"]
        yield ["search", query, "--index", index, "--json", "-k", "100"]
    yield ["match", str(proposal), "--index", index, "--docx", str(archive / "sheet.docx")]
    yield ["match", str(proposal), "--index", index, "--json"]
    yield ["eval", "self", "--index", index]
    yield ["audit", index]
    yield ["audit", index, "--json"]


def test_no_command_prints_any_of_it(archive: Path, client: TestClient) -> None:
    client.get("/", params={"q": "我叫钱大有，手机13800000001"})  # an audit that has something to mask
    leaks = {}
    for arguments in commands(archive):
        done = CliRunner().invoke(command, arguments)
        own = str(archive)  # the folder is the administrator's own
        if found := traces_in(done.output.replace(own, "")):
            leaks[" ".join(arguments)] = found
    assert leaks == {}
    assert traces_in((archive / "sheet.docx").read_bytes()) == []


def test_no_file_beside_the_archive_holds_any_of_it(archive: Path, client: TestClient) -> None:
    """The archive itself and the parts that are searched must; what is written down of requests must not."""
    client.get("/", params={"q": "我叫钱大有，手机13800000001"})
    client.get("/documents/" + quote("联系人：钱大有，电话：86600002", safe=""))
    passage = passages_of(client)[0]
    said = {"passage_id": passage, "query": "致电86600002", "rank": "1", "useful": "yes"}
    assert client.post("/feedback", data=said, follow_redirects=False).status_code == 303
    written = [archive / "index" / "users.sqlite", *(archive / "index" / "audit").iterdir()]
    assert len(written) >= 2
    assert {path.name: found for path in written if (found := traces_in(path.read_bytes()))} == {}


# Whoever has the right sees the original


@pytest.fixture
def tokens(archive: Path, tmp_path: Path) -> dict[str, str]:
    """The headers of a reader without rights and of one who may see originals."""
    file = TokenStore(tmp_path / "users.sqlite")
    rights: dict[str, frozenset[Right]] = {"plain": frozenset(), "trusted": frozenset({"originals"})}
    return {name: f"Bearer {file.add(name, None, held, None)}" for name, held in rights.items()}


def test_the_original_text_is_for_readers_with_the_right(archive: Path, tokens: dict[str, str], tmp_path: Path) -> None:
    settings = Settings(access="tokens", tokens=tmp_path / "users.sqlite", audit=tmp_path / "audit")
    page, document = f"/documents/{quote(ID, safe='')}", f"/api/v1/documents/{quote(ID, safe='')}"
    with TestClient(create_app(archive / "index", settings)) as client:
        for address, asked_as in ((page, "unmasked=1"), (document, "unmasked=true")):
            refused = client.get(f"{address}?{asked_as}", headers={"Authorization": tokens["plain"]})
            assert refused.status_code == 403
            assert "originals" in refused.text
            assert traces_in(refused.content) == []
            shown = client.get(f"{address}?{asked_as}", headers={"Authorization": tokens["trusted"]})
            assert shown.status_code == 200
            assert {"86600002", "钱大有"} <= {*traces_in(shown.content)}
            assert shown.headers["Cache-Control"] == "no-store"
        plain = client.get(page, headers={"Authorization": tokens["plain"]}).text
        trusted = client.get(page, headers={"Authorization": tokens["trusted"]}).text
    assert "显示个人信息" not in plain
    assert "显示个人信息" in trusted
    assert traces_in(trusted) == []
    assert _audited(tmp_path / "audit" / "refused.jsonl") == [("plain", "refused", 403)] * 2
    assert _audited(tmp_path / "audit" / "audit.jsonl") == [
        ("trusted", "open_unmasked", 200), ("trusted", "open_unmasked", 200),
        ("plain", "open", 200), ("trusted", "open", 200),
    ]  # fmt: skip


def _audited(file: Path) -> list[tuple[str, str, int]]:
    lines = map(json.loads, file.read_text("utf-8").splitlines())
    return [(line["user"], line["action"], line["status"]) for line in lines]
