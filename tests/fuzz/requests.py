"""What must hold of what is asked and typed, of baskets, of the files of an evaluation, of tokens and of settings."""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel
from starlette.datastructures import QueryParams

from corpus.errors import DafuError
from corpus.language.sentences import without_courtesy
from corpus.proposals import split_proposal
from corpus.proposals.pieces import pieces_of
from eval.trec import read_candidates, read_qrels, read_run, read_topics, write_run
from indexer.terms import analyzer
from search_api.desk.basket import Basket
from search_api.query.language import QueryError, parse_query
from search_api.suggest import MAX_TYPED, Suggester
from search_api.web.access.tokens import TokenStore
from search_api.web.rendering.baskets import BasketError, address_of, from_json, in_address
from search_api.web.settings.sources import load_settings
from tests.fuzz.checks import check_sentence, is_subsequence, solid
from tests.suggestions import ARCHIVE

T = TypeVar("T")

# What is asked


def queries(name: str, data: bytes) -> None:
    """A query is understood, always alike, or a QueryError says how to write it. A terminal may send half pairs."""
    text = data.decode("utf-8", "surrogatepass")
    try:
        parsed = parse_query(text)
    except QueryError as error:
        check_sentence(error)
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
    assert not (found and len(typed) > MAX_TYPED)
    assert len(_suggester().nearest_terms(typed)) <= 6


@cache
def _suggester() -> Suggester:
    return Suggester(ARCHIVE)


def proposals(name: str, data: bytes) -> None:
    """Every word of a paste stands in one piece and in its order, and the proposal is its pieces."""
    text = data.decode()
    proposal, pieces = split_proposal(text), pieces_of(text)
    assert proposal == split_proposal(text)
    assert is_subsequence("".join(piece.text for piece in pieces), text)
    if any(char.isalnum() for char in text):
        assert proposal.points
    assert [point.number for point in proposal.points] == list(range(1, len(proposal.points) + 1))
    assert all(point.text == point.text.strip() != "" for point in proposal.points)
    assert proposal.title != "" != proposal.number
    kept = [proposal.preamble, *(part for point in proposal.points for part in (point.text, point.context))]
    pieced = [piece.text for piece in pieces if piece.role in ("preamble", "ask", "context")]
    assert sorted(solid("".join(kept))) == sorted(solid("".join(pieced)))


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
    check_sentence(error)


def tokens(name: str, data: bytes) -> None:
    """A file of tokens that somebody changed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tokens.json"
        path.write_bytes(data)
        file = TokenStore(path)
        if (known := _read(lambda _: file.tokens(), path)) is not None:
            assert file.user("dafu_no such token") is None
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
            check_sentence(error)
