"""What every archive does, whatever database keeps it: one more implementation is one more parameter of `store`."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.errors import DafuError
from corpus.types import OPEN_SCOPE, Document
from indexer.archive import Archive, Failure, FileState, Origin, VersionKey, open_archive
from tests.letters import numbered, parsed

Store = Callable[..., Archive]
"""Opens the same archive each time: Store(writable=True) or Store()."""

STATE = FileState(10, 1000, "f" * 64, "1", ())
PATH, OTHER = "/来源/甲.txt", "/来源/乙.txt"


@pytest.fixture(params=["sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An archive without anything in it."""
    assert request.param == "sqlite"

    def opened(*, writable: bool = False) -> Archive:
        archive = open_archive(tmp_path / "archive.sqlite", writable=writable)
        request.addfinalizer(archive.close)
        return archive

    opened(writable=True)
    return opened


@pytest.fixture
def archive(store: Store) -> Archive:
    return store(writable=True)


def document(number: int = 1, count: str = "六十八家", **fields: object) -> Document:
    """Another document for each number, another text of it for each count."""
    return parsed(numbered(number).replace("六十八家", count)).model_copy(update=fields)


def key_of(stored: Document) -> VersionKey:
    return VersionKey(stored.doc_id, hashlib.sha256(stored.model_dump_json().encode()).hexdigest())


# Files


def test_a_new_archive_is_empty(archive: Archive) -> None:
    assert (archive.files(), archive.failures(), archive.scopes(), archive.live()) == ({}, [], {}, [])
    assert (archive.files_with_documents(), archive.shared_identities()) == (set(), {})
    assert (archive.orphans("9999", superseded=True), archive.integrity_faults()) == ([], [])


def test_what_was_put_is_there_for_who_opens_it_later(archive: Archive, store: Store) -> None:
    state = FileState(7, 1_700_000_000_123_456_789, "a" * 64, "2-x", ("第 3 行：坏了", "第 4 行：'坏'"), "内部")
    archive.put_file(PATH, state, [document(1)])
    later = store()
    assert later.files() == {PATH: state}
    assert later.failures() == [Failure(PATH, "第 3 行：坏了"), Failure(PATH, "第 4 行：'坏'")]
    assert later.document(later.live()[0]) == document(1, scope="内部")
    assert (later.files_with_documents(), later.files_holding(document(1).doc_id)) == ({PATH}, [PATH])


def test_failures_come_in_the_order_of_their_paths(archive: Archive) -> None:
    archive.put_file("/b", STATE._replace(errors=("乙",)), [])
    archive.put_file("/a", STATE._replace(errors=("甲",)), [])
    assert archive.failures() == [Failure("/a", "甲"), Failure("/b", "乙")]


def test_a_touched_file_has_another_stamp_and_nothing_else(archive: Archive) -> None:
    archive.put_file(PATH, STATE, [document(1)])
    archive.touch_file(PATH, 11, 2000)
    assert archive.files() == {PATH: STATE._replace(size=11, mtime_ns=2000)}
    assert archive.live() == [key_of(document(1))]


def test_an_unreadable_file_keeps_what_it_held_and_its_scope(archive: Archive) -> None:
    archive.put_file(PATH, STATE._replace(scope="内部"), [document(1)])
    archive.mark_unreadable(PATH, FileState(3, 4, "b" * 64, "2", ("坏了",), OPEN_SCOPE))
    assert archive.files() == {PATH: FileState(3, 4, "b" * 64, "2", ("坏了",), "内部")}
    assert archive.live() == [key_of(document(1, scope="内部"))]


def test_a_forgotten_file_leaves_its_versions(archive: Archive) -> None:
    archive.put_file(PATH, STATE, [document(1)])
    archive.forget_file(PATH)
    assert (archive.files(), archive.live(), archive.files_with_documents()) == ({}, [], set())
    assert archive.document(key_of(document(1))) == document(1)
    assert archive.origin(key_of(document(1))) is None


# Scopes


def test_a_folder_has_the_scope_that_was_given_last(archive: Archive) -> None:
    archive.set_scope("/来源", "内部")
    archive.set_scope("/来源/公开", OPEN_SCOPE)
    archive.set_scope("/来源", "民政")
    assert archive.scopes() == {"/来源": "民政", "/来源/公开": OPEN_SCOPE}


@pytest.mark.parametrize(
    ("of_document", "of_file", "stored"),
    [(None, OPEN_SCOPE, None), (None, "内部", "内部"), ("民政", "内部", "内部,民政"), (OPEN_SCOPE, "内部", "内部")],
)
def test_a_document_has_the_scope_of_its_file_and_its_own_may_narrow_it(
    archive: Archive, of_document: str | None, of_file: str, stored: str | None
) -> None:
    archive.put_file(PATH, STATE._replace(scope=of_file), [document(1, scope=of_document)])
    [key] = archive.live()
    assert archive.document(key).scope == stored
    assert [version.scope for version in archive.versions(key.doc_id)] == [stored or OPEN_SCOPE]


# Versions


def test_the_version_that_was_imported_last_is_live(archive: Archive) -> None:
    archive.put_file(PATH, STATE, [document(2, "一家"), document(1)])
    archive.put_file(OTHER, STATE, [document(2, "两家")])
    assert archive.live() == sorted([key_of(document(1)), key_of(document(2, "两家"))])
    archive.put_file(PATH, STATE, [document(1), document(2, "一家")])  # read again: now it is the last
    assert archive.live() == sorted([key_of(document(1)), key_of(document(2, "一家"))])
    archive.forget_file(PATH)
    assert archive.live() == [key_of(document(2, "两家"))]


def test_versions_are_texts_in_the_order_in_which_they_came(archive: Archive) -> None:
    for count in ("三家", "一家", "两家"):
        archive.put_file(PATH, STATE, [document(1, count)])
    reparsed = document(1, "一家", title="另一种读法")
    archive.put_file(PATH, STATE, [reparsed])
    found = archive.versions(document(1).doc_id)
    assert [v.content_sha256 for v in found] == [document(1, c).content_sha256 for c in ("三家", "一家", "两家")]
    assert found[1].json_sha256 == key_of(reparsed).json_sha256  # the latest parsing of the same text
    assert archive.versions("nobody") == []


def test_a_version_that_comes_back_is_stored_once(archive: Archive) -> None:
    for count in ("一家", "两家", "一家"):
        archive.put_file(PATH, STATE, [document(1, count)])
    assert len(archive.versions(document(1).doc_id)) == 2
    assert archive.live() == [key_of(document(1, "一家"))]


def test_the_origin_is_the_file_that_held_it_last(archive: Archive) -> None:
    archive.put_file(PATH, STATE._replace(sha256="a" * 64), [document(1)])
    archive.put_file(OTHER, STATE._replace(sha256="b" * 64), [document(1)])
    assert archive.origin(key_of(document(1))) == Origin(OTHER, "b" * 64)
    archive.forget_file(OTHER)
    assert archive.origin(key_of(document(1))) == Origin(PATH, "a" * 64)
    assert archive.origin(key_of(document(2))) is None


def test_a_document_that_is_not_there_is_a_sentence(archive: Archive) -> None:
    with pytest.raises(DafuError, match="《nobody》的这一版本缺失或已损坏"):
        archive.document(VersionKey("nobody", "0" * 64))


def test_files_that_share_an_identity_with_other_content_are_named(archive: Archive) -> None:
    archive.put_file("/c", STATE, [document(1, "一家"), document(2)])
    archive.put_file("/a", STATE, [document(1, "两家"), document(2)])
    archive.put_file("/b", STATE, [document(1, "一家"), document(3)])
    assert archive.shared_identities() == {document(1).doc_id: ("/c", "/a", "/b")}
    assert archive.files_holding(document(1).doc_id) == ["/a", "/b", "/c"]


def test_characters_are_found_wherever_they_are(archive: Archive) -> None:
    archive.put_file(PATH, STATE, [document(1, "一千零一家")])
    archive.forget_file(PATH)
    assert archive.contains_text("一千零一家")
    assert not archive.contains_text("一千零二家")
    assert not archive.contains_text("一千%家")  # no pattern


# Transactions


def test_a_transaction_is_all_or_nothing(archive: Archive, store: Store) -> None:
    def broken_off() -> None:
        with archive.transaction():
            archive.put_file(PATH, STATE, [document(1)])
            archive.set_scope("/来源", "内部")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert (archive.files(), archive.scopes(), archive.live()) == ({}, {}, [])
    with archive.transaction():
        archive.put_file(PATH, STATE, [document(1)])
        assert store().live() == []  # nobody sees it half done
    assert store().live() == [key_of(document(1))]


# Passages


def test_a_recorded_passage_is_found_by_its_anchor_latest_version_first(archive: Archive, store: Store) -> None:
    for count in ("一家", "两家"):
        archive.put_file(PATH, STATE, [document(1, count)])
    first, second = key_of(document(1, "一家")), key_of(document(1, "两家"))
    archive.record_passages(second, [("0a1b2c3d", 7, 9), ("0a1b2c3d.2", 9, 12)])
    archive.record_passages(first, [("0a1b2c3d", 3, 5)])
    archive.record_passages(first, [("0a1b2c3d", 4, 6)])  # known already
    later, texts = store(), [document(1, count).content_sha256 for count in ("一家", "两家")]
    assert later.recorded_passages(first.doc_id, "0a1b2c3d") == [(texts[1], 7, 9), (texts[0], 3, 5)]
    assert later.recorded_passages(first.doc_id, "0a1b2c3d.2") == [(texts[1], 9, 12)]
    assert later.recorded_passages(first.doc_id, "ffffffff") == []
    assert later.recorded_passages("nobody", "0a1b2c3d") == []


# Derivations

DERIVED = "abbreviations"
ROWS = ({"full": "长期护理保险", "short": "长护险"}, {"full": "“双减”\\政策", "short": "\n"})


def test_derived_rows_come_back_with_their_version(archive: Archive, store: Store) -> None:
    archive.put_file(PATH, STATE, [document(1), document(2)])
    first, second = archive.live()
    archive.put_derived(DERIVED, 1, second, ROWS)
    archive.put_derived(DERIVED, 1, first, ())
    archive.put_derived("figures", 1, first, [{"value": 1.5, "period": None, "words": ["一", 2]}])
    later = store()
    assert later.derived_rows(DERIVED, 1) == [(first, ()), (second, ROWS)]
    assert later.derived_rows("figures", 1) == [(first, ({"value": 1.5, "period": None, "words": ["一", 2]},))]
    assert later.derived_keys(DERIVED, 1) == {first, second}  # none found is known, too
    assert (later.derived_keys(DERIVED, 2), later.derived_rows("verdicts", 1)) == (set(), [])


def test_rows_are_replaced_and_those_of_other_versions_dropped(archive: Archive) -> None:
    archive.put_file(PATH, STATE, [document(1)])
    [key] = archive.live()
    for version in (1, 2, 3):
        archive.put_derived(DERIVED, version, key, [{"short": str(version)}])
    archive.put_derived("figures", 1, key, [])
    archive.put_derived(DERIVED, 2, key, [{"short": "又"}])
    archive.drop_derived(DERIVED, keep=2)
    assert [archive.derived_rows(DERIVED, v) for v in (1, 2, 3)] == [[], [(key, ({"short": "又"},))], []]
    assert archive.derived_keys("figures", 1) == {key}


def test_what_json_cannot_say_is_refused(archive: Archive) -> None:
    archive.put_file(PATH, STATE, [document(1)])
    with pytest.raises(ValueError, match="not JSON compliant"):
        archive.put_derived(DERIVED, 1, archive.live()[0], [{"value": float("nan")}])


# Maintenance


def test_orphans_are_versions_without_a_file(archive: Archive) -> None:
    archive.put_file(PATH, STATE, [document(1, "一家")])
    archive.put_file(OTHER, STATE, [document(2)])
    archive.put_file(PATH, STATE, [document(1, "两家")])  # supersedes
    archive.forget_file(OTHER)
    removed, superseded = key_of(document(2)), key_of(document(1, "一家"))
    assert archive.orphans("2000-01-01T00:00:00+00:00", superseded=True) == []  # not for so long
    assert archive.orphans("9999", superseded=False) == [removed]
    assert archive.orphans("9999", superseded=True) == sorted([removed, superseded])
    archive.put_file(OTHER, STATE, [document(2)])
    assert archive.orphans("9999", superseded=True) == [superseded]


def test_another_parsing_of_a_text_that_a_file_holds_is_no_orphan(archive: Archive) -> None:
    archive.put_file(PATH, STATE, [document(1)])
    archive.put_file(PATH, STATE, [document(1, title="另一种读法")])
    assert archive.orphans("9999", superseded=True) == []


def test_deleting_takes_the_version_and_all_that_hangs_on_it(archive: Archive, store: Store) -> None:
    archive.put_file(PATH, STATE, [document(1), document(2)])
    gone, kept = key_of(document(1)), key_of(document(2))
    for key in (gone, kept):
        archive.put_derived(DERIVED, 1, key, ROWS)
        archive.put_derived(DERIVED, 2, key, ROWS)
        archive.record_passages(key, [("0a1b2c3d", 3, 5)])
    archive.put_file(PATH, STATE, [document(2)])
    archive.delete([gone])
    archive.compact()
    later = store()
    assert (later.versions(gone.doc_id), later.orphans("9999", superseded=True)) == ([], [])
    assert later.derived_keys(DERIVED, 1) == later.derived_keys(DERIVED, 2) == {kept}
    assert later.recorded_passages(gone.doc_id, "0a1b2c3d") == []
    assert len(later.recorded_passages(kept.doc_id, "0a1b2c3d")) == 1
    assert later.live() == [kept]
    assert later.integrity_faults() == []


def test_a_version_that_a_file_holds_is_not_deleted(archive: Archive) -> None:
    archive.put_file(PATH, STATE, [document(1), document(2)])
    archive.put_derived(DERIVED, 1, key_of(document(1)), ROWS)
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        archive.delete([key_of(document(1))])
    assert archive.live() == sorted([key_of(document(1)), key_of(document(2))])
    assert archive.derived_rows(DERIVED, 1) == [(key_of(document(1)), ROWS)]
