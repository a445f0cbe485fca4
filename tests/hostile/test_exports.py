"""Sheets made of documents written to do harm: Word, Markdown and JSON carry them as mere text."""

import json
import re
from io import BytesIO
from urllib.parse import unquote, urlsplit

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from httpx2 import Response
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from tests.hostile.checks import check_headers, check_page
from tests.hostile.texts import EVIL, ILLEGAL, MARKUP


def exported(client: TestClient, doc_ids: list[str], form: str) -> Response:
    points = [{"number": 1, "text": EVIL + ILLEGAL, "context": EVIL + ILLEGAL}]
    picks = [{"passage_id": f"{doc_id}#1", "point": 1, "band": None} for doc_id in doc_ids]
    basket = {"title": EVIL + ILLEGAL, "number": MARKUP, "points": points, "without_precedent": [], "picks": picks}
    fields = {"basket": (None, json.dumps(basket)), "format": (None, form)}
    answer = client.post("/basket/export", files=fields)
    assert answer.status_code == 200, answer.text
    check_headers(answer)
    disposition = answer.headers["content-disposition"]
    assert re.fullmatch(
        r"attachment; filename(=\"[^\"\\]*\"; filename)?\*=UTF-8''[\w.%~-]+(; filename=\"[^\"\\]*\")?",
        disposition,
        re.ASCII,
    )
    assert not re.search(r'[/\\"<>\r\n]', unquote(disposition.partition("''")[2]))
    return answer


def test_the_word_sheet_opens_again_and_links_only_to_the_web(client: TestClient, doc_ids: list[str]) -> None:
    sheet = docx.Document(BytesIO(exported(client, doc_ids, "docx").content))
    text = "\n".join(paragraph.text for paragraph in sheet.paragraphs)
    assert "<script>window.hacked=1</script>" in text
    assert "{{7*7}}" in text
    links = [rel.target_ref for rel in sheet.part.rels.values() if rel.reltype == RELATIONSHIP_TYPE.HYPERLINK]
    assert links
    assert {urlsplit(link).scheme for link in links} <= {"http", "https"}


def test_the_markdown_sheet_renders_without_a_stranger_s_element(client: TestClient, doc_ids: list[str]) -> None:
    html = MarkdownIt("commonmark", {"html": True}).render(exported(client, doc_ids, "md").text)
    check_page(html)
    assert not LexborHTMLParser(html).css("script, img")


def test_the_json_sheet_can_be_opened_again(client: TestClient, doc_ids: list[str]) -> None:
    sheet = exported(client, doc_ids, "json")
    answer = client.post("/basket", files={"file": ("材料篮.json", sheet.content)})
    assert answer.status_code == 200
    check_page(answer.text)
