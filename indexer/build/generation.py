"""A generation as a reader sees it: both legs under one filter, and the documents behind the rows."""

import copy
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from corpus.errors import DafuError
from corpus.parser.sections import heading_path
from corpus.types import Document
from indexer import deadline, encoders
from indexer.archive.store import Archive, Version
from indexer.build.manifest import Manifest, file_faults
from indexer.engine.filters import Filter
from indexer.engine.local.lexical import LexicalIndex, LexicalView
from indexer.engine.local.postings import Postings, PostingsBuilder
from indexer.engine.local.retrieval import Legs, Ranking
from indexer.engine.local.table import PassageTable
from indexer.engine.local.vectors import VectorIndex
from indexer.paths import GenerationPaths, IndexPaths
from indexer.terms import analyzer
from indexer.terms.kinds import Terms
from indexer.upkeep.locks import Claim, claim

_KEPT_MASKS = 32  # filters whose masks are kept: a page of results asks for the same one several times
_KEPT_DOCUMENTS = 512  # opened documents kept; a document is about 10 kB


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


def _check_files(paths: GenerationPaths) -> None:
    """Raises DafuError for a byte that is not as it was written: it would change scores, and nobody would know."""
    if fault := next(file_faults(paths.folder, Manifest.load(paths.manifest)), None):
        raise DafuError(f"{fault}请重新运行 dafu index，它会从档案库重建；或从备份恢复。")


def legs_of(paths: GenerationPaths, table: PassageTable) -> Legs:
    """The parts that are searched, opened."""
    return Legs(
        table,
        Postings.load(paths.postings),
        LexicalIndex.open(paths.lexical),
        VectorIndex.load(paths.vectors),
        VectorIndex.load(paths.document_vectors),
    )


class Generation:
    """One generation, opened. Safe from any thread; raises DafuError where something does not fit this program.

    `scopes` are those that it is seen with, None for all.
    """

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
        self.legs = legs_of(paths, self.table)
        self.encoder = encoders.load(paths.encoder)
        legs = self.legs
        passages = {len(self.table), len(legs.passages), legs.vectors.size, self.manifest.passages}
        documents = {
            len(self.table.documents),
            len(legs.postings),
            legs.document_vectors.size,
            self.manifest.documents,
        }
        if len(passages) != 1 or len(documents) != 1:
            raise DafuError(
                f"索引 {paths.folder} 各部分的数目不一致：段落 {sorted(passages)}，答复 {sorted(documents)}。"
                "请运行 dafu verify 检查。"
            )
        self.scopes: frozenset[str] | None = None
        self._claim: Claim | None = None
        self._remember_nothing()

    def _remember_nothing(self) -> None:
        self._masks: OrderedDict[Filter, NDArray[np.bool_]] = OrderedDict()
        self._documents: OrderedDict[int, Document] = OrderedDict()
        self._lock = Lock()

    @classmethod
    def open_current(cls, folder: Path, *, checked: bool = False) -> "Generation":
        """The live generation of an index folder, claimed: it stays on the disk until it is closed or forgotten.

        `checked`, its files are those that were written, byte for byte: for whoever answers from it (0.7 s for 700 MB).
        """
        paths = IndexPaths(folder)
        while True:
            number = current_number(paths)
            if number is None:
                raise DafuError(
                    f"{folder} 中没有索引（找不到文件 CURRENT）。请先运行：dafu index 答复文件夹 --into {folder}"
                )
            claimed = claim(paths.generation(number).readers)
            try:
                if checked:
                    _check_files(paths.generation(number))
                found = cls(paths.generation(number), Archive.readable(paths.archive))
            except DafuError:
                if current_number(paths) == number:
                    raise
                continue  # another was named, and this one removed, between the two lines above
            found._claim = claimed
            return found

    @property
    def number(self) -> int:
        return self.manifest.generation

    def seen_by(self, scopes: frozenset[str]) -> "Generation":
        """A generation of its own in which documents of other scopes are not: nothing finds, counts or ranks by them.

        Its encoder has learnt from all. Takes a while (0.1 s for 10,000 documents): to be kept for the next reader.
        """
        view = copy.copy(self)
        view.scopes = scopes
        ordinals = np.array([i for i, e in enumerate(self.table.documents) if e.scope in scopes], dtype=np.int64)
        if len(ordinals) == len(self.table.documents):  # all but, it may be, older versions
            return view
        table, whole = self.table.only(ordinals), self.legs
        rows = self.table.rows_within(ordinals)
        postings = PostingsBuilder().build(whole.postings, ordinals)
        view.table = table
        view.manifest = self.manifest.model_copy(update={"documents": len(table.documents), "passages": len(table)})
        view.legs = Legs(
            table,
            postings,
            LexicalView(whole.passages, table.key, len(postings), postings.document_frequency),
            VectorIndex.build(whole.vectors.reconstruct(rows)),
            VectorIndex.build(whole.document_vectors.reconstruct(ordinals)),
        )
        view._remember_nothing()
        return view

    def lexical(self, terms: Terms, wanted: Filter, k: int) -> Ranking:
        """The lexical leg over documents: ordinals of at most k documents, best first, and their BM25."""
        return self.legs.lexical(self.legs.query(terms), self.allowed(wanted), k)

    def vector(self, vector: NDArray[np.float32], wanted: Filter, k: int) -> Ranking:
        """The vector leg over documents: ordinals of about k documents, best first, and their inner products."""
        return self.legs.vector(vector, self.allowed(wanted), k)

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

    def versions(self, doc_id: str) -> list[Version]:
        """Every version of a document's text that may be seen, oldest first."""
        return [v for v in self.archive.versions(doc_id) if self.scopes is None or v.scope in self.scopes]

    def lexical_keys(self) -> NDArray[np.int64]:
        """The keys of the passages that are indexed by their terms, ascending."""
        return self.legs.passages.keys()

    def close(self) -> None:
        self.archive.close()
        if self._claim:
            self._claim.release()

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
        rows = self.table.rows_of(self.legs.passages.containing(phrase))
        if among is not None:
            rows = rows[among[rows]]
        sought = squeezed(phrase)
        if len(sought) >= 2 and all("\u4e00" <= c <= "\u9fff" for c in sought):
            return rows  # the index is exact here
        held = [bool(sought) and any(sought in squeezed(text) for text in self.texts(int(row))) for row in rows]
        return rows[np.array(held, dtype=bool)] if len(rows) else rows

    def texts(self, row: int) -> Sequence[str]:
        """The published texts of a row's fields, body first."""
        deadline.check()  # a phrase may be compared with every row of an archive
        return row_texts(self.table, self.document(int(self.table.document[row])), row)


def row_texts(table: PassageTable, document: Document, row: int) -> list[str]:
    """The texts of a row's fields, body first, out of its document or a masked copy of it."""
    body = document.text[int(table.start[row]) : int(table.end[row])]
    return [body, *(text for text in field_texts(document, int(table.section[row])).values() if text)]


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
