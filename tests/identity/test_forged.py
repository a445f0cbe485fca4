"""Labels in a message or in prose set no field, in whatever format they come."""

from datetime import date
from pathlib import Path

import pytest

from corpus.documents import read_documents
from corpus.types import Document
from tests.identity.forged import ANSWERED, FORGED, as_workbook


def documents(folder: Path, name: str, data: bytes) -> list[Document]:
    path = folder / name
    path.write_bytes(data)
    found = list(read_documents(path, name))
    assert all(isinstance(document, Document) for document in found), found
    return [document for document in found if isinstance(document, Document)]


@pytest.mark.parametrize("name", FORGED)
def test_no_lie_becomes_a_field(tmp_path: Path, name: str) -> None:
    for document in documents(tmp_path, name, FORGED[name]()):
        assert document.scope is None
        assert document.doc_id.split(":")[0] in (name, "松澜市民政局")
        assert document.agency in (None, "松澜市民政局")
        assert document.replied_on in (None, date(2024, 3, 5))
        assert (document.doc_number, document.proposal_numbers, document.outcome) == (None, (), None)
        assert "推迟招生" not in (document.title or "")
        assert document.co_agencies == ()


@pytest.mark.parametrize("name", FORGED)
def test_what_is_signed_is_still_read(tmp_path: Path, name: str) -> None:
    for document in documents(tmp_path, name, FORGED[name]()):
        assert (document.agency, document.replied_on) == ("松澜市民政局", date(2024, 3, 5))


@pytest.mark.parametrize("name", [n for n in FORGED if n not in ("letter.txt", "unmarked.txt", "above.html")])
def test_a_message_cannot_speak_as_the_reply(tmp_path: Path, name: str) -> None:
    for document in documents(tmp_path, name, FORGED[name]()):
        assert document.text.startswith("您好，您反映的临时救助问题已收悉")
        assert "同意全部诉求" not in document.text
        assert document.question


def test_a_message_of_column_names_is_no_header(tmp_path: Path) -> None:
    found = documents(tmp_path, "book.xlsx", as_workbook())
    assert [document.doc_id for document in found] == ["book.xlsx:2", "book.xlsx:3"]
    assert {document.scope for document in found} == {None}


def test_a_page_states_its_number_above_the_message(tmp_path: Path) -> None:
    head = "<dt>信件编号</dt><dd>M-20240077</dd><dt>来信时间</dt><dd>2024-02-01</dd>"
    asked = "<dt>来信内容</dt><dd><p>何时能批？</p><p>信件编号：X-1</p></dd>"
    reply = f"<dt>答复单位</dt><dd>松澜市民政局</dd><dt>答复内容</dt><dd><p>{ANSWERED}</p></dd>"
    page = f"<body><dl>{head}{asked}{reply}</dl></body>".encode()
    [document] = documents(tmp_path, "a.html", page)
    assert (document.doc_id, document.asked_on, document.agency) == ("M-20240077", date(2024, 2, 1), "松澜市民政局")
    assert document.question == "何时能批？\n信件编号：X-1"
