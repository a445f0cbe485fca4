"""A case on the desk: made, worked on by two, exported and purged, by forms alone, as without JavaScript."""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from docx import Document as WordDocument
from starlette.testclient import TestClient

from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.cases.test_importing import workbook
from tests.letters import PASTED
from tests.scopes.hidden import headers


@pytest.fixture
def folder(sample_index: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample_index, tmp_path / "index"))


@pytest.fixture
def client(folder: Path) -> Iterator[TestClient]:
    settings = Settings.model_validate(
        {"index": folder, "access": "proxy", "trusted_proxies": "127.0.0.1", "requests_per_second": 1000}
    )
    app = create_app(folder, settings)
    with TestClient(app, client=("127.0.0.1", 50000), base_url="http://127.0.0.1") as client:
        client.headers.update(named("CHEN"))
        yield client


def named(user: str, *scopes: str) -> dict[str, str]:
    return {**headers("公开", *(scopes or ("民政",))), "X-Dafu-User": user, "Sec-Fetch-Site": "same-origin"}


def made(client: TestClient, **fields: str) -> str:
    """The address of a new case."""
    answer = client.post("/cases", data={"text": PASTED, **fields}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def hidden(form: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', form)
    assert found, form
    return unescape(found[1])


def forms(page: str, where: str) -> list[str]:
    return [form for form in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'{where}"' in form]


def test_a_passage_is_chosen_for_its_ask_and_goes_into_the_sheet(client: TestClient, tmp_path: Path) -> None:
    address = made(client, deadline="2027-03-31")
    page = client.get(address).text
    choose = next(form for form in forms(page, "/picks") if 'value="yes"' in form)
    sent = {name: hidden(choose, name) for name in ("passage_id", "point", "band")}
    page = client.post(f"{address}/picks", data={**sent, "chosen": "yes"}).text
    assert 'data-count-of="all">1<' in page
    assert f'data-count-of="{sent["point"]}">已选 1' in page
    sheet = client.get(f"{address}/export?format=docx")
    (tmp_path / "x.docx").write_bytes(sheet.content)
    words = "\n".join(paragraph.text for paragraph in WordDocument(str(tmp_path / "x.docx")).paragraphs)
    assert "低轨卫星发射场" in words
    drafted = client.get(f"{address}/export?format=draft")
    (tmp_path / "y.docx").write_bytes(drafted.content)
    reply = "\n".join(paragraph.text for paragraph in WordDocument(str(tmp_path / "y.docx")).paragraphs)
    assert "此处待拟" in reply  # of the asks for which nothing is chosen
    page = client.post(f"{address}/picks", data={**sent, "chosen": "no"}).text
    assert 'data-count-of="all">0<' in page


def test_the_list_says_what_is_open_and_by_when(client: TestClient) -> None:
    made(client, deadline="2027-03-31")
    row = re.search(r"<tr>\s*<th scope=\"row\">.*?</tr>", client.get("/cases").text, re.DOTALL)
    assert row is not None
    assert "关于老旧小区两件事的提案" in row[0]
    assert '<time datetime="2027-03-31">2027年3月31日</time>' in row[0]
    assert re.findall(r"<td>(\d+)</td>", row[0])[:2] == ["3", "3"]


def test_a_colleague_works_on_it_and_a_stranger_knows_nothing_of_it(client: TestClient) -> None:
    address = made(client, scope="民政")
    assert "关于老旧小区两件事的提案" in client.get("/cases", headers=named("WANG")).text
    assert client.get(address, headers=named("WANG")).status_code == 200
    stranger = named("LIN", "住建")
    missing = client.get("/cases/0000000000000000", headers=stranger)
    refused = client.get(address, headers=stranger)
    assert (missing.status_code, refused.status_code) == (404, 404)
    assert "两件事" not in refused.text + client.get("/cases", headers=stranger).text
    for where in ("picks", "notes", "points", "head", "seen", "delete"):
        sent = client.post(f"{address}/{where}", headers=stranger, data={"point": "1", "status": "done"})
        assert sent.status_code == 404
    assert client.get(address).status_code == 200


def test_what_another_wrote_meanwhile_is_shown_and_not_overwritten(client: TestClient) -> None:
    address = made(client, scope="民政")
    was = hidden(forms(client.get(address).text, "/notes")[0], "was")
    client.post(f"{address}/notes", headers=named("WANG"), data={"was": was, "point": "1", "note": "已问住建局"})
    clash = client.post(f"{address}/notes", data={"was": was, "point": "1", "note": "问财政局"})
    assert clash.status_code == 409
    assert "WANG 刚刚改过这里" in clash.text
    assert "已问住建局" in clash.text
    assert "问财政局" in clash.text
    assert "已问住建局" in client.get(address).text  # nothing is lost until one is chosen
    form = forms(clash.text, "/notes")[0]
    client.post(f"{address}/notes", data={name: hidden(form, name) for name in ("point", "note")})
    page = client.get(address).text
    assert "问财政局" in page
    assert "已问住建局" not in page


def test_points_are_merged_with_what_was_chosen_for_them(client: TestClient) -> None:
    address = made(client)
    page = client.get(address).text
    choose = next(form for form in forms(page, "/picks") if 'name="point" value="2"' in form)
    client.post(
        f"{address}/picks", data={**{n: hidden(choose, n) for n in ("passage_id", "point", "band")}, "chosen": "yes"}
    )
    draft = forms(page, "/points")[0]
    texts = [unescape(text.strip()) for text in re.findall(r'name="point"[^>]*>\n(.*?)</textarea>', draft, re.DOTALL)]
    page = client.post(
        f"{address}/points",
        data={"was": hidden(draft, "was"), "title": "关于老旧小区两件事的提案", "point": texts, "action": "merge-2"},
    ).text
    assert "诉求 2 条" in page
    assert 'data-count-of="1">已选 1' in page


def test_a_workbook_is_imported_and_matched_in_the_background(client: TestClient, tmp_path: Path) -> None:
    listed = workbook(
        tmp_path / "提案.xlsx", ["编号", "标题", "内容"], ["1", "关于停车的提案", "建议：\n一、夜间开放停车泊位。"]
    )
    page = client.post("/cases/import", files={"files": ("提案.xlsx", listed.read_bytes())}).text
    assert "导入了 1 份" in page
    assert "关于停车的提案" in page
    again = client.post("/cases/import", files={"files": ("提案.xlsx", listed.read_bytes())}).text
    assert "导入了 0 份" in again
    assert "没有再建" in again
    broken = client.post("/cases/import", files={"files": ("x.docx", b"PK\x03\x04")}).text
    assert "x.docx" in broken


def test_nothing_of_a_deleted_case_is_left(client: TestClient, folder: Path) -> None:
    address = made(client, text=PASTED.replace("老旧小区", "蓝鲸小区"))
    assert any("蓝鲸".encode() in file.read_bytes() for file in folder.glob("users.sqlite*"))
    refused = client.post(f"{address}/delete", headers=named("WANG"))
    assert refused.status_code == 404
    assert client.post(f"{address}/delete", data={"x": "1"}, follow_redirects=False).status_code == 303
    assert not [file.name for file in folder.glob("users.sqlite*") if "蓝鲸".encode() in file.read_bytes()]
    assert client.get(address).status_code == 404


def test_a_form_from_elsewhere_changes_nothing(client: TestClient) -> None:
    address = made(client)
    foreign = {**named("CHEN"), "Sec-Fetch-Site": "cross-site"}
    assert client.post(f"{address}/delete", headers=foreign, data={"x": "1"}).status_code == 403
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("where", "fields", "sentence"),
    [
        ("head", {"status": "x"}, "没有“x”这种进度"),
        ("head", {"status": "new", "deadline": "明天"}, "期限应写成"),
        ("head", {"status": "new", "scope": "住建"}, "不能与“住建”共享"),
        ("picks", {"passage_id": "甲#00000000", "point": "9", "chosen": "yes"}, "没有第 9 条诉求"),
    ],
)
def test_what_cannot_be_taken_is_told(client: TestClient, where: str, fields: dict[str, str], sentence: str) -> None:
    answer = client.post(f"{made(client)}/{where}", data=fields)
    assert answer.status_code == 400
    assert sentence in answer.text
