"""Which passages hold these terms, or this phrase? BM25 over fields of pre-tokenised text. The only owner of tantivy.

Filters come as masks, the same as for vectors; how a mask reaches tantivy is decided here.

Not for: whole documents (see postings.py).
"""

import math
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur, Query

from corpus.errors import DafuError
from indexer import deadline
from indexer.durable import link_or_copy
from indexer.engine.local.lexical_schema import FIELDS, KINDS, LexicalEntry, document_of, schema, scope_term
from indexer.terms import analyzer
from indexer.terms.kinds import Kind, Terms

# A mask that lets at most this share through is given to tantivy as a set of keys; a wider one is applied to a longer
# list of hits. Measured on 100k passages: a set of 5,000 keys costs 10 ms, one of 50,000 already 55 ms, while reading
# 4,000 hits costs 6 ms.
_NARROW_SHARE = 0.05
_WRITER_MEMORY = 128_000_000


PassageQuery = Query
"""A query made once by `LexicalIndex.query`, to be searched for as often as needed."""


class Seen(NamedTuple):
    """The entries that a user may see, as far as rarity asks: their scopes, and how many entries they are."""

    scopes: frozenset[str]
    entries: int


class LexicalIndex:
    """A folder of tantivy's. Search is safe from any thread."""

    def __init__(self, index: tantivy.Index) -> None:
        self._index = index
        whitespace = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        index.register_tokenizer("terms", whitespace)
        index.reload()
        self._searcher = index.searcher()

    @classmethod
    def create(cls, folder: Path) -> "LexicalIndex":
        folder.mkdir(parents=True)
        return cls(tantivy.Index(schema(), path=str(folder), reuse=False))

    @classmethod
    def open(cls, folder: Path) -> "LexicalIndex":
        try:
            return cls(tantivy.Index.open(str(folder)))
        except (ValueError, OSError) as error:
            if "ockfile" in str(error):
                raise DafuError(
                    f"打开词语索引需要写入 {folder} 的权限（{error}）。请把索引放在可写的文件夹中。"
                ) from error
            raise DafuError(
                f"词语索引 {folder} 无法打开（{error}）。请运行 dafu verify 检查，或重新运行 dafu index。"
            ) from error

    @staticmethod
    def copy(old: Path, new: Path) -> None:
        """A copy to update. Segments are never rewritten, so they are linked; tantivy replaces its .json by renames."""
        new.mkdir(parents=True)
        for path in old.iterdir():
            if path.suffix == ".json":
                shutil.copy2(path, new / path.name)
            elif path.suffix != ".lock":
                link_or_copy(path, new / path.name)

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    @contextmanager
    def updating(self, removed: Iterable[int]) -> Iterator[Callable[[LexicalEntry], object]]:
        """Remove keys and add the entries that the function is given, in one commit at the end."""
        writer = self._index.writer(_WRITER_MEMORY, 1)
        gone = list(removed)
        if gone:
            writer.delete_documents_by_query(Query.term_set_query(self._schema, "key", gone))
        yield lambda entry: writer.add_document(document_of(entry))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def query(self, terms: Terms, weights: Mapping[str, float], seen: Seen | None = None) -> PassageQuery | None:
        """Any of the terms in any field, to be searched for once or more; None where nothing is known of any.

        `weights` by field and kind, such as "title_words". A term is as rare in every field as it is in the body.
        `seen` None counts every entry; else each term costs a count.
        """
        rarity = _Rarity(self._searcher, self._schema, seen)
        with _damage():
            wanted = [c for kind in KINDS for c in self._clauses(kind, terms.get(kind, {}), weights, rarity)]
        return Query.boolean_query(wanted) if wanted else None

    def search(
        self,
        query: PassageQuery | None,
        k: int,
        keys: NDArray[np.int64],
        allowed: NDArray[np.bool_] | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Keys and BM25 scores of the best k entries, ties by key.

        `keys` are those of all entries, ascending, and `allowed` is a mask over them.
        """
        if query is None or k < 1:
            return np.empty(0, np.int64), np.empty(0, np.float64)
        if allowed is None:
            return self._best(query, k)
        admitted = keys[allowed]
        if len(admitted) <= _NARROW_SHARE * self._searcher.num_docs:
            chosen = Query.const_score_query(Query.term_set_query(self._schema, "key", admitted.tolist()), 0.0)
            return self._best(Query.boolean_query([(Occur.Must, chosen), (Occur.Must, query)]), k)
        return self._best_admitted(query, k, admitted)

    def containing(self, phrase: str) -> NDArray[np.int64]:
        """Keys, ascending, of the passages that may hold the phrase in some field.

        Exact for one run of two or more Chinese characters; otherwise a superset, to be checked against the text.
        """
        query = self._phrase(phrase)
        if query is None:
            query = Query.all_query()
        return np.sort(self._best(Query.const_score_query(query, 1.0), max(self._searcher.num_docs, 1))[0])

    def keys(self) -> NDArray[np.int64]:
        """All keys, ascending."""
        return np.sort(self._best(Query.all_query(), max(len(self), 1))[0])

    def remembered(self, kind: Kind, terms: Iterable[str]) -> list[str]:
        """The terms that stand in the index's files, even if only in entries that were removed."""
        names = [f"{field}_{kind}" for field in FIELDS]
        return [term for term in terms if any(self._searcher.doc_freq(name, term) for name in names)]

    @property
    def _schema(self) -> tantivy.Schema:
        return self._index.schema

    def _clauses(
        self,
        kind: Kind,
        counts: Mapping[str, int],
        weights: Mapping[str, float],
        rarity: "_Rarity",
    ) -> Iterator[tuple[Occur, Query]]:
        """The terms of a kind in each field. A term is as rare in every field as it is in the body.

        tantivy counts a field by itself: 老年人 stands in every document and in few titles, and would weigh most where
        it says least.
        """
        known = [(term, n, rarity.entries(f"body_{kind}", term)) for term, n in counts.items()]
        for field in FIELDS:
            name = f"{field}_{kind}"
            for term, n, in_bodies in known if weights[name] > 0 else ():
                if indexed := self._searcher.doc_freq(name, term):
                    # tantivy multiplies by its own idf, of all entries: taken out again.
                    idf = rarity.idf(name, term, indexed, in_bodies) / _idf(indexed, self._searcher.num_docs)
                    query = Query.term_query(self._schema, name, term, "freq")
                    yield Occur.Should, Query.boost_query(query, weights[name] * (1 + math.log(n)) * idf)

    def _best(self, query: Query, k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        deadline.check()
        with _damage():
            hits = self._searcher.search(query, k, count=False).hits
            found = self._searcher.fast_field_values("key", [address for _, address in hits])
        keys = np.array(found, dtype=np.int64)
        scores = np.array([score for score, _ in hits], dtype=np.float64)
        order = np.lexsort((keys, -scores))
        return keys[order], scores[order]

    def _best_admitted(
        self, query: Query, k: int, admitted: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The best entries with these keys, ascending and at least one, by reading a longer list."""
        depth = int(2 * k * self._searcher.num_docs / len(admitted)) + 10
        while True:
            keys, scores = self._best(query, depth)
            passed = admitted[np.minimum(np.searchsorted(admitted, keys), len(admitted) - 1)] == keys
            if passed.sum() >= k or len(keys) < depth:
                return keys[passed][:k], scores[passed][:k]
            depth *= 4

    def _phrase(self, phrase: str) -> Query | None:
        """All that the index can demand of a phrase: its whole runs; None where it has nothing to demand."""
        musts = []
        for group in _certain_runs(phrase):
            per_field = [(Occur.Should, self._run_query(f"{field}_bigrams", group)) for field in FIELDS]
            musts.append((Occur.Must, Query.boolean_query(per_field)))
        return Query.boolean_query(musts) if musts else None

    def _run_query(self, field: str, run: Sequence[str]) -> Query:
        if len(run) > 1:
            return Query.phrase_query(self._schema, field, list(run))
        if len(run[0]) == 2 and not run[0].isascii():
            return Query.term_query(self._schema, field, run[0], "freq")
        # A part of a word or number, or a single character: any term that holds it.
        escaped = "".join(c if c.isalnum() else f"\\{c}" for c in run[0])
        return Query.regex_query(self._schema, field, f".*{escaped}.*")


class _Rarity:
    """How many entries hold a term, among those that may be seen."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema, seen: Seen | None) -> None:
        self._searcher, self._schema = searcher, schema
        self.total = searcher.num_docs if seen is None else seen.entries
        self._scopes = (
            None if seen is None else Query.term_set_query(schema, "scope", sorted(map(scope_term, seen.scopes)))
        )

    def entries(self, name: str, term: str) -> int:
        """Entries with the term in a field."""
        indexed = self._searcher.doc_freq(name, term)
        if self._scopes is None or not indexed:
            return int(indexed)
        deadline.check()
        holding = Query.term_query(self._schema, name, term, "basic")
        both = Query.boolean_query([(Occur.Must, holding), (Occur.Must, self._scopes)])
        # 54 µs for 1,000 of 20,000 entries; with scores or a term set query it takes 2 and 25 times as long.
        found = self._searcher.search(Query.const_score_query(both, 1.0), 1, count=True)
        return int(found.count)  # type: ignore[attr-defined]  # its stubs do not know it

    def idf(self, name: str, term: str, indexed: int, in_bodies: int) -> float:
        """The idf of a term that stands in so many bodies, where it is asked for in this field.

        `indexed` counts the entries that have it there, seen or not.
        """
        here = in_bodies if indexed <= in_bodies else self.entries(name, term)
        return _idf(max(here, in_bodies, 1), self.total)


def _idf(n: int, total: int) -> float:
    """As tantivy (and Lucene) has it, of a term in n of N entries: ln(1 + (N - n + 0.5) / (n + 0.5))."""
    return math.log(1 + (total - n + 0.5) / (n + 0.5))


@contextmanager
def _damage() -> Iterator[None]:
    """Turn what tantivy does with damaged files into a sentence; a panic of its Rust code is no Exception in Python."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        if not isinstance(error, ValueError | TypeError | OSError) and type(error).__name__ != "PanicException":
            raise
        raise DafuError("词语索引已损坏。请运行 dafu verify 检查，再运行 dafu index 重建。") from error


def _certain_runs(phrase: str) -> list[list[str]]:
    """Terms that stand side by side wherever the phrase stands, in groups."""
    groups: list[list[str]] = [[]]
    for term in analyzer.bigrams(phrase, breaks=True):
        whole = len(term) == 2 and not term.isascii()
        if whole and groups[-1] and groups[-1][-1][-1] == term[0]:
            groups[-1].append(term)
        elif term == analyzer.BREAK:
            groups.append([])
        else:
            groups.append([term])
    return [group for group in groups if group]
