"""What must hold of files, of their names, of letters and of masks, whatever comes."""

import os
import re
import tempfile
from pathlib import Path
from typing import get_args

from corpus.cleaning import clean
from corpus.documents import _document
from corpus.errors import DafuError, ReadError
from corpus.language.sentences import sentence_spans
from corpus.masked import masked_document
from corpus.passages import MAX_LENGTH, split
from corpus.privacy import MASK, find_personal_data, mask
from corpus.readers import read_bytes
from corpus.readers.encodings import drop_controls
from corpus.readers.fields import NAMES
from corpus.readers.pictures import Placed, composed
from corpus.readers.scans import recognising
from corpus.sources import find_files
from corpus.types import Block, Document, RawDocument, SectionRole, Source
from tests.fuzz.checks import check_encodable, check_sentence, is_subsequence

_LINE_ENDS = re.compile("[\n\r]")


# Files


def readers(name: str, data: bytes) -> None:
    """A file of any format becomes documents, or a ReadError says why not. Scans stay unread: they take seconds."""
    try:
        with recognising(is_on=False):
            found = list(read_bytes(data, name, name))
    except ReadError as error:
        found = [error]
    for each in found:
        if isinstance(each, ReadError):
            _check_message(each, name)
        else:
            _check_raw(each)
            document = _document(each)
            if isinstance(document, Document):
                _check_document(document)


def _check_message(error: DafuError, name: str) -> None:
    assert str(error).startswith(name), "the file is named first"
    check_sentence(error)


def _check_raw(raw: RawDocument) -> None:
    assert any(block.text.strip() for block in raw.blocks)
    for block in raw.blocks:
        assert not _LINE_ENDS.search(block.text), "a block is one line"
        assert drop_controls(block.text) == block.text
        assert 0 <= block.lead <= len(block.text)
        assert 0 <= block.level <= 9
        check_encodable(block.text)
    for field, value in raw.fields.items():
        assert field in NAMES or field == "page_title"
        assert value.strip(), "absent is absent"
        assert drop_controls(value) == value
        check_encodable(value)


def pictures(name: str, data: bytes) -> None:
    """A picture inside a file is drawn, or left out."""
    drawn = composed([Placed(data, (0.1, 0.1, 0.9, 0.5))], 60, 40)
    assert drawn is None or drawn.pixels.shape[2] == 3


# Letters


def letters(name: str, data: bytes) -> None:
    """Any text is parsed to a document with passages, always the same."""
    blocks = tuple(Block(line) for line in data.decode().split("\n"))
    raw = RawDocument(blocks=blocks, fields={}, source=Source(path="信.txt", media_type="text/plain"))
    document = _document(raw)
    if isinstance(document, Document):
        assert document == _document(raw)
        _check_document(document)
        assert is_subsequence(document.text, data.decode())
    cleaned = clean(blocks)
    assert all(block.text == block.text.strip() != "" for block in cleaned)


def _check_document(document: Document) -> None:
    assert document.doc_id
    assert not re.search(r"\s", document.doc_id), "the id fits into a TREC file"
    for field, value in document:
        assert value != "", f"{field}: absent is None"
        assert not (isinstance(value, tuple) and "" in value), f"{field}: no empty strings"
    assert Document.model_validate_json(document.model_dump_json()) == document
    _check_sections(document)
    _check_passages(document)
    _check_masked(document)


def _check_sections(document: Document) -> None:
    """In order, apart, with nothing but white space between them and after the last."""
    text, end = document.text, document.sections[0].start if document.sections else len(document.text)
    assert document.sections
    for section in document.sections:
        assert section.start < section.end
        assert not text[end : section.start].strip(), "no gap that holds text"
        assert section.heading is None or text.startswith(section.heading, section.start)
        assert section.role in get_args(SectionRole)
        end = section.end
    assert not text[end:].strip()
    for citation in document.citations:
        cited = text[citation.start : citation.end]
        assert (cited[0], cited[1:-1].strip(), cited[-1]) == ("《", citation.title, "》")


def _check_passages(document: Document) -> None:
    passages = split(document)
    assert passages
    assert [passage.number for passage in passages] == list(range(1, len(passages) + 1))
    before = 0
    for passage in passages:
        section = document.sections[passage.section]
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.text.strip()
        assert before <= passage.start < passage.end <= section.end
        assert section.start <= passage.start
        assert len(passage.text) <= MAX_LENGTH
        before = passage.end
    for start, end in sentence_spans(document.text):
        assert document.text[start:end].strip()


def _check_masked(document: Document) -> None:
    masked = masked_document(document)
    assert len(masked.text) == len(document.text)
    _check_sections(masked)


def privacy(name: str, data: bytes) -> None:
    """A mask keeps the length and all that is no personal data; a second one takes nothing back.

    It may find more: a name is known by what stands around it, and that was masked.
    """
    text = data.decode()
    masked = mask(text)
    assert len(masked) == len(text)
    assert masked.count("\n") == text.count("\n")
    at = 0
    for start, end, _ in find_personal_data(text):
        assert at <= start < end <= len(text)
        assert masked[at:start] == text[at:start]
        at = end
    assert masked[at:] == text[at:]
    assert all(now in (before, MASK) for before, now in zip(masked, mask(masked), strict=True))


def names(name: str, data: bytes) -> None:
    """A file of any name below a folder is found under a name that can be stored; the folder's own stays."""
    with tempfile.TemporaryDirectory() as folder:
        below = Path(folder) / "市教育局"
        below.mkdir()
        (below / os.fsdecode(data)).write_bytes(b"x")
        found = find_files([Path(folder)])
        for relative in [file.relative for file in found.files] + [file.relative for file in found.skipped]:
            assert relative.startswith("市教育局/")
            check_encodable(relative)
