"""Known-item queries: what a letter gives, which letters are held out, and what blanking leaves of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.types import Document
from indexer.archive import VersionKey
from indexer.build.known_items import BLANK, KnownItem, blanked, held_out, known_items
from tests.letters import letter, numbered, parsed

# Known pairs


def _documents(count: int) -> dict[VersionKey, Document]:
    found = {}
    for i in range(count):
        document = parsed(numbered(i))
        found[VersionKey(document.doc_id, str(i))] = document
    return found


def test_a_letter_gives_its_title_question_and_first_asks() -> None:
    document = parsed(letter()).model_copy(
        update={
            "question": "哪里有长者食堂？",
            "answered_points": ("增设食堂", "短", "送餐上门", "增设食堂", "提高补贴", "延长营业"),
        }
    )
    assert list(known_items(document)) == [
        KnownItem("title", "关于增设长者食堂的提案", document.doc_id),
        KnownItem("question", "哪里有长者食堂？", document.doc_id),
        KnownItem("ask", "增设食堂", document.doc_id),
        KnownItem("ask", "送餐上门", document.doc_id),
        KnownItem("ask", "提高补贴", document.doc_id),
    ]


def test_the_same_letters_are_held_out_in_every_order() -> None:
    documents = _documents(200)
    forwards = held_out(list(documents), documents.__getitem__)
    backwards = held_out(list(documents)[::-1], documents.__getitem__)
    assert 50 <= len(forwards) < 200
    assert list(forwards) == list(backwards)


@pytest.mark.parametrize("grown", [210, 400])
def test_while_an_archive_grows_only_newcomers_take_a_place(grown: int) -> None:
    documents = _documents(grown)
    before = set(held_out(list(documents)[:200], documents.__getitem__))
    after = set(held_out(list(documents), documents.__getitem__))
    assert not (after - before) & set(list(documents)[:200])
    assert len(after) == len(before) < 200


def test_a_letter_that_asks_nothing_is_not_held_out() -> None:
    documents = _documents(3)
    mute = next(iter(documents))
    documents[mute] = documents[mute].model_copy(update={"title": None, "question": None, "answered_points": ()})
    assert set(held_out(list(documents), documents.__getitem__)) == set(documents) - {mute}


# Blanks


def test_a_blanked_letter_keeps_its_length_and_loses_its_words() -> None:
    body = (
        "一、关于增设长者食堂\n（一）增设长者食堂。全市六十八家，关于增设长者食堂的提案收悉。\n"
        "二、送餐上门服务\n已开展。"
    )
    document = parsed(letter(body=body)).model_copy(
        update={"question": "为老人送餐上门服务何时有？", "answered_points": ("送餐上门服务", "增设长者食堂")}
    )
    hidden = blanked(document)
    assert (hidden.title, hidden.question, hidden.answered_points) == (None, None, ())
    assert len(hidden.text) == len(document.text)
    for words in ("关于增设长者食堂的提案", "送餐上门服务", "增设长者食堂"):
        assert words in document.text
        assert words not in hidden.text
        assert not any(words in (section.heading or "") for section in hidden.sections)
    changed = [at for at, (old, new) in enumerate(zip(document.text, hidden.text, strict=True)) if old != new]
    assert {hidden.text[at] for at in changed} == {BLANK}
    assert [(s.start, s.end) for s in hidden.sections] == [(s.start, s.end) for s in document.sections]
    assert "全市六十八家" in hidden.text


@given(st.text(alphabet="长者食堂的提案，\n", max_size=60), st.text(alphabet="长者食堂", min_size=4, max_size=6))
def test_nothing_is_left_of_a_title(text: str, title: str) -> None:
    document = parsed(letter()).model_copy(update={"title": title, "text": text + title, "sections": ()})
    hidden = blanked(document).text
    assert title not in hidden
    assert len(hidden) == len(text + title)
