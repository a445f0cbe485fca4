"""The files that a basket is exported to, and the one from which a colleague opens it."""

from datetime import date
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, unquote

import docx
import pytest
from starlette.testclient import TestClient

from search_api.desk.basket import Basket
from search_api.desk.sheet import Sheet
from search_api.web.app import create_app
from tests.basket.baskets import CANTEEN, export, filled, named

# Export


def test_the_word_file_has_the_proposal_its_points_and_exact_sources(client: TestClient) -> None:
    document = docx.Document(BytesIO(export(client, filled(), "docx")))
    lines = [paragraph.text for paragraph in document.paragraphs if paragraph.text]
    assert lines[0] == "关于一老一小的提案"
    assert any("20260031" in line for line in lines[:4])
    at = lines.index("诉求一：多建长者食堂。")
    context, passage, source, note, write = lines[at + 1 : at + 3], *lines[at + 3 : at + 7]
    assert context == ["老人吃饭难。", "子女不在身边。"]
    assert passage.startswith("食堂每餐补贴两元")
    assert source == "松澜市民政局：《关于长者食堂的提案》答复，2024-02-09，第1段"
    assert note.startswith("高度相关 · 2024年2月9日（")
    assert write == "拟答复："
    assert lines[lines.index("诉求三：建海底隧道。") + 1] == "（没有先例）"
    addresses = [rel.target_ref for rel in document.part.rels.values() if rel.is_external]
    anchor = named(CANTEEN, 1).rpartition("#")[2]
    assert f"http://testserver/documents/{quote(CANTEEN, safe='')}?passage={anchor}#p{anchor}" in addresses


def test_under_a_proxy_addresses_have_its_path(index: Path) -> None:
    with TestClient(create_app(index), root_path="/dafu") as client:
        made = Sheet.model_validate_json(export(client, filled(), "json"))
        page = client.post("/basket/contents", content=filled().model_dump_json()).text
    assert str(made.points[0].passages[0].address).startswith("http://testserver/dafu/documents/")
    assert 'action="/dafu/basket/export"' in page
    assert 'data-address="/dafu/basket?' in page


def test_markdown_names_title_points_and_sources(client: TestClient) -> None:
    text = export(client, filled(), "md").decode()
    assert text.startswith("# 关于一老一小的提案（答复参考）")
    assert "## 诉求二：给电梯补贴。" in text


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("关于一老一小的提案", "答复参考-关于一老一小的提案.docx"),
        (None, f"答复参考-{date.today().isoformat()}.docx"),
        ('a/b\\c:d*e?"f"<g>|h\n', "答复参考-a b c d e f g h.docx"),
        ("..", f"答复参考-{date.today().isoformat()}.docx"),
        ("长" * 300, f"答复参考-{'长' * 60}.docx"),
    ],
)
def test_the_file_is_named_after_the_proposal(client: TestClient, title: str | None, expected: str) -> None:
    basket = filled().model_copy(update={"title": title})
    answer = client.post("/basket/export", data={"basket": basket.model_dump_json(), "format": "docx"})
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename=\"sheet.docx\"; filename*=UTF-8''")
    assert unquote(disposition.partition("''")[2]) == expected


# A file from a colleague


def test_an_exported_file_opens_as_the_basket_it_was(client: TestClient) -> None:
    page = client.post("/basket", files={"file": ("答复参考.json", export(client, filled(), "json"))})
    assert "这是别人发来的材料篮" in page.text
    assert "老人吃饭难。" in page.text
    block = page.text.partition('id="shared">')[2].partition("</script>")[0]
    assert Basket.model_validate_json(block) == filled()
