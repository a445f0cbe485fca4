"""Build and update: what changes, what is reused, and what bad input says."""

import os
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import DafuError
from corpus.sources import SourceFile
from indexer.archive import open_archive
from indexer.build.generation import Generation
from indexer.build.importing import import_files
from indexer.build.update import BuildOptions, build
from indexer.encoders import EncoderChoice
from indexer.engine.protocol import DocumentEntry, Query
from indexer.terms.kinds import terms_of
from indexer.upkeep.verify import verify
from tests.conftest import indexed_ids, make_index, silent
from tests.letters import letter, numbered


def test_a_second_run_does_nothing_and_says_so(letters: Path, tmp_path: Path) -> None:
    first = make_index(letters, tmp_path / "index")
    assert (first.built, first.added, first.documents) == (True, 3, 3)
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "index" / "generations").rglob("*")}
    second = make_index(letters, tmp_path / "index")
    assert (second.built, second.files_read, second.files_unchanged) == (False, 0, 3)
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "index" / "generations").rglob("*")} == before


def test_a_touched_file_is_no_change(letters: Path, tmp_path: Path) -> None:
    make_index(letters, tmp_path / "index")
    for path in letters.iterdir():
        path.write_bytes(path.read_bytes())
    assert not make_index(letters, tmp_path / "index").built


def test_a_changed_a_new_and_a_removed_file_cost_only_themselves(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    old = Generation.open_current(index)
    changed = letters / "长者食堂.txt"
    changed.write_text(changed.read_text(encoding="utf-8").replace("六十八家", "七十二家"), encoding="utf-8")
    (letters / "新.txt").write_text(letter(), encoding="utf-8")
    (letters / "共享停车.txt").unlink()
    report = make_index(letters, index)
    assert (report.files_read, report.added, report.changed, report.removed) == (2, 1, 1, 0)
    assert len(report.files_missing) == 1
    assert report.documents == 4
    assert verify(index) == []
    new = Generation.open_current(index)
    assert new.encoder.fingerprint == old.encoder.fingerprint
    kept = [d for d in old.engine.entries() if d in new.engine.entries()]
    assert len(kept) == 2
    for entry in kept:  # with their keys, and so their passages'
        passages, key = [p.key for p in old.engine.passages_of(entry.key)], np.array([entry.key])
        assert [p.key for p in new.engine.passages_of(entry.key)] == passages
        assert np.array_equal(old.engine.vectors(np.array(passages)), new.engine.vectors(np.array(passages)))
        assert np.array_equal(old.engine.document_vectors(key), new.engine.document_vectors(key))
    pruned = make_index(letters, index, prune=True)
    assert (pruned.removed, pruned.documents, pruned.files_missing) == (1, 3, report.files_missing)
    assert not any("20230003" in doc_id for doc_id in indexed_ids(index))
    assert verify(index) == []


def test_an_update_ranks_as_a_fresh_build_does(letters: Path, tmp_path: Path) -> None:
    make_index(letters, tmp_path / "updated")
    (letters / "新.txt").write_text(letter(), encoding="utf-8")
    make_index(letters, tmp_path / "updated", retrain=True)
    make_index(letters, tmp_path / "fresh")
    updated, fresh = (Generation.open_current(tmp_path / name) for name in ("updated", "fresh"))
    assert updated.encoder.fingerprint == fresh.encoder.fingerprint
    assert [d[1:] for d in by_id(updated)] == [d[1:] for d in by_id(fresh)]  # keys are the index's own
    # The numbers of letters and passages differ, so equal lists here are equal scores.
    for query in ("长者食堂补贴", "加装电梯怎么分摊", "停车泊位", "我局将会同有关部门"):
        ranked = [_ranked(generation, query) for generation in (updated, fresh)]
        assert ranked[0] == ranked[1]
        assert len(ranked[0]) > 0


def _ranked(generation: Generation, query: str) -> dict[str, tuple[float, float]]:
    """doc_id to what the two legs say of it."""
    names = {entry.key: entry.doc_id for entry in generation.engine.entries()}
    found = generation.engine.retrieve(Query(terms_of(query), generation.encoder.encode_queries([query])[0]))
    near, cosines = found.vector(10)
    by_vector = dict(zip(near.tolist(), cosines.tolist(), strict=True))
    documents, lexical = found.lexical(10)
    return {names[d]: (round(s, 4), round(by_vector[d], 4)) for d, s in zip(documents.tolist(), lexical, strict=True)}


def by_id(generation: Generation) -> list[DocumentEntry]:
    return sorted(generation.engine.entries(), key=lambda entry: entry.doc_id)


def test_both_versions_of_a_changed_letter_stay_in_the_store(letters: Path, tmp_path: Path) -> None:
    make_index(letters, tmp_path / "index")
    path = letters / "长者食堂.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("六十八家", "七十二家"), encoding="utf-8")
    make_index(letters, tmp_path / "index")
    generation = Generation.open_current(tmp_path / "index")
    (doc_id,) = [d for d in indexed_ids(tmp_path / "index") if "20230001" in d]
    assert len(generation.archive.versions(doc_id)) == 2
    entry = generation.engine.find(doc_id)
    assert entry is not None
    assert "七十二家" in generation.document(entry).text


def test_two_files_with_one_letter_are_named(letters: Path, tmp_path: Path) -> None:
    (letters / "副本.txt").write_text((letters / "长者食堂.txt").read_text(encoding="utf-8"), encoding="utf-8")
    report = make_index(letters, tmp_path / "index")
    assert report.documents == 3
    (files,) = report.same_identity.values()
    assert sorted(Path(f).name for f in files) == ["副本.txt", "长者食堂.txt"]


def test_a_bad_file_is_a_line_of_the_report_each_time(letters: Path, tmp_path: Path) -> None:
    (letters / "坏.docx").write_bytes(b"no zip at all")
    first = make_index(letters, tmp_path / "index")
    second = make_index(letters, tmp_path / "index")
    assert [f.path for f in first.failures] == ["坏.docx"]
    assert second.failures == first.failures
    assert first.documents == 3


@pytest.mark.parametrize("content", [None, b"\x00\x01\x02" * 50])
def test_nothing_readable_is_refused_and_the_old_index_answers(
    letters: Path, tmp_path: Path, content: bytes | None
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    if content is not None:
        (empty / "坏.docx").write_bytes(content)
    with pytest.raises(DafuError, match=r"(?s)没有得到任何答复.*支持的类型"):
        make_index(empty, tmp_path / "index")
    make_index(letters, tmp_path / "index")
    for path in letters.iterdir():
        path.unlink()
    with pytest.raises(DafuError, match=r"(?s)没有得到任何答复.*没有找到可读取的文件"):
        make_index(letters, tmp_path / "index", prune=True)
    assert len(indexed_ids(tmp_path / "index")) == 3
    assert verify(tmp_path / "index") == []


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DafuError, match="nowhere"):
        make_index(tmp_path / "nowhere", tmp_path / "index")


def test_a_file_that_vanishes_between_listing_and_reading(letters: Path, tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive.sqlite", writable=True)
    files = [SourceFile(p, p.name) for p in sorted(letters.iterdir())]
    files[1].path.unlink()
    imported = import_files(archive, files, [letters], prune=False, progress=silent)
    assert [f.path for f in imported.failures] == [files[1].relative]
    assert len(archive.live()) == 2


def test_a_file_that_can_no_longer_be_read_keeps_its_letter(letters: Path, tmp_path: Path) -> None:
    make_index(letters, tmp_path / "index")
    (letters / "长者食堂.txt").write_bytes(b"\x00\x01\x02" * 100)
    report = make_index(letters, tmp_path / "index")
    assert (report.documents, report.removed, [f.path for f in report.failures]) == (3, 0, ["长者食堂.txt"])
    assert make_index(letters, tmp_path / "index").failures == report.failures


def test_an_index_inside_its_source_is_no_source(letters: Path) -> None:
    make_index(letters, letters / "index")
    again = make_index(letters, letters / "index")
    assert (again.built, again.failures, again.skipped) == (False, (), ())


def test_a_file_in_the_place_of_the_index(letters: Path, tmp_path: Path) -> None:
    (tmp_path / "index").write_text("", encoding="utf-8")
    with pytest.raises(DafuError, match="不是文件夹"):
        make_index(letters, tmp_path / "index")


def test_a_pretrained_model_is_used_kept_and_asked_for_when_it_is_gone(
    letters: Path, tmp_path: Path, model: Path
) -> None:
    index = tmp_path / "index"
    choice = EncoderChoice(path=model)
    report = build([letters], index, BuildOptions(encoder=choice), silent)
    assert (report.built, verify(index)) == (True, [])
    generation = Generation.open_current(index)
    assert (generation.manifest.encoder.kind, generation.manifest.encoder.dimension) == (str(model), 16)
    (letters / "新.txt").write_text(numbered(1), encoding="utf-8")
    assert make_index(letters, index).documents == 4  # without a choice the model is kept
    assert Generation.open_current(index).encoder.fingerprint == generation.encoder.fingerprint
    model.rename(tmp_path / "elsewhere")
    with pytest.raises(DafuError, match=r"model"):
        make_index(letters, index)
    moved = build([letters], index, BuildOptions(encoder=EncoderChoice(path=tmp_path / "elsewhere")), silent)
    assert moved.documents == 4
    trained = build([letters], index, BuildOptions(encoder=EncoderChoice()), silent)
    assert trained.built
    assert Generation.open_current(index).manifest.encoder.kind == "archive"


def test_a_model_folder_with_files_missing_is_refused_before_anything_starts(
    letters: Path, tmp_path: Path, model: Path
) -> None:
    (model / "modules.json").unlink()
    with pytest.raises(DafuError, match=r"modules\.json"):
        build([letters], tmp_path / "index", BuildOptions(encoder=EncoderChoice(path=model)), silent)
    assert not (tmp_path / "index").exists()


def test_a_name_in_another_encoding_is_a_file_like_any(letters: Path, tmp_path: Path) -> None:
    """As on Linux after a ZIP of Windows was unpacked."""
    folder = os.fsencode(letters) + "/民政".encode("gbk")
    os.mkdir(folder)
    os.rename(letters / "长者食堂.txt", folder + "/长者食堂.txt".encode("gbk"))
    report = make_index(letters, tmp_path / "index")
    assert (report.documents, report.failures) == (3, ())
    assert make_index(letters, tmp_path / "index", prune=True).files_unchanged == 3
    os.remove(folder + "/长者食堂.txt".encode("gbk"))
    assert make_index(letters, tmp_path / "index", prune=True).removed == 1
    scoped = build([Path(os.fsdecode(folder)), letters], tmp_path / "index", BuildOptions(scope="内部"), silent)
    assert scoped.changed == 2
