"""The lexical leg: BM25 over fields of pre-tokenised text. The only owner of tantivy.

Two levels of the same kind of index: `documents` ranks letters, `passages` ranks the passages of a letter and answers
which passages hold a phrase. Filters come as masks, so that both legs obey the same one; how a mask reaches tantivy is
decided here.
"""

import math
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur, Query

from corpus.errors import DafuError
from indexer import analyzer


class Level(NamedTuple):
    """What an index has: its fields, the kinds of term of each, and whether phrases can be asked of it."""

    name: str
    fields: tuple[str, ...]
    kinds: tuple[str, ...]
    phrases: bool


# Letters are ranked as wholes: measured on the leader messages (choosing half), nDCG@10 of BM25 over documents is 0.72
# for subjects and 0.77 for messages; the best passage's score gives 0.61 and 0.65, and any share of it added is a loss.
DOCUMENTS = Level("documents", ("title", "body", "question"), ("words", "bigrams", "characters"), phrases=False)
PASSAGES = Level("passages", ("title", "headings", "body", "question"), ("words", "bigrams"), phrases=True)

# A mask that lets at most this share through is given to tantivy as a set of keys; a wider one is applied to a longer
# list of hits. Measured on 100k passages: a set of 5,000 keys costs 10 ms, one of 50,000 already 55 ms, while reading
# 4,000 hits costs 6 ms.
_NARROW_SHARE = 0.05
_WRITER_MEMORY = 128_000_000


class LexicalEntry(NamedTuple):
    """A document or passage as it is indexed: its key and the published text of each field ("" where absent)."""

    key: int
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Terms:
    """A query as the lexical leg sees it: each distinct term of each kind with its weight in the query."""

    words: Mapping[str, float]
    bigrams: Mapping[str, float]
    characters: Mapping[str, float]

    def __bool__(self) -> bool:
        return bool(self.words or self.bigrams or self.characters)


def terms_of(text: str) -> Terms:
    """Every term of a text, weighted by how often it stands there."""
    kinds = (analyzer.words(text), analyzer.bigrams(text), analyzer.characters(text))
    return Terms(*({term: float(n) for term, n in Counter(found).items()} for found in kinds))


class LexicalIndex:
    """A folder of tantivy's. Search is safe from any thread."""

    def __init__(self, index: tantivy.Index, level: Level) -> None:
        self._index = index
        self._level = level
        whitespace = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        index.register_tokenizer("terms", whitespace)
        index.reload()
        self._searcher = index.searcher()

    @classmethod
    def create(cls, folder: Path, level: Level) -> "LexicalIndex":
        folder.mkdir(parents=True)
        return cls(tantivy.Index(_schema(level), path=str(folder), reuse=False), level)

    @classmethod
    def open(cls, folder: Path, level: Level) -> "LexicalIndex":
        try:
            return cls(tantivy.Index.open(str(folder)), level)
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
                try:
                    os.link(path, new / path.name)
                except OSError:  # a file system without hard links
                    shutil.copy2(path, new / path.name)

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def update(self, entries: Iterable[LexicalEntry], removed: Iterable[int]) -> None:
        """Add entries and remove keys in one commit."""
        writer = self._index.writer(_WRITER_MEMORY, 1)
        gone = list(removed)
        if gone:
            writer.delete_documents_by_query(Query.term_set_query(self._schema, "key", gone))
        for entry in entries:
            document = tantivy.Document()
            document.add_unsigned("key", entry.key)
            for field, text in entry.texts.items():
                for kind in self._level.kinds if text else ():
                    document.add_text(f"{field}_{kind}", " ".join(self._analyse(kind, text)))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def search(
        self,
        terms: Terms,
        weights: Mapping[str, float],
        k: int,
        keys: NDArray[np.int64],
        allowed: NDArray[np.bool_] | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Keys and BM25 scores of the best k entries, ties by key.

        `weights` by field and kind, such as "title_words"; `keys` are those of all entries, ascending, and `allowed`
        is a mask over them.
        """
        query = self._any_of(terms, weights)
        if query is None or k < 1:
            return np.empty(0, np.int64), np.empty(0, np.float64)
        if allowed is None:
            return self._best(query, k)
        admitted = keys[allowed]
        if len(admitted) <= _NARROW_SHARE * len(keys):
            chosen = Query.const_score_query(Query.term_set_query(self._schema, "key", admitted.tolist()), 0.0)
            return self._best(Query.boolean_query([(Occur.Must, chosen), (Occur.Must, query)]), k)
        return self._best_allowed(query, k, keys, allowed)

    def containing(self, phrase: str) -> NDArray[np.int64]:
        """Keys, ascending, of the passages that may hold the phrase in some field.

        Exact for one run of two or more Chinese characters; otherwise a superset, to be checked against the text.
        """
        query = self._phrase(phrase)
        if query is None:
            query = Query.all_query()
        return np.sort(self._best(Query.const_score_query(query, 1.0), max(len(self), 1))[0])

    def keys(self) -> NDArray[np.int64]:
        """All keys, ascending."""
        return np.sort(self._best(Query.all_query(), max(len(self), 1))[0])

    def document_frequency(self, term: str, kind: str = "words") -> int:
        """In how many passages' bodies a term stands."""
        return self._frequency(f"body_{kind}", term)

    def _frequency(self, name: str, term: str) -> int:
        with _damage():
            return int(self._searcher.doc_freq(name, term))

    def _analyse(self, kind: str, text: str) -> list[str]:
        if kind == "words":
            return analyzer.words(text)
        if kind == "bigrams":
            return analyzer.bigrams(text, breaks=self._level.phrases)
        return analyzer.characters(text)

    @property
    def _schema(self) -> tantivy.Schema:
        return self._index.schema

    def _any_of(self, terms: Terms, weights: Mapping[str, float]) -> Query | None:
        """Any of the terms in any field. A term is as rare in every field as it is in the body.

        tantivy counts a field by itself: 老年人 stands in every letter and in few titles, and would weigh most where it
        says least.
        """
        clauses = []
        for name, field_weight in weights.items():
            kind = name.rpartition("_")[2]
            wanted: Mapping[str, float] = getattr(terms, kind)
            for term, weight in wanted.items() if field_weight > 0 else ():
                here = self._frequency(name, term)
                if not here:
                    continue
                boost = field_weight * weight
                if not name.startswith("body_"):
                    boost *= self._idf(max(here, self._frequency(f"body_{kind}", term))) / self._idf(here)
                query = Query.term_query(self._schema, name, term, "freq")
                clauses.append((Occur.Should, Query.boost_query(query, boost)))
        return Query.boolean_query(clauses) if clauses else None

    def _idf(self, n: int) -> float:
        """As tantivy (and Lucene) has it, of a term in n of the N entries: ln(1 + (N - n + 0.5) / (n + 0.5))."""
        return math.log(1 + (len(self) - n + 0.5) / (n + 0.5))

    def _best(self, query: Query, k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        with _damage():
            hits = self._searcher.search(query, k, count=False).hits
            found = self._searcher.fast_field_values("key", [address for _, address in hits])
        keys = np.array(found, dtype=np.int64)
        scores = np.array([score for score, _ in hits], dtype=np.float64)
        order = np.lexsort((keys, -scores))
        return keys[order], scores[order]

    def _best_allowed(
        self, query: Query, k: int, all_keys: NDArray[np.int64], allowed: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        share = max(float(allowed.mean()), 1e-9)
        depth = int(2 * k / share) + 10
        while True:
            keys, scores = self._best(query, depth)
            passed = allowed[np.searchsorted(all_keys, keys)]
            if passed.sum() >= k or len(keys) < depth:
                return keys[passed][:k], scores[passed][:k]
            depth *= 4

    def _phrase(self, phrase: str) -> Query | None:
        """All that the index can demand of a phrase: its whole runs; None where it has nothing to demand."""
        musts = []
        for group in _certain_runs(phrase):
            per_field = [(Occur.Should, self._run_query(f"{field}_bigrams", group)) for field in self._level.fields]
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


def _schema(level: Level) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", stored=False, indexed=True, fast=True)
    for field in level.fields:
        for kind in level.kinds:
            option = "position" if level.phrases and kind == "bigrams" else "freq"
            builder.add_text_field(f"{field}_{kind}", tokenizer_name="terms", index_option=option)
    return builder.build()
