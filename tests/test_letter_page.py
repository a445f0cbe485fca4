"""The page of one letter: addresses and citations of passages, versions, what it leads to, the original."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from search_api.searcher import Searcher
from search_api.similar import similar_documents
from search_api.web.app import create_app
from search_api.web.rendering.versions import changes
from search_api.web.settings.model import Settings
from tests.conftest import make_index, write_letters
from tests.letter_pages import ANSWERED, ANSWERING, CANTEENS, address, write_linked_letters


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder `letters` and its `index`, made anew after 送餐.txt was corrected."""
    folder = tmp_path_factory.mktemp("letter-page")
    write_linked_letters(folder / "letters")
    make_index(folder / "letters", folder / "index")
    file = folder / "letters" / "送餐.txt"
    corrected = file.read_text(encoding="utf-8").replace("补贴两元，去年共送九万单", "补贴3元，去年共送九万单")
    file.write_text(corrected, encoding="utf-8")
    report = make_index(folder / "letters", folder / "index")
    assert (report.documents, report.changed, report.failures) == (7, 1, ())
    return folder


@pytest.fixture
def client(archive: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Searcher(archive / "index"))) as client:
        yield client


# Passages


def test_every_passage_has_an_address_and_a_citation(client: TestClient) -> None:
    answer = client.get(f"/api/v1{address(ANSWERING)}").json()
    plain = client.get(address(ANSWERING), params={"q": "送餐", "hit": "2"}).text
    assert len(answer["passages"]) >= 2
    for passage in answer["passages"]:
        number, last_words = passage["number"], answer["text"][: passage["end"]][-8:]
        anchor = passage["passage_id"].rpartition("#")[2]
        link = f"{address(ANSWERING)}?q=%E9%80%81%E9%A4%90&amp;hit=2&amp;passage={anchor}#p{anchor}"
        assert f'<a href="{link}" data-number="{number}"' in plain
        page = client.get(address(ANSWERING), params={"passage": anchor}).text
        cited = f"松澜市民政局：《关于助餐送餐的提案》答复，松民函〔2025〕9号，2025-06-18，第{number}段"
        box = page.index(f'<p class="citation" id="cite-{anchor}">{cited}</p>')
        assert page.index(last_words, page.index("<article")) < box
        assert f'href="{address(ANSWERING)}?passage={anchor}#p{anchor}"' in page[box:]


def test_a_letter_is_cited_as_a_whole_and_gives_the_way_back(client: TestClient) -> None:
    page = client.get(address(ANSWERING), params={"q": "送餐", "hit": "2"}).text
    cited = "松澜市民政局：《关于助餐送餐的提案》答复，松民函〔2025〕9号，2025-06-18"
    assert f'<p class="citation" id="cite-document">{cited}</p>' in page
    assert page.count('id="cite-') == 1
    assert 'href="/?q=%E9%80%81%E9%A4%90#hit-2">← 返回检索结果' in page


@pytest.mark.parametrize("passage", ["0", "99", "x", ""])
def test_a_passage_that_is_none_is_not_chosen(client: TestClient, passage: str) -> None:
    page = client.get(address(ANSWERING), params={"passage": passage}).text
    assert "aria-current" not in page[page.index("<article") : page.index("</article>")]


def test_cited_letters_of_the_archive_are_links(client: TestClient) -> None:
    page = client.get(address(ANSWERING)).text
    cited = page[page.index('<h2 id="cited">') :]
    by_number = f'<li><a href="{address(ANSWERED)}">《家庭养老床位答复》（松民函〔2024〕8号）</a></li>'
    assert by_number in cited
    assert re.search(r'<li><a href="[^"]+">《关于加装电梯的提案》</a></li>', cited)
    assert "<li>《关于同名事项的建议》</li>" in cited  # two letters have this title
    assert "<li>《老年人权益保障法》</li>" in cited


# Versions


def test_an_older_version_says_so_and_what_changed(client: TestClient) -> None:
    page = client.get(address(ANSWERING), params={"q": "送餐"}).text
    listed = page[page.index('<ol class="versions">') :]
    link = re.search(r'<a href="([^"]+version=[a-p]{16})">', listed)
    assert link is not None
    assert listed.index("现行") < listed.index(link[0])
    assert "这是旧版本" not in page
    old = client.get(link[1].replace("&amp;", "&")).text
    assert "这是旧版本，不是现行文本" in old
    assert "每单补贴两元" in re.sub("<[^>]*>", "", old[old.index("<article") :])
    assert "补贴<mark>两</mark>元" in old
    assert "补贴<mark>3</mark>元" in old
    assert "返回检索结果" in old
    article = old[old.index("<article") : old.index("</article>")]
    for gone in ('class="tools"', 'class="cite"', 'id="p1"'):
        assert gone not in article
    assert "打开原文件" not in old
    assert "86601234" not in old


@pytest.mark.parametrize("name", ["0" * 12, "zz", "%", "<script>"])
def test_a_version_that_is_none_is_a_sentence(client: TestClient, name: str) -> None:
    answer = client.get(address(ANSWERING), params={"version": name})
    assert answer.status_code == 404
    assert "没有这个版本" in answer.text
    assert "<script>" not in answer.text


def test_a_letter_of_one_version_lists_none(client: TestClient) -> None:
    assert 'class="versions"' not in client.get(address(ANSWERED)).text


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("一\n二", "一\n二", []),
        ("共31家", "共33家", [("共<mark>31</mark>家", "共<mark>33</mark>家")]),
        ("一\n二", "一", [("二", None)]),
        ("一", "一\n\n  二  ", [(None, "二")]),
        ("春眠不觉晓", "白日依山尽", [("春眠不觉晓", None), (None, "白日依山尽")]),
        ("甲乙丙<b>", "甲乙丙丁<b>", [("甲乙丙&lt;b&gt;", "甲乙丙<mark>丁</mark>&lt;b&gt;")]),
        ("长" * 3000, "长" * 2999, [("长" * 3000, None), (None, "长" * 2999)]),
    ],
)
def test_changes(before: str, after: str, expected: list[tuple[str | None, str | None]]) -> None:
    found = [(c.before and str(c.before), c.after and str(c.after)) for c in changes(before, after)]
    assert found == expected


# Similar letters


def test_similar_letters_are_the_nearest_that_stand_out(sample_index: Path) -> None:
    engine = Searcher(sample_index).snapshot.engine
    entries = engine.entries()
    vectors = engine.document_vectors(np.array([entry.key for entry in entries]))
    for place, entry in enumerate(entries):
        cosines = vectors @ vectors[place]
        usual, high = np.quantile(np.delete(cosines, place), [0.5, 0.9])
        least = usual + 3 * (high - usual) / 1.2816
        far_out = [entries[i] for i in np.argsort(-cosines) if i != place and cosines[i] >= least]
        assert similar_documents(engine, entry.key) == far_out[:5]


def test_a_letter_leads_to_others_of_its_matter(sample_index: Path) -> None:
    with TestClient(create_app(Searcher(sample_index))) as client:
        page = client.get(address(CANTEENS)).text
    similar = re.findall(r"<li><a href=\"[^\"]+\">([^<]+)</a>", page[page.index('<h2 id="similar">') :])
    assert 1 <= len(similar) <= 5
    assert all(any(word in title for word in ("食堂", "助餐", "饭堂")) for title in similar), similar


# The original


def test_an_original_is_the_file_as_it_was_read(client: TestClient, archive: Path) -> None:
    answer = client.get(f"{address(ANSWERED)}/original")
    assert answer.content == (archive / "letters" / "床位.html").read_bytes()
    # A web page of a stranger is never shown in our name.
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%E5%BA%8A%E4%BD%8D.html"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_the_page_tells_of_the_original(client: TestClient) -> None:
    assert (
        f'<a href="{address(ANSWERED)}/original">打开原文件</a>，其中的个人信息没有遮盖'
        in client.get(address(ANSWERED)).text
    )
    assert "含多份答复，这一份在第 2 行" in client.get(address("行2")).text


def test_a_pdf_opens_in_the_browser(sample_index: Path) -> None:
    snapshot = Searcher(sample_index).snapshot
    entries = snapshot.engine.entries()
    pdf = next(entry.doc_id for entry in entries if snapshot.document(entry).source.path.endswith(".pdf"))
    with TestClient(create_app(sample_index)) as client:
        answer = client.get(f"{address(pdf)}/original")
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("inline; ")


def test_a_file_that_changed_or_is_gone_is_not_given(tmp_path: Path) -> None:
    write_letters(tmp_path / "letters")
    make_index(tmp_path / "letters", tmp_path / "index")
    file = tmp_path / "letters" / "长者食堂.txt"
    with TestClient(create_app(tmp_path / "index")) as client:
        hit = client.get("/api/v1/search", params={"q": "20230001"}).json()["hits"][0]
        original = f"{address(hit['doc_id'])}/original"
        assert client.get(original).content == file.read_bytes()
        file.write_text("口令是一二三", encoding="utf-8")
        changed = client.get(original)
        assert (changed.status_code, "原文件已经改动" in changed.text) == (409, True)
        file.unlink()
        gone = client.get(original, headers={"Accept": "application/json"})
        assert (gone.status_code, gone.json()["type"]) == (404, "urn:dafu:problem:original-gone")
        file.mkdir()
        assert client.get(original).status_code == 404
    assert "口令" not in changed.text + gone.text


@pytest.mark.parametrize("path", ["/documents/无此信/original", "/documents/..%2F..%2Fetc%2Fpasswd/original"])
def test_only_letters_have_originals(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("access", "right", "status"),
    [
        ({"access": "open"}, "", 200),
        ({"access": "proxy", "trusted_proxies": "10.0.0.9"}, "originals", 200),
        ({"access": "proxy", "trusted_proxies": "10.0.0.9"}, "admin", 403),
    ],
)
def test_who_may_open_originals(archive: Path, access: dict[str, str], right: str, status: int) -> None:
    app = create_app(archive / "index", Settings.model_validate(access))
    is_local = access["access"] == "open"
    headers = {} if is_local else {"X-Dafu-User": "chen", "X-Dafu-Rights": right}
    with TestClient(app, "http://127.0.0.1", client=("127.0.0.1" if is_local else "10.0.0.9", 50000)) as client:
        answer = client.get(f"{address(ANSWERED)}/original", headers=headers)
        page = client.get(address(ANSWERED), headers=headers).text
    assert answer.status_code == status
    assert ("只给有 originals 权利的人" in answer.text) is (status == 403)
    assert ("打开原文件" in page) is (status == 200)
