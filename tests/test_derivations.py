"""Derivations: what is derived once, kept with its version, and goes with its document."""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from corpus.types import Document
from indexer.archive import Archive, FileState, Row, open_archive
from indexer.build.derivations import DERIVATIONS, Abbreviations, Rules, derive_missing, lacks_rows, stored_version
from tests.conftest import make_index, silent, write_letters
from tests.letters import numbered, parsed

STATE = FileState(1, 1, "f" * 64, "1", ())


class Percentages:
    """Every percentage of a document. Counts the documents it was asked about."""

    name = "percentages"

    def __init__(self, version: int = 1) -> None:
        self.version = version
        self.asked: list[str] = []

    def derive(self, document: Document) -> Sequence[Row]:
        self.asked.append(document.doc_id)
        return [{"value": float(value)} for value in re.findall(r"(\d+)%", document.text)]


class Lengths:
    name, version = "lengths", 1

    def derive(self, document: Document) -> Sequence[Row]:
        return [{"characters": len(document.text)}]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Three documents: two percentages, one, and none."""
    with closing(open_archive(tmp_path / "archive.sqlite", writable=True)) as archive:
        for number, body in enumerate(("增长15%，其中城区20%。", "完成率为98%。", "已经建成。"), 1):
            archive.put_file(f"/{number}", STATE, [document(number, body)])
        yield archive


def document(number: int, body: str) -> Document:
    return parsed(numbered(number).replace("全市现有长者食堂六十八家，日均就餐九千人次，覆盖全部街道。", body))


def values(archive: Archive, version: int = 1) -> dict[str, list[object]]:
    """The number of the document to its percentages."""
    rows = archive.derived_rows("percentages", stored_version(version))
    return {re.findall(r"20230(\d+)", key.doc_id)[0]: [row["value"] for row in found] for key, found in rows}


def test_each_version_is_derived_once(archive: Archive) -> None:
    percentages = Percentages()
    derive_missing(archive, archive.live(), silent, [percentages])
    assert values(archive) == {"201": [15.0, 20.0], "202": [98.0], "203": []}
    assert len(percentages.asked) == 3
    derive_missing(archive, archive.live(), silent, [percentages])
    assert len(percentages.asked) == 3  # not even that which had nothing
    archive.put_file("/2", STATE, [document(2, "完成率为99%。")])
    derive_missing(archive, archive.live(), silent, [percentages])
    assert len(percentages.asked) == 4
    live = set(archive.live())
    derived = archive.derived_rows("percentages", stored_version(1))
    assert [rows for key, rows in derived if key in live and rows][1:] == [({"value": 99.0},)]


def test_another_version_derives_everything_anew_and_drops_the_old_rows(archive: Archive) -> None:
    derive_missing(archive, archive.live(), silent, [Percentages(1), Lengths()])
    second = Percentages(2)
    derive_missing(archive, archive.live(), silent, [second, Lengths()])
    assert len(second.asked) == 3
    assert values(archive, 1) == {}
    assert values(archive, 2) == {"201": [15.0, 20.0], "202": [98.0], "203": []}
    assert len(archive.derived_rows("lengths", stored_version(1))) == 3


def test_only_the_versions_that_are_asked_for_are_derived(archive: Archive) -> None:
    derive_missing(archive, archive.live()[:1], silent, [Percentages()])
    assert values(archive) == {"201": [15.0, 20.0]}


def test_a_derivation_that_is_new_leaves_the_others_alone(archive: Archive) -> None:
    percentages = Percentages()
    derive_missing(archive, archive.live(), silent, [percentages])
    derive_missing(archive, archive.live(), silent, [percentages, Lengths()])
    assert len(percentages.asked) == 3
    assert [rows for _, rows in archive.derived_rows("lengths", stored_version(1))] == [
        ({"characters": len(archive.document(key).text)},) for key in archive.live()
    ]


def test_what_was_done_before_a_failure_is_kept(archive: Archive) -> None:
    class Failing(Percentages):
        def derive(self, document: Document) -> Sequence[Row]:
            if "98%" in document.text:
                raise ZeroDivisionError
            return super().derive(document)

    with pytest.raises(ZeroDivisionError):
        derive_missing(archive, archive.live(), silent, [Failing()])
    assert values(archive) == {"201": [15.0, 20.0]}
    again = Percentages()
    derive_missing(archive, archive.live(), silent, [again])
    assert len(again.asked) == 2


def test_progress_is_told_of_what_is_missing_alone(archive: Archive) -> None:
    told: list[tuple[str, int, int]] = []
    for _ in range(2):
        derive_missing(archive, archive.live(), lambda *step: told.append(step), [Percentages()])
    assert told == [("提取信息", done, 3) for done in range(4)]


def test_rows_are_reachable_with_the_scope_of_their_document(archive: Archive) -> None:
    """What was learnt from a restricted document can be kept to those who may see it."""
    archive.put_file("/4", STATE._replace(scope="内部"), [document(4, "占7%。")])
    derive_missing(archive, archive.live(), silent, [Percentages()])

    def seen_with(*scopes: str) -> list[object]:
        return [
            row["value"]
            for key, rows in archive.derived_rows("percentages", stored_version(1))
            if (archive.document(key).scope or "公开") in scopes
            for row in rows
        ]

    assert seen_with("公开") == [15.0, 20.0, 98.0]
    assert seen_with("公开", "内部") == [15.0, 20.0, 98.0, 7.0]


def test_a_document_that_is_deleted_takes_its_rows_along(archive: Archive) -> None:
    derive_missing(archive, archive.live(), silent, [Percentages()])
    first = archive.live()[0]
    archive.forget_file("/1")
    assert archive.orphans("9999", superseded=False) == [first]
    archive.delete([first])
    assert first not in archive.derived_keys("percentages", stored_version(1))
    assert values(archive) == {"202": [98.0], "203": []}


def test_abbreviations_are_rows_of_full_and_short(archive: Archive) -> None:
    text = "推进长期护理保险（以下简称“长护险”）试点。长期护理保险（以下简称“长护险”）覆盖全市。"
    assert Abbreviations().derive(document(5, text)) == [{"full": "长期护理保险", "short": "长护险"}]
    archive.put_file("/5", STATE, [document(5, text)])
    derive_missing(archive, archive.live(), silent)
    derived = archive.derived_rows("abbreviations", stored_version(Abbreviations.version))
    found = {key: rows for key, rows in derived if rows}
    key = next(key for key in archive.live() if key.doc_id == document(5, text).doc_id)
    assert found == {key: ({"full": "长期护理保险", "short": "长护险"},)}


def test_derivations_have_names_of_their_own() -> None:
    names = [derivation.name for derivation in DERIVATIONS]
    assert len(names) == len(set(names)) >= 1


def test_an_index_of_an_earlier_program_gets_the_rows_that_it_lacks(tmp_path: Path) -> None:
    """Nothing is read or indexed anew for it."""
    write_letters(tmp_path / "letters")
    first = make_index(tmp_path / "letters", tmp_path / "index")
    path = tmp_path / "index" / "archive.sqlite"
    with closing(open_archive(path, writable=True)) as archive:
        made = {key: archive.derived("rules", stored_version(Rules.version), key) for key in archive.live()}
        with archive.transaction():
            archive.drop_derived("rules", keep=-1)
        assert lacks_rows(archive)
    again = make_index(tmp_path / "letters", tmp_path / "index")
    assert again.generation == first.generation
    with closing(open_archive(path, writable=True)) as archive:
        assert not lacks_rows(archive)
        assert made == {key: archive.derived("rules", stored_version(Rules.version), key) for key in archive.live()}
