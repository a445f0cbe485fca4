"""An analysis holds what the analyzer says of its text; it can be cut and joined, and says the same of the pieces."""

import unicodedata
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.documents import read_documents
from corpus.passages import split
from corpus.types import Document
from indexer.encoders.pairs import document_text, encoder_text
from indexer.engine.texts import field_texts
from indexer.terms import analyzer
from indexer.terms.analysis import ENDS, Analysis
from indexer.terms.analyzer import BREAK, DEFAULT, joined, normalise, sentences
from indexer.terms.document import DocumentAnalysis
from indexer.terms.kinds import KINDS, Kind, counted, terms_of
from tests.letters import SAMPLE

TEXTS = st.text(alphabet=st.sampled_from("福田区養老人五g2.、（） \n㎡‼。；?院"), max_size=40)


def all_of(analysis: Analysis) -> tuple[str, list[list[str]]]:
    """Everything an analysis says, as lists."""
    kinds = [analysis.words, analysis.bigrams, analysis.phrases, analysis.characters, analysis.concepts]
    return analysis.text, kinds


def test_an_analysis_by_hand() -> None:
    found = DEFAULT.analyse("老人食堂。5g，网络")
    assert found.words == ["老人", "食堂", "5g", "网络"]
    assert found.bigrams == ["老人", "人食", "食堂", "5g", "网络"]
    assert found.phrases == ["老人", "人食", "食堂", BREAK, "5g", BREAK, "网络"]
    assert found.characters == list("老人食堂网络")
    assert found.concepts == ["≈老年人", "≈老年食堂", "≈5G"]
    assert [sentence.text for sentence in found.sentences] == ["老人食堂。", "5g，网络"]


def test_what_ends_a_sentence_is_every_character_that_is_normalised_to_a_stop() -> None:
    """And none is normalised to a stop and something else, so that a cut never falls within one."""
    folded = {chr(code): normalise(chr(code)) for code in range(0x110000) if unicodedata.category(chr(code)) != "Cs"}
    stops = {character for character, text in folded.items() if set(text) & set("。!?;")}
    assert stops == set(ENDS)
    assert all(set(folded[character]) <= set("。!?;") for character in stops)


@settings(deadline=None)  # the processors are shared
@given(TEXTS)
def test_sentences_are_those_of_the_normalised_text(text: str) -> None:
    assert "".join(sentences(text)) == text
    assert list(map(normalise, sentences(text))) == sentences(normalise(text))


@settings(deadline=None)  # the processors are shared
@given(TEXTS, st.integers(0, 40), st.integers(0, 40))
def test_a_part_of_an_analysis_is_the_analysis_of_the_part(text: str, start: int, end: int) -> None:
    assert all_of(DEFAULT.analyse(text).part(start, end)) == all_of(DEFAULT.analyse(text[start:end]))


@settings(deadline=None)  # the processors are shared
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_joined_analyses_are_the_analysis_of_the_lines(texts: list[str]) -> None:
    found = joined([DEFAULT.analyse(text) for text in texts])
    expected = DEFAULT.analyse("\n".join(texts))
    assert all_of(found) == all_of(expected)


@settings(deadline=None)  # the processors are shared
@given(TEXTS)
def test_counts_are_those_of_the_lists(text: str) -> None:
    lists: dict[Kind, list[str]] = {
        "words": analyzer.words(text),
        "bigrams": analyzer.bigrams(text),
        "characters": analyzer.characters(text),
        "concepts": analyzer.concepts(text),
    }
    assert counted(DEFAULT.analyse(text)) == {kind: Counter(lists[kind]) for kind in KINDS if lists[kind]}
    assert terms_of(text) == counted(DEFAULT.analyse(text))


def sample_documents() -> list[Document]:
    paths = [path for path in sorted(SAMPLE.rglob("*")) if path.suffix in (".txt", ".md", ".html", ".jsonl")]
    found = [document for path in paths for document in read_documents(path, path.name)]
    return [document for document in found if isinstance(document, Document)]


def test_a_document_analysed_once_has_the_terms_of_its_texts_and_of_its_passages() -> None:
    """The oracle analyses each text by itself."""
    passages = 0
    for document in sample_documents():
        found = DocumentAnalysis(DEFAULT, document)
        texts = {"title": document.title, "body": document.text, "question": document.question}
        assert {field: all_of(analysis) for field, analysis in found.fields.items()} == {
            field: all_of(DEFAULT.analyse(text)) for field, text in texts.items() if text
        }
        assert all_of(found.encoded) == all_of(DEFAULT.analyse(document_text(document)))
        for passage in split(document):
            fields = {"body": passage.text, **field_texts(document, passage.section)}
            assert {field: all_of(analysis) for field, analysis in found.passage_fields(passage).items()} == {
                field: all_of(DEFAULT.analyse(text)) for field, text in fields.items() if text
            }
            assert all_of(found.encoded_passage(passage)) == all_of(DEFAULT.analyse(encoder_text(document, passage)))
            passages += 1
    assert passages > 300
