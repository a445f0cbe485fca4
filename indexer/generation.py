"""A generation as a reader sees it: both legs under one filter, and the documents behind the rows."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from corpus.errors import DafuError
from corpus.parser.sections import heading_path
from corpus.types import Document
from indexer import analyzer, encoders
from indexer.filters import Filter
from indexer.lexical import DOCUMENTS, PASSAGES, Level, LexicalIndex, Terms
from indexer.manifest import Manifest
from indexer.paths import GenerationPaths, IndexPaths
from indexer.store import Archive
from indexer.table import PassageTable
from indexer.vectors import VectorIndex

Ranking = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Ordinals of documents, or rows, and their scores; best first, ties by position."""

# Chosen on half of the leader messages (first column: choosing half; second: the other half), nDCG@10 of BM25 alone,
# subject and message: words 1 bigrams 1 0.709|0.754 and 0.723|0.741; 0.5 and 1 0.716|0.767 and 0.722|0.749; with single
# characters at 0.1 and words at 0.3 0.722|0.769 and 0.725|0.746; characters at 0.3 help subjects, cost messages 0.02.
_KIND_WEIGHTS = {"words": 0.3, "bigrams": 1.0, "characters": 0.1}
# A title says in ten words what a letter is about; of headings a part repeats the body's own words.
_FIELD_WEIGHTS = {"title": 1.0, "headings": 0.5, "body": 1.0, "question": 1.0}


# Of a passage's BM25 where it competes with the letter's: a long letter on seven asks is found by the passage on one.
# On the leader messages, whose replies are short, any share up to 0.8 changes nothing; on five long letters about one
# field (20 asks in other words) it puts 3 more of them first.
_PASSAGE_SHARE = 0.8


def _weights(level: Level) -> dict[str, float]:
    return {f"{f}_{k}": _FIELD_WEIGHTS[f] * _KIND_WEIGHTS[k] for f in level.fields for k in level.kinds}


DOCUMENT_WEIGHTS = _weights(DOCUMENTS)
PASSAGE_WEIGHTS = _weights(PASSAGES)

_KEPT_MASKS = 32  # filters whose masks are kept: a page of results asks for the same one several times
_KEPT_DOCUMENTS = 512  # opened documents kept; a letter is about 10 kB


def current_number(paths: IndexPaths) -> int | None:
    """The number in CURRENT; None where there is no index yet. Raises DafuError where the file is damaged."""
    try:
        text = paths.current.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise DafuError(f"无法读取 {paths.current}（{error}）。请从备份恢复，或重新运行 dafu index。") from error
    if not text.isdecimal():
        raise DafuError(f"{paths.current} 应为一个世代编号，实际是“{text[:40]}”。请从备份恢复，或重新运行 dafu index。")
    return int(text)


class Generation:
    """One generation, opened. Safe from any thread; raises DafuError where something does not fit this program."""

    def __init__(self, paths: GenerationPaths, archive: Archive) -> None:
        self.paths = paths
        self.manifest = Manifest.load(paths.manifest)
        if self.manifest.analyzer_version != analyzer.ANALYZER_VERSION:
            raise DafuError(
                f"索引 {paths.folder} 的分词版本是 {self.manifest.analyzer_version}，"
                f"本程序使用 {analyzer.ANALYZER_VERSION}。请重新运行 dafu index，它会重建索引。"
            )
        self.archive = archive
        self.table = PassageTable.load(paths.passages)
        self._by_document = LexicalIndex.open(paths.lexical(DOCUMENTS.name), DOCUMENTS)
        self._by_passage = LexicalIndex.open(paths.lexical(PASSAGES.name), PASSAGES)
        self.vector_index = VectorIndex.load(paths.vectors)
        self.document_vector_index = VectorIndex.load(paths.document_vectors)
        self.encoder = encoders.load(paths.encoder)
        passages = {len(self.table), len(self._by_passage), self.vector_index.size, self.manifest.passages}
        documents = {
            len(self.table.documents),
            len(self._by_document),
            self.document_vector_index.size,
            self.manifest.documents,
        }
        if len(passages) != 1 or len(documents) != 1:
            raise DafuError(
                f"索引 {paths.folder} 各部分的数目不一致：段落 {sorted(passages)}，答复 {sorted(documents)}。"
                "请运行 dafu verify 检查。"
            )
        self._masks: OrderedDict[Filter, NDArray[np.bool_]] = OrderedDict()
        self._documents: OrderedDict[int, Document] = OrderedDict()
        self._lock = Lock()

    @classmethod
    def open_current(cls, folder: Path) -> "Generation":
        """The live generation of an index folder."""
        paths = IndexPaths(folder)
        number = current_number(paths)
        if number is None:
            raise DafuError(
                f"{folder} 中没有索引（找不到文件 CURRENT）。请先运行：dafu index 答复文件夹 --into {folder}"
            )
        return cls(paths.generation(number), Archive.readable(paths.archive))

    @property
    def number(self) -> int:
        return self.manifest.generation

    def lexical(self, terms: Terms, wanted: Filter, k: int) -> Ranking:
        """The lexical leg over letters: ordinals of about k documents by BM25 of the whole or of the best passage."""
        allowed = self.allowed(wanted)
        documents = None if allowed is None else self.table.documents_of_rows(allowed)
        keys, scores = self._by_document.search(terms, DOCUMENT_WEIGHTS, k, self.table.first_key, documents)
        row_keys, row_scores = self._by_passage.search(terms, PASSAGE_WEIGHTS, k, self.table.key, allowed)
        best = np.zeros(len(self.table.documents))
        np.maximum.at(best, self.table.document[self.table.rows_of(row_keys)], _PASSAGE_SHARE * row_scores)
        whole = np.searchsorted(self.table.first_key, keys)
        best[whole] = np.maximum(best[whole], scores)
        ordinals = np.flatnonzero(best)
        order = np.lexsort((ordinals, -best[ordinals]))
        return ordinals[order], best[ordinals][order]

    def lexical_passages(self, terms: Terms, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """BM25 of given rows among all passages, aligned with `rows`; 0 where no term stands."""
        chosen = np.zeros(len(self.table), dtype=bool)
        chosen[rows] = True
        keys, scores = self._by_passage.search(terms, PASSAGE_WEIGHTS, len(rows), self.table.key, chosen)
        found = np.zeros(len(self.table))
        found[self.table.rows_of(keys)] = scores
        return found[rows]

    def vector(self, vector: NDArray[np.float32], wanted: Filter, k: int) -> Ranking:
        """The vector leg over letters: ordinals of the best documents by `closeness`, about k of them.

        None for a query that the encoder knows nothing of.
        """
        if not vector.any():
            return np.empty(0, np.int64), np.empty(0, np.float64)
        allowed = self.allowed(wanted)
        documents = None if allowed is None else self.table.documents_of_rows(allowed)
        whole = self.document_vector_index.search(vector, k, documents)[0]
        rows = self.vector_index.search(vector, k, allowed)[0]
        ordinals = np.union1d(whole, self.table.document[rows])
        scores = self.closeness(vector, ordinals, wanted)
        order = np.lexsort((ordinals, -scores))
        return ordinals[order], scores[order]

    def closeness(
        self, vector: NDArray[np.float32], ordinals: NDArray[np.int64], wanted: Filter
    ) -> NDArray[np.float64]:
        """Of each document, ordinals ascending: the highest inner product of the whole letter or a passage let through.

        A short letter is about one thing, and as a whole is told apart best; of a long one, a passage answers.
        """
        whole = self.document_vector_index.reconstruct(ordinals) @ vector
        chosen = np.zeros(len(self.table.documents), dtype=bool)
        chosen[ordinals] = True
        rows = np.flatnonzero(self.table.rows_of_documents(chosen))
        allowed = self.allowed(wanted)
        rows = rows if allowed is None else rows[allowed[rows]]
        cosines = self.vector_index.reconstruct(rows) @ vector
        starts = np.searchsorted(self.table.document[rows], ordinals)
        best = np.maximum.reduceat(cosines, starts) if len(ordinals) else cosines
        return np.asarray(np.maximum(whole, best), dtype=np.float64)

    def document_frequency(self, word: str) -> int:
        """In how many passages a word stands."""
        return self._by_passage.document_frequency(word)

    def allowed(self, wanted: Filter) -> NDArray[np.bool_] | None:
        """Mask over rows of what a filter lets through; None where it lets everything through."""
        if not wanted:
            return None
        with self._lock:
            if wanted in self._masks:
                self._masks.move_to_end(wanted)
                return self._masks[wanted]
        mask = self._mask(wanted)
        with self._lock:
            self._masks[wanted] = mask
            if len(self._masks) > _KEPT_MASKS:
                self._masks.popitem(last=False)
        return mask

    def document(self, ordinal: int) -> Document:
        """The document at a position of `table.documents`, as stored (unmasked)."""
        with self._lock:
            if ordinal in self._documents:
                self._documents.move_to_end(ordinal)
                return self._documents[ordinal]
            document = self.archive.document(self.table.documents[ordinal].version)
            self._documents[ordinal] = document
            if len(self._documents) > _KEPT_DOCUMENTS:
                self._documents.popitem(last=False)
            return document

    def lexical_keys(self) -> Iterator[tuple[str, NDArray[np.int64], NDArray[np.int64]]]:
        """Of each level its name, the keys that the table demands, and the keys that are indexed."""
        yield DOCUMENTS.name, self.table.first_key, self._by_document.keys()
        yield PASSAGES.name, self.table.key, self._by_passage.keys()

    def close(self) -> None:
        self.archive.close()

    def _mask(self, wanted: Filter) -> NDArray[np.bool_]:
        documents = self.table.allowed_documents(wanted)
        for word in wanted.excluded:
            documents[self.table.document[self._holding(word)]] = False
        rows = self.table.rows_of_documents(documents)
        for phrase in wanted.phrases:
            holding = np.zeros(len(self.table), dtype=bool)
            holding[self._holding(phrase, among=rows)] = True
            rows &= holding
        return rows

    def _holding(self, phrase: str, among: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """Rows whose passage, title, headings or question hold the phrase, character for character."""
        rows = self.table.rows_of(self._by_passage.containing(phrase))
        if among is not None:
            rows = rows[among[rows]]
        sought = squeezed(phrase)
        if len(sought) >= 2 and all("\u4e00" <= c <= "\u9fff" for c in sought):
            return rows  # the index is exact here
        held = [bool(sought) and any(sought in squeezed(text) for text in self.texts(int(row))) for row in rows]
        return rows[np.array(held, dtype=bool)] if len(rows) else rows

    def texts(self, row: int) -> Sequence[str]:
        """The published texts of a row's fields, body first."""
        document = self.document(int(self.table.document[row]))
        body = document.text[int(self.table.start[row]) : int(self.table.end[row])]
        return [body, *(t for t in field_texts(document, int(self.table.section[row])).values() if t)]


def squeezed(text: str) -> str:
    """Normalised, without white space: what a phrase is compared on."""
    return "".join(analyzer.normalise(text).split())


def field_texts(document: Document, section: int) -> dict[str, str]:
    """What a passage is indexed with besides its own text."""
    headings = heading_path(document.sections, section) if section < len(document.sections) else ()
    return {
        "title": document.title or "",
        "headings": " ".join(headings),
        "question": document.question or "",
    }
