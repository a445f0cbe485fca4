"""The judged sets of current answers and lineage are whole: ids, dates, sentences, splits and stated counts."""

import json
import re
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from corpus.addresses import parse_passage_id
from corpus.documents import read_documents
from corpus.language.sentences import sentence_spans
from corpus.masked import masked_document
from corpus.passages import split
from corpus.sources import find_files
from corpus.types import Document
from tests.letters import SAMPLE

ROOT = Path(__file__).resolve().parents[1]
JUDGED = ROOT / "eval" / "sample"
_NUMBER_IN_THREAD = re.compile(r" *(?:[0-9](?:/[0-9])?(?: \(opinion\))?|[①②③])$")

Line = dict[str, Any]


def read(name: str) -> list[Line]:
    return [json.loads(line) for line in (JUDGED / name).read_text("utf-8").splitlines()]


@cache
def documents() -> dict[str, Document]:
    found: dict[str, Document] = {}
    for file in find_files([SAMPLE]).files:
        for document in read_documents(file.path, file.relative):
            assert isinstance(document, Document)
            found[document.doc_id] = masked_document(document)
    return found


@cache
def passage_ids() -> frozenset[str]:
    return frozenset(p.passage_id for document in documents().values() for p in split(document))


@cache
def threads() -> dict[str, int]:
    """The threads of the archive's table by their number, in the order of the table."""
    rows = re.findall(
        r"^\| (?!letter|---)[^|]+ \| ([^|]+) \| ", (ROOT / "corpus/sample/README.md").read_text("utf-8"), re.M
    )
    names: dict[str, int] = {}
    for row in rows:
        name = _NUMBER_IN_THREAD.sub("", row).partition("、农村公路")[0]
        names.setdefault(name, len(names) + 1)
    return names


def split_of(thread: str) -> str:
    return "dev" if threads()[thread] % 2 else "test"


def stated() -> str:
    return (JUDGED / "README.md").read_text("utf-8")


def test_the_table_of_threads_is_read_whole() -> None:
    assert len(threads()) == 32
    assert [name for name, number in threads().items() if number in (1, 3, 32)] == ["一网通办", "乡村柑橘", "黑臭水体"]


def test_asks_are_unique_and_of_the_length_of_an_ask() -> None:
    asks = read("current.jsonl")
    assert len(asks) == len({ask["query_id"] for ask in asks}) == len({ask["text"] for ask in asks}) == 44
    assert [ask["query_id"] for ask in asks if not 20 <= len(ask["text"]) <= 150] == []


def test_asks_are_split_by_thread() -> None:
    assert [ask["query_id"] for ask in read("current.jsonl") if ask["split"] != split_of(ask["thread"])] == []


def test_judged_passages_are_in_the_archive_and_each_is_judged_once() -> None:
    for ask in read("current.jsonl"):
        listed = [passage["passage_id"] for passage in ask["passages"]]
        assert len(listed) == len(set(listed)), ask["query_id"]
        assert set(listed) <= passage_ids(), ask["query_id"]


def test_every_ask_has_a_current_answer() -> None:
    assert [a["query_id"] for a in read("current.jsonl") if all(p["status"] != "current" for p in a["passages"])] == []


def test_what_supersedes_is_listed_current_and_later_or_undated() -> None:
    offenders = []
    for ask in read("current.jsonl"):
        statuses = {passage["passage_id"]: passage["status"] for passage in ask["passages"]}
        for passage in ask["passages"]:
            successor = passage["superseded_by"]
            if (successor is None) != (passage["status"] != "superseded"):
                offenders.append((ask["query_id"], passage["passage_id"], "status and successor disagree"))
            elif successor is not None and not (
                statuses.get(successor) == "current" and may_follow(passage["passage_id"], successor)
            ):
                offenders.append((ask["query_id"], passage["passage_id"], "no later current passage of this ask"))
    assert offenders == []


def may_follow(earlier_passage: str, later_passage: str) -> bool:
    earlier, later = (documents()[parse_passage_id(each)[0]] for each in (earlier_passage, later_passage))
    undated = earlier.replied_on is None or later.replied_on is None
    return earlier.doc_id != later.doc_id and (undated or str(earlier.replied_on) < str(later.replied_on))


def test_the_counts_of_current_answers_are_those_stated() -> None:
    asks = read("current.jsonl")
    for name in ("dev", "test", "all"):
        own = [ask for ask in asks if name in (ask["split"], "all")]
        statuses = Counter(passage["status"] for ask in own for passage in ask["passages"])
        superseding = sum(any(p["status"] == "superseded" for p in ask["passages"]) for ask in own)
        traps = sum(ask["trap"] for ask in own)
        row = [name, len(own), superseding, traps, *(statuses[s] for s in ("current", "superseded", "restates"))]
        assert f"| {' | '.join(map(str, row))} |" in stated()
    assert sum(any(p["status"] == "superseded" for p in ask["passages"]) for ask in asks) >= 28
    assert sum(ask["trap"] for ask in asks) >= 8


def chains() -> list[Line]:
    return [line for line in read("lineage.jsonl") if "chain" in line]


def not_chains() -> list[Line]:
    return [line for line in read("lineage.jsonl") if "not_a_chain" in line]


@cache
def thread_of() -> dict[str, str]:
    """The thread of each document, by the file that the archive's table names."""
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ", (ROOT / "corpus/sample/README.md").read_text("utf-8"), re.M)
    named = {file: _NUMBER_IN_THREAD.sub("", row).partition("、农村公路")[0] for file, row in rows}
    return {
        document.doc_id: named[file.relative]
        for file in find_files([SAMPLE]).files
        for document in read_documents(file.path, file.relative)
        if isinstance(document, Document)
    }


def without_space(text: str) -> str:
    return "".join(text.split())


def year_of(doc_id: str) -> str:
    """When a document was replied to, as far as it says: its date, or the year in its number."""
    numbered = re.search(r"〔([0-9]{4})〕", doc_id)
    return str(documents()[doc_id].replied_on or (numbered and numbered[1]))


def test_lineage_is_of_documents_of_the_archive_and_split_by_thread() -> None:
    for line in read("lineage.jsonl"):
        members = line.get("chain") or line["not_a_chain"]
        assert len(members) == len(set(members)) >= 2, line
        assert set(members) <= documents().keys(), line
        assert line["split"] == split_of(line["thread"]), line
        assert line["thread"] in {thread_of()[member] for member in members}, line


def test_a_chain_is_in_the_order_of_time() -> None:
    for line in chains():
        dates = [year_of(doc_id) for doc_id in line["chain"]]
        # An undated document has only its year: it may stand anywhere among the documents of that year.
        assert all(a[: len(b)] <= b[: len(a)] for a, b in pairwise(dates)), line["matter"]


def test_changed_sentences_stand_in_an_earlier_and_a_later_document() -> None:
    for line in chains():
        texts = [documents()[doc_id].text for doc_id in line["chain"]]
        assert 1 <= len(line["changed"]) <= 6, line["matter"]
        for earlier, later in line["changed"]:
            first = next((i for i, text in enumerate(texts) if earlier in text), len(texts))
            assert any(later in text for text in texts[first + 1 :]), (line["matter"], earlier, later)
            assert without_space(earlier) != without_space(later), line["matter"]


def test_no_two_documents_of_the_archive_share_a_sentence() -> None:
    """Therefore `carried_over` is rightly empty; greetings, headings and signatures are in no passage."""
    assert [line["matter"] for line in chains() if line["carried_over"]] == []
    said: dict[str, set[str]] = {}
    for document in documents().values():
        for passage in split(document):
            for start, end in sentence_spans(passage.text):
                words = re.sub(r"\W", "", passage.text[start:end])
                if len(words) >= 12:
                    said.setdefault(words, set()).add(document.doc_id)
    assert {words: ids for words, ids in said.items() if len(ids) > 1} == {}


def test_what_is_no_chain_is_in_none() -> None:
    together = [set(line["chain"]) for line in chains()]
    assert [line for line in not_chains() if any(set(line["not_a_chain"]) <= chain for chain in together)] == []
    pairs = [frozenset(line["not_a_chain"]) for line in not_chains()]
    assert len(pairs) == len(set(pairs)) >= 15


def test_the_counts_of_lineage_are_those_stated() -> None:
    for name in ("dev", "test", "all"):
        own = [line for line in chains() if name in (line["split"], "all")]
        documents_in = {doc_id for line in own for doc_id in line["chain"]}
        changed = sum(len(line["changed"]) for line in own)
        apart = sum(name in (line["split"], "all") for line in not_chains())
        row = [name, len(own), len({line["thread"] for line in own}), len(documents_in), changed, 0, apart]
        assert f"| {' | '.join(map(str, row))} |" in stated()
