"""What must hold of whatever comes: a function for each thing that reads it, called with a file's name and content.

A target raises AssertionError for what does not hold and lets any exception through that is not documented. A text
comes as its UTF-8.
"""

import os
import re
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar, get_args

import numpy as np
from pydantic import BaseModel
from starlette.datastructures import QueryParams

from corpus.cleaning import clean
from corpus.documents import _document
from corpus.encodings import drop_controls
from corpus.errors import DafuError, ReadError
from corpus.passages import LONGEST, split
from corpus.privacy import MASK, find_personal_data, mask, mask_document
from corpus.readers import read_bytes
from corpus.readers.fields import NAMES
from corpus.sentences import sentence_spans, without_courtesy
from corpus.sources import find_files
from corpus.types import Block, Document, RawDocument, SectionRole, Source
from eval.trec import read_candidates, read_qrels, read_run, read_topics, write_run
from indexer import analyzer
from indexer.table import PassageTable
from search_api.basket import Basket
from search_api.configuration import load_settings
from search_api.proposals import split_proposal
from search_api.proposals.pieces import pieces_of
from search_api.query import QueryError, parse_query
from search_api.suggest import LONGEST as LONGEST_TYPED
from search_api.suggest import Suggester
from search_api.tokens import TokenFile
from search_api.web.baskets import BasketError, address_of, from_json, in_address
from tests.test_suggest import ARCHIVE, Letters

Target = Callable[[str, bytes], None]
T = TypeVar("T")

_LINE_ENDS = re.compile("[\n\r]")


# Files


def readers(name: str, data: bytes) -> None:
    """A file of any format becomes documents, or a ReadError says why not."""
    try:
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
    _check_sentence(error)


def _check_sentence(error: DafuError) -> None:
    assert re.search("[\u4e00-\u9fff]", str(error)), "in the language of who reads it"
    _check_encodable(str(error))


def _check_raw(raw: RawDocument) -> None:
    assert any(block.text.strip() for block in raw.blocks)
    for block in raw.blocks:
        assert not _LINE_ENDS.search(block.text), "a block is one line"
        assert drop_controls(block.text) == block.text
        assert 0 <= block.lead <= len(block.text)
        assert 0 <= block.level <= 9
        _check_encodable(block.text)
    for field, value in raw.fields.items():
        assert field in NAMES or field == "page_title"
        assert value.strip(), "absent is absent"
        assert drop_controls(value) == value
        _check_encodable(value)


def _check_encodable(text: str) -> None:
    text.encode("utf-8")


# Letters


def letters(name: str, data: bytes) -> None:
    """Any text is parsed to a document with passages, always the same."""
    blocks = tuple(Block(line) for line in data.decode().split("\n"))
    raw = RawDocument(blocks=blocks, fields={}, source=Source(path="信.txt", media_type="text/plain"))
    document = _document(raw)
    if isinstance(document, Document):
        assert document == _document(raw)
        _check_document(document)
        assert _is_subsequence(document.text, data.decode())
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
        assert len(passage.text) <= LONGEST
        before = passage.end
    for start, end in sentence_spans(document.text):
        assert document.text[start:end].strip()


def _check_masked(document: Document) -> None:
    masked = mask_document(document)
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


# What is asked


def queries(name: str, data: bytes) -> None:
    """A query is understood, always alike, or a QueryError says how to write it. A terminal may send half pairs."""
    text = data.decode("utf-8", "surrogatepass")
    try:
        parsed = parse_query(text)
    except QueryError as error:
        _check_sentence(error)
        return
    assert parsed == parse_query(text)
    assert parsed.text.strip() or parsed.is_narrowed
    assert all(first <= last for first, last in parsed.wanted.years)
    assert all(first <= last for first, last in parsed.wanted.dates)
    assert all(
        value for part in (parsed.wanted.phrases, parsed.wanted.excluded, parsed.wanted.agencies) for value in part
    )
    without_courtesy(parsed.text)
    for terms in (analyzer.words, analyzer.bigrams, analyzer.characters, analyzer.concepts):
        assert all(terms(parsed.text[:500]))
    assert analyzer.normalise(analyzer.normalise(text)) == analyzer.normalise(text)


def suggestions(name: str, data: bytes) -> None:
    """Whatever is typed, at most k ways to go on, none twice; a longer text than a title has none."""
    typed = data.decode()
    found = _suggester().suggest(typed)
    assert len({suggestion.text for suggestion in found}) == len(found) <= 8
    assert not (found and len(typed) > LONGEST_TYPED)
    assert len(_suggester().nearest_terms(typed)) <= 6


@cache
def _suggester() -> Suggester:
    nothing = np.empty(0, np.int64)
    return Suggester(Letters(PassageTable(ARCHIVE, *[nothing] * 6)))


def proposals(name: str, data: bytes) -> None:
    """Every word of a paste stands in one piece and in its order, and the proposal is its pieces."""
    text = data.decode()
    proposal, pieces = split_proposal(text), pieces_of(text)
    assert proposal == split_proposal(text)
    assert _is_subsequence("".join(piece.text for piece in pieces), text)
    if any(char.isalnum() for char in text):
        assert proposal.points
    assert [point.number for point in proposal.points] == list(range(1, len(proposal.points) + 1))
    assert all(point.text == point.text.strip() != "" for point in proposal.points)
    assert proposal.title != "" != proposal.number
    kept = [proposal.preamble, *(part for point in proposal.points for part in (point.text, point.context))]
    pieced = [piece.text for piece in pieces if piece.role in ("preamble", "ask", "context")]
    assert sorted(_solid("".join(kept))) == sorted(_solid("".join(pieced)))


def _solid(text: str) -> str:
    return "".join(text.split())


def _is_subsequence(part: str, whole: str) -> bool:
    """Whether the part's characters but for white space stand in the whole in their order."""
    rest = iter(whole)
    return all(char in rest for char in _solid(part))


# What comes in addresses and small files


def addresses(name: str, data: bytes) -> None:
    """The basket in an address, and the way back."""
    try:
        basket = in_address(QueryParams(data))
    except BasketError:
        return
    if basket is not None:
        _check_basket(basket)


def baskets(name: str, data: bytes) -> None:
    """A basket as a browser sends it."""
    try:
        basket = from_json(data)
    except BasketError:
        return
    _check_basket(basket)


def _check_basket(basket: Basket) -> None:
    plain = tuple(point.model_copy(update={"context": ""}) for point in basket.points)
    head = {"title": basket.title or None, "number": basket.number or None}
    assert _in_its_address(basket) in (None, basket.model_copy(update={"points": plain, **head}))
    _check_round_trip(basket)


def _in_its_address(basket: Basket) -> Basket | None:
    """None where it has numbers or ids that this program gives nothing, and that no address holds."""
    if any(pick.passage_id.startswith("#") for pick in basket.picks):
        return None
    try:
        return in_address(QueryParams(address_of(basket))) or Basket()
    except BasketError:
        return None


def _check_round_trip(model: BaseModel) -> None:
    assert type(model).model_validate_json(model.model_dump_json()) == model


def names(name: str, data: bytes) -> None:
    """A file of any name below a folder is found under a name that can be stored; the folder's own stays."""
    with tempfile.TemporaryDirectory() as folder:
        below = Path(folder) / "市教育局"
        below.mkdir()
        (below / os.fsdecode(data)).write_bytes(b"x")
        found = find_files([Path(folder)])
        for relative in [file.relative for file in found.files] + [file.relative for file in found.skipped]:
            assert relative.startswith("市教育局/")
            _check_encodable(relative)


def runs(name: str, data: bytes) -> None:
    """Topics, qrels, runs and candidates are read, or a DafuError names the file. What was read can be written."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        _read(read_qrels, path)
        _read(read_candidates, path)
        _read(read_topics, path)
        run = _read(read_run, path)
        if run:
            again = Path(folder) / "again.run"
            write_run(again, run, "x")
            assert read_run(again) == run


def _read(read: Callable[[Path], T], path: Path) -> T | None:
    try:
        return read(path)
    except DafuError as error:
        _check_names(path, error)
        return None


def _check_names(path: Path, error: DafuError) -> None:
    assert str(path) in str(error)
    _check_sentence(error)


def tokens(name: str, data: bytes) -> None:
    """A file of tokens that somebody changed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tokens.json"
        path.write_bytes(data)
        file = TokenFile(path)
        if (known := _read(lambda _: file.tokens(), path)) is not None:
            assert file.reader("dafu_no such token") is None
            now = [token.has_expired(token.created_at) for token in known]
            assert len(now) == len(known)


def configurations(name: str, data: bytes) -> None:
    """A settings file as an administrator writes it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dafu.toml"
        path.write_bytes(data)
        try:
            load_settings(file=path)
        except DafuError as error:
            _check_sentence(error)


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        readers, letters, privacy, queries, suggestions, proposals, addresses, baskets, names, runs, tokens,
        configurations,
    )
}  # fmt: skip
