"""What every engine must do, whatever it is made of: a plain one says what is right.

A new engine adds a line to ENGINES.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.documents import read_documents
from corpus.errors import ReadError
from corpus.types import Document
from indexer.engine.filters import Filter
from indexer.engine.protocol import FIELD_NAMES, Engine, Mode, Query
from indexer.terms.kinds import terms_of
from tests.engines import BigramEncoder, local_engine
from tests.letters import SAMPLE
from tests.naive_engine import NaiveEngine

ENCODER = BigramEncoder()
SCOPES = ("公开", "内部", "民政")
DOCUMENTS = 30  # some 180 passages


@contextmanager
def naive_engine(documents: Sequence[Document]) -> Iterator[NaiveEngine]:
    yield NaiveEngine(documents, ENCODER)


ENGINES: dict[str, Callable[[Sequence[Document]], AbstractContextManager[Engine]]] = {
    "local": local_engine,
    "naive": naive_engine,
}

QUERIES = ["长者食堂每餐补贴", "停车", "海底隧道", "，。"]
FILTERS = [
    Filter(),
    Filter(agencies=("民政局",)),
    Filter(years=((2021, 2023),)),
    Filter(dates=((date(2022, 1, 1), date(2022, 12, 31)),)),
    Filter(kinds=("cppcc",), roles=("lead",)),
    Filter(phrases=("补贴",)),
    Filter(phrases=("每餐", "元")),
    Filter(excluded=("补贴", "电梯")),
    Filter(agencies=("民政局",), phrases=("长者食堂",), excluded=("送餐",)),
    Filter(agencies=("没有这个局",)),
    Filter(scopes=frozenset({"公开", "民政"})),
]


def named(scopes: frozenset[str] | None) -> str:
    """The same in every process: a set is printed in any order."""
    return "all" if scopes is None else "+".join(sorted(scopes)) or "none"


SEEN: list[frozenset[str] | None] = [
    None,
    frozenset({"公开"}),
    frozenset({"公开", "民政"}),
    frozenset(SCOPES),
    frozenset(),
]


def sample() -> list[Document]:
    """Documents of the sample archive, in scopes by turns."""
    files = sorted(path for path in SAMPLE.rglob("*") if path.suffix in (".txt", ".md", ".docx", ".html"))
    documents: list[Document] = []
    for path in files[:DOCUMENTS]:
        documents += [d for d in read_documents(path, path.name) if not isinstance(d, ReadError)]
    distinct = {d.doc_id: d for d in documents}
    return [d.model_copy(update={"scope": SCOPES[i % 3]}) for i, d in enumerate(distinct.values())]


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return sample()


@pytest.fixture(scope="module")
def oracle(documents: list[Document]) -> NaiveEngine:
    return NaiveEngine(documents, ENCODER)


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, documents: list[Document]) -> Iterator[Engine]:
    with ENGINES[request.param](documents) as opened:
        yield opened


def asked(text: str, wanted: Filter = Filter()) -> Query:  # noqa: B008  # frozen
    return Query(terms_of(text), np.asarray(ENCODER.encode_queries([text])[0], dtype=np.float32), wanted)


def ids(engine: Engine, keys: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[str]:
    return [entry.doc_id for entry in engine.documents(keys)]


@pytest.mark.parametrize("scopes", SEEN, ids=named)
def test_entries_and_sizes_are_of_what_may_be_seen(
    engine: Engine, oracle: NaiveEngine, scopes: frozenset[str] | None
) -> None:
    ours, right = engine.seen_by(scopes), oracle.seen_by(scopes)
    assert ours.size == right.size
    assert [entry.doc_id for entry in ours.entries()] == [entry.doc_id for entry in right.entries()]
    for entry in oracle.entries():
        hidden = scopes is not None and entry.scope not in scopes
        assert (ours.find(entry.doc_id) is None) == hidden
        if hidden:
            with pytest.raises(KeyError):
                ours.documents(np.array([entry.key]))
            with pytest.raises(KeyError):
                ours.passages_of(entry.key)


@pytest.mark.parametrize("scopes", SEEN, ids=named)
@pytest.mark.parametrize("wanted", FILTERS, ids=range(len(FILTERS)))
def test_a_filter_lets_through_what_it_says(
    engine: Engine, oracle: NaiveEngine, wanted: Filter, scopes: frozenset[str] | None
) -> None:
    ours, right = engine.seen_by(scopes), oracle.seen_by(scopes)
    found = ours.matching(wanted)
    assert found.tolist() == right.matching(wanted).tolist()
    keys, owners = ours.retrieve(asked("补贴", wanted)).passages(found)
    right_keys, right_owners = right.retrieve(asked("补贴", wanted)).passages(found)
    assert (keys.tolist(), owners.tolist()) == (right_keys.tolist(), right_owners.tolist())


@pytest.mark.parametrize("scopes", SEEN, ids=named)
@pytest.mark.parametrize("text", QUERIES)
def test_candidates_and_their_scores(
    engine: Engine, oracle: NaiveEngine, text: str, scopes: frozenset[str] | None
) -> None:
    modes: tuple[Mode, ...] = ("lexical", "vector", "hybrid")
    for wanted in (Filter(), Filter(years=((2020, 2023),)), Filter(phrases=("补贴",))):
        for mode in modes:
            ours = engine.seen_by(scopes).retrieve(asked(text, wanted)).candidates(mode)
            right = oracle.seen_by(scopes).retrieve(asked(text, wanted)).candidates(mode)
            assert ours.documents.tolist() == right.documents.tolist()
            # tantivy keeps the length of a passage's field in one byte, and vectors have 11 bits a value.
            np.testing.assert_allclose(ours.lexical, right.lexical, rtol=0.03)
            np.testing.assert_allclose(ours.vector, right.vector, atol=2e-3)
            np.testing.assert_allclose(ours.lengths, right.lengths, atol=1e-6)
            np.testing.assert_allclose(ours.coverage, right.coverage, atol=1e-6)
            assert ours.vector_share == right.vector_share
            assert ours.known == pytest.approx(right.known)


@pytest.mark.parametrize("text", QUERIES)
def test_rankings_are_best_first_and_as_long_as_asked(engine: Engine, oracle: NaiveEngine, text: str) -> None:
    """A short list may miss a document whose best passage is not among the k best; its first is the first of all."""
    ours, right = engine.retrieve(asked(text)), oracle.retrieve(asked(text))
    everything, nearest = right.lexical(1000), right.vector(1000)
    for k in (1, 5, 1000):
        lexical, near = ours.lexical(k), ours.vector(k)
        assert len(lexical.documents) == min(k, len(everything.documents))
        assert np.all(np.diff(lexical.scores) <= 0)
        assert np.all(np.diff(near.scores) <= 0)
        np.testing.assert_allclose(lexical.scores[:1], everything.scores[:1], rtol=0.03)
        np.testing.assert_allclose(near.scores[:1], nearest.scores[:1], atol=2e-3)
    np.testing.assert_allclose(lexical.scores, everything.scores, rtol=0.03)
    np.testing.assert_allclose(near.scores, nearest.scores, atol=2e-3)


@pytest.mark.parametrize("scopes", SEEN[:3], ids=named)
def test_scores_of_given_passages(engine: Engine, oracle: NaiveEngine, scopes: frozenset[str] | None) -> None:
    ours, right = engine.seen_by(scopes), oracle.seen_by(scopes)
    keys = np.array([p.key for entry in right.entries()[::3] for p in right.passages_of(entry.key)][::-1])
    modes: tuple[Mode, ...] = ("lexical", "vector", "hybrid")
    for mode in modes:
        for text in ("长者食堂补贴", "停车泊位"):
            lexical, vector = ours.retrieve(asked(text)).passage_scores(keys, mode)
            right_lexical, right_vector = right.retrieve(asked(text)).passage_scores(keys, mode)
            np.testing.assert_allclose(lexical, right_lexical, rtol=0.03)
            np.testing.assert_allclose(vector, right_vector, atol=2e-3)


@pytest.mark.parametrize("phrase", ["长者食堂", "补贴", "2022年", "15万元", "“", "a", "没有的话"])
def test_phrases_stand_character_for_character(engine: Engine, oracle: NaiveEngine, phrase: str) -> None:
    for scopes in SEEN[:3]:
        assert engine.seen_by(scopes).containing(phrase).tolist() == oracle.seen_by(scopes).containing(phrase).tolist()


def test_look_ups_by_number(engine: Engine, oracle: NaiveEngine) -> None:
    for scopes in SEEN[:3]:
        ours, right = engine.seen_by(scopes), oracle.seen_by(scopes)
        for entry in oracle.entries():
            for number in entry.proposal_numbers:
                assert ours.with_number(f"第 {number} 号") == right.with_number(number)
            if entry.doc_number:
                assert ours.with_doc_number(entry.doc_number) == right.with_doc_number(entry.doc_number)


def test_passages_in_reading_order_with_their_anchors(engine: Engine, oracle: NaiveEngine) -> None:
    for entry in oracle.entries():
        ours = engine.passages_of(entry.key)
        assert ours == oracle.passages_of(entry.key)
        assert [p.number for p in ours] == list(range(1, len(ours) + 1))
        assert engine.passage_entries(np.array([p.key for p in ours][::-1])) == ours[::-1]
    with pytest.raises(KeyError):
        engine.passage_entries(np.array([99_999]))


@pytest.mark.parametrize("scopes", SEEN, ids=named)
def test_fields_are_counted_among_what_may_be_seen(
    engine: Engine, oracle: NaiveEngine, scopes: frozenset[str] | None
) -> None:
    ours, right = engine.seen_by(scopes), oracle.seen_by(scopes)
    keys = np.array([entry.key for entry in right.entries()][::2], dtype=np.int64)
    columns, expected = ours.fields(keys), right.fields(keys)
    assert tuple(columns) == FIELD_NAMES
    for name in FIELD_NAMES:
        assert columns[name].values == expected[name].values
        assert columns[name].codes.tolist() == expected[name].codes.tolist()


def test_dates_frequencies_and_neighbours(engine: Engine, oracle: NaiveEngine) -> None:
    for scopes in SEEN[:3]:
        ours, right = engine.seen_by(scopes), oracle.seen_by(scopes)
        keys = np.array([entry.key for entry in right.entries()][::-1], dtype=np.int64)
        assert ours.newest_first(keys).tolist() == right.newest_first(keys).tolist()
        words = ["补贴", "食堂", "电梯", "没有", "补贴"]
        assert ours.document_frequency(words).tolist() == right.document_frequency(words).tolist()
        for key in keys[:5].tolist():
            near, expected = ours.neighbours(key, 4, 1000), right.neighbours(key, 4, 1000)
            np.testing.assert_allclose(near.cosines, expected.cosines, atol=2e-3)
            np.testing.assert_allclose(np.sort(near.sample), np.sort(expected.sample), atol=2e-3)
            assert key not in near.documents


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(alphabet="长者食堂补贴电梯停车老人2年 ", min_size=1, max_size=30),
    scopes=st.frozensets(st.sampled_from(SCOPES)),
    phrase=st.sampled_from(["", "补贴", "服务"]),
)
def test_any_query_in_any_scopes(
    engine: Engine, oracle: NaiveEngine, text: str, scopes: frozenset[str], phrase: str
) -> None:
    query = asked(text, Filter(phrases=(phrase,) if phrase else ()))
    ours = engine.seen_by(scopes).retrieve(query).candidates("hybrid")
    right = oracle.seen_by(scopes).retrieve(query).candidates("hybrid")
    assert ours.documents.tolist() == right.documents.tolist()
    # Of any length: tantivy's byte rounds one down by up to 1/9, and b = 0.75 of that reaches a score.
    np.testing.assert_allclose(ours.lexical, right.lexical, rtol=0.75 / 9)
    np.testing.assert_allclose(ours.coverage, right.coverage, atol=1e-6)
