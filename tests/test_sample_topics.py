"""The judged set of the sample archive is whole: ids, categories, judgments and the rules that its README states."""

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest

from corpus.addresses import parse_passage_id
from corpus.documents import read_documents
from corpus.masked import masked_document
from corpus.passages import split
from corpus.sources import find_files
from corpus.types import Document
from indexer.terms import analyzer
from tests.letters import SAMPLE

FOLDER = Path(__file__).resolve().parents[1] / "eval" / "sample"
MIN_TOPICS = {
    "keywords": 20,
    "question": 20,
    "paraphrase": 20,
    "point": 20,
    "proposal": 12,
    "number": 12,
    "typo": 15,
    "none": 15,
}
WITH_PASSAGES = {"keywords", "question", "paraphrase", "point", "proposal", "typo"}

# A content word is any word of the analyzer of two characters or more, these places aside: a resident cannot say them
# otherwise. Words of one character (的, 能, 钱) are in nearly every text. No list of function words is needed.
PLACES = {"双桂", "双桂桥", "白鹭"}


class Topic(NamedTuple):
    query_id: str
    text: str
    category: str
    of: str | None


Judged = dict[str, dict[str, int]]
"""query_id to what is judged (a doc_id or passage_id) to its grade."""


def topics() -> list[Topic]:
    rows = [json.loads(line) for line in (FOLDER / "topics.jsonl").read_text("utf-8").splitlines()]
    return [Topic(row["query_id"], row["text"], row["category"], row.get("of")) for row in rows]


def qrels(name: str) -> Judged:
    """Fails on a line that is not `query_id 0 id grade`, and on an id judged twice for one topic."""
    judged: Judged = defaultdict(dict)
    for line in (FOLDER / name).read_text("utf-8").splitlines():
        query_id, zero, item, grade = line.split()
        assert zero == "0"
        assert grade in {"0", "1", "2"}, line
        assert item not in judged[query_id], line
        judged[query_id][item] = int(grade)
    return judged


TOPICS = topics()
DOCUMENTS = qrels("qrels.txt")
PASSAGES = qrels("passages.qrels.txt")


def in_category(category: str) -> list[Topic]:
    return [topic for topic in TOPICS if topic.category == category]


def document_of(passage_id: str) -> str:
    return parse_passage_id(passage_id)[0]


@pytest.fixture(scope="module")
def archive() -> dict[str, Document]:
    found: dict[str, Document] = {}
    for file in find_files([SAMPLE]).files:
        for document in read_documents(file.path, file.relative):
            assert isinstance(document, Document)
            found[document.doc_id] = document
    return found


@pytest.fixture(scope="module")
def passages(archive: dict[str, Document]) -> dict[str, str]:
    return {p.passage_id: p.text for document in archive.values() for p in split(masked_document(document))}


def documents_of(topic: Topic, min_grade: int) -> set[str]:
    """The documents that were judged so or higher for a topic."""
    return {item for item, grade in DOCUMENTS[topic.query_id].items() if grade >= min_grade}


def content_words(text: str) -> set[str]:
    return {word for word in analyzer.words(text) if len(word) >= 2} - PLACES


def test_every_category_has_enough_topics() -> None:
    counted = Counter(topic.category for topic in TOPICS)
    assert counted.keys() == MIN_TOPICS.keys()
    assert {c: n for c, n in counted.items() if n < MIN_TOPICS[c]} == {}
    assert sum(counted.values()) >= 130


def test_ids_and_texts_are_unique() -> None:
    assert len({topic.query_id for topic in TOPICS}) == len(TOPICS)
    assert len({topic.text for topic in TOPICS}) == len(TOPICS)
    assert all(topic.text == topic.text.strip() != "" for topic in TOPICS)


def test_what_is_judged_is_a_topic() -> None:
    assert DOCUMENTS.keys() == {topic.query_id for topic in TOPICS}
    assert PASSAGES.keys() == {topic.query_id for topic in TOPICS if topic.category in WITH_PASSAGES}


def test_every_judged_document_is_in_the_archive(archive: dict[str, Document]) -> None:
    assert {item for judged in DOCUMENTS.values() for item in judged} <= archive.keys()


def test_every_judged_passage_is_in_the_archive(passages: dict[str, str]) -> None:
    assert {item for judged in PASSAGES.values() for item in judged} <= passages.keys()


def test_every_document_answers_some_topic(archive: dict[str, Document]) -> None:
    assert {item for judged in DOCUMENTS.values() for item, grade in judged.items() if grade == 2} == archive.keys()


def test_only_topics_without_an_answer_are_judged_0_throughout() -> None:
    highest = {topic: max(DOCUMENTS[topic.query_id].values()) for topic in TOPICS}
    assert [topic.query_id for topic in TOPICS if highest[topic] != (0 if topic.category == "none" else 2)] == []


def test_grades_of_documents_and_passages_agree() -> None:
    assert {grade for judged in PASSAGES.values() for grade in judged.values()} == {1, 2}
    offenders = []
    for topic in TOPICS:
        marked = PASSAGES.get(topic.query_id, {})
        helping, answering = (documents_of(topic, min_grade) for min_grade in (1, 2))
        # A passage that helps stands in a document that helps; and a document that answers has a passage that does.
        if not {document_of(item) for item in marked} <= helping:
            offenders.append(f"{topic.query_id}: a passage of a document judged 0")
        with_answer = {document_of(item) for item, grade in marked.items() if grade == 2}
        if topic.category in WITH_PASSAGES and not answering <= with_answer:
            offenders.append(f"{topic.query_id}: a document judged 2 without such a passage")
    assert offenders == []


def test_a_paraphrase_shares_no_content_word(archive: dict[str, Document], passages: dict[str, str]) -> None:
    shared = []
    for topic in in_category("paraphrase"):
        own = content_words(topic.text)
        assert own, topic.query_id
        answers = {item: passages[item] for item, grade in PASSAGES[topic.query_id].items() if grade == 2}
        titles = {item: archive[item].title or "" for item in documents_of(topic, 2)}
        shared += [
            (topic.query_id, item, words)
            for item, text in (*answers.items(), *titles.items())
            if (words := own & content_words(text))
        ]
    assert shared == []


def test_points_and_proposals_have_their_lengths() -> None:
    assert {topic.query_id for topic in in_category("point") if not 50 <= len(topic.text) <= 300} == set()
    assert {topic.query_id for topic in in_category("proposal") if not 400 <= len(topic.text) <= 1500} == set()


def test_a_typo_is_judged_as_its_origin() -> None:
    keywords = {topic.query_id: topic for topic in in_category("keywords")}
    offenders = []
    for topic in in_category("typo"):
        origin = keywords[topic.of or ""]
        as_origin = all(judged[topic.query_id] == judged[origin.query_id] for judged in (DOCUMENTS, PASSAGES))
        if topic.text == origin.text or not as_origin:
            offenders.append(topic.query_id)
    assert offenders == []


def test_only_typos_have_an_origin() -> None:
    assert {topic.category for topic in TOPICS if topic.of is not None} == {"typo"}
