"""Who sees the contacts that a document prints: nobody, unless the administrator says so; residents stay masked."""

from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.conftest import make_index
from tests.letters import letter

TEXT = letter(
    body="一、基本情况\n经查，来信人：陆小凤，电话13900005555，反映长者食堂排队。\n全市现有长者食堂六十八家。",
    closing="松澜市民政局\n2023年6月18日\n（联系人：周小平，联系电话：86600013）",
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("contacts")
    (folder / "letters").mkdir()
    (folder / "letters" / "排队.txt").write_text(TEXT, encoding="utf-8")
    make_index(folder / "letters", folder / "index")
    return folder / "index"


@pytest.mark.parametrize(("settings", "seen"), [(Settings(), False), (Settings(contacts="shown"), True)])
def test_contacts_are_shown_where_the_setting_says_so(index: Path, settings: Settings, seen: bool) -> None:
    with TestClient(create_app(index, settings)) as client:
        hit = client.get("/api/v1/search", params={"q": "长者食堂"}).json()["hits"][0]
        address = quote(hit["doc_id"], safe="")
        answers = [client.get(f"{start}/documents/{address}").text for start in ("", "/api/v1")]
        results = client.get("/", params={"q": "长者食堂"}).text
    for answer in answers:
        assert ("周小平" in answer) is seen
        assert ("86600013" in answer) is seen
        assert "陆小凤" not in answer
        assert "13900005555" not in answer
    assert "周小平" not in results
