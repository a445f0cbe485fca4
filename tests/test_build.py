"""Build and update: what changes, what is reused, what bad input says, and what a reader sees meanwhile."""

import json
import os
import subprocess
import sys
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
from indexer.upkeep.locks import claim, exclusive
from indexer.upkeep.verify import verify
from tests.conftest import make_index, silent
from tests.letters import letter, numbered


def ids(index: Path) -> list[str]:
    return sorted(entry.doc_id for entry in Generation.open_current(index).engine.entries())


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
    assert not any("20230003" in doc_id for doc_id in ids(index))
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
    (doc_id,) = [d for d in ids(tmp_path / "index") if "20230001" in d]
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
    assert len(ids(tmp_path / "index")) == 3
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


def test_a_second_build_at_once_is_refused(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    with exclusive(index / ".lock"), pytest.raises(DafuError, match=r"另一个进程.*正在建立或更新此索引"):
        make_index(letters, index)
    assert len(ids(index)) == 3


def test_an_index_of_a_newer_format_is_refused(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    manifest = index / "generations" / "1" / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text(encoding="utf-8")), "format_version": 99}), "utf-8")
    for attempt in (lambda: Generation.open_current(index), lambda: make_index(letters, index)):
        with pytest.raises(DafuError, match=r"格式版本是 99，本程序使用 \d+。请用建立它的版本打开"):
            attempt()


def test_an_index_of_an_older_format_is_rebuilt_from_the_archive(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    manifest = index / "generations" / "1" / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text(encoding="utf-8")), "format_version": 1}), "utf-8")
    with pytest.raises(DafuError, match=r"（格式 1，本程序使用 \d+）。请重新运行 dafu index，它会从档案库重建"):
        Generation.open_current(index)
    report = make_index(letters, index)
    assert (report.built, report.files_read, report.documents) == (True, 0, 3)
    assert "（格式 1，" in report.notes[0]
    assert verify(index) == []


def test_a_full_disk_is_a_sentence_and_the_old_index_answers(letters: Path, tmp_path: Path) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(mount)], capture_output=True)
    if made.returncode:
        pytest.skip(f"no small file system can be mounted here: {made.stderr.decode().strip()}")
    try:
        make_index(letters, mount / "index")
        for i in range(300):
            (letters / f"{i}.txt").write_text(
                numbered(i).replace("覆盖", "食堂补贴与电梯改造。" * 60), encoding="utf-8"
            )
        with pytest.raises(DafuError, match="磁盘空间不足"):
            make_index(letters, mount / "index")
        assert len(ids(mount / "index")) == 3
        assert verify(mount / "index") == []
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=True)


def test_killed_at_any_moment_the_old_index_answers_and_the_next_run_completes(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    command = [sys.executable, "-m", "dafu", "index", str(letters), "--into", str(index)]
    for i, delay in enumerate((0.3, 0.7, 1.0, 1.3, 1.6)):
        (letters / f"新{i}.txt").write_text(numbered(i), encoding="utf-8")
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert verify(index) == []
        assert len(ids(index)) >= 3
    assert make_index(letters, index).documents == 3 + 5
    assert verify(index) == []
    assert not (index / "generations" / ".building").exists()


def test_few_generations_are_kept(letters: Path, tmp_path: Path) -> None:
    for i in range(4):
        (letters / f"新{i}.txt").write_text(numbered(i), encoding="utf-8")
        make_index(letters, tmp_path / "index")
    assert sorted(p.name for p in (tmp_path / "index" / "generations").iterdir()) == ["3", "4"]


def test_a_generation_that_is_read_stays_until_it_is_not(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    reader = Generation.open_current(index)
    for i in range(3):
        (letters / f"新{i}.txt").write_text(numbered(i), encoding="utf-8")
        make_index(letters, index)
    assert sorted(p.name for p in (index / "generations").iterdir()) == ["1", "3", "4"]
    assert len(reader.engine.containing("长者食堂")) > 0
    reader.close()
    make_index(letters, index)
    assert sorted(p.name for p in (index / "generations").iterdir()) == ["3", "4"]


def test_a_reader_that_was_killed_holds_nothing(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    opening = f"reader = Generation.open_current(Path({str(index)!r}))"
    modules = "import time; from pathlib import Path; from indexer.build.generation import Generation"
    reading = f"{modules}; {opening}; print('open', flush=True); time.sleep(600)"
    process = subprocess.Popen([sys.executable, "-c", reading], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        assert process.stdout.readline() == "open\n"
        (letters / "新.txt").write_text(letter(), encoding="utf-8")
        build([letters], index, BuildOptions(keep=1), silent)
        assert sorted(p.name for p in (index / "generations").iterdir()) == ["1", "2"]
    finally:
        process.kill()
        process.communicate()
    build([letters], index, BuildOptions(keep=1), silent)
    assert sorted(p.name for p in (index / "generations").iterdir()) == ["2"]


def test_a_folder_that_cannot_be_written_to_is_read_without_a_claim(tmp_path: Path) -> None:
    assert claim(tmp_path / "nowhere" / "readers.lock") is None


def test_an_update_takes_over_the_files_that_stay_as_they_are(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    (letters / "新.txt").write_text(letter(), encoding="utf-8")
    make_index(letters, index)
    old, new = (index / "generations" / number for number in ("1", "2"))
    encoder = [p.relative_to(old) for p in (old / "encoder").rglob("*") if p.is_file()]
    assert all((old / name).samefile(new / name) for name in encoder)
    assert len(encoder) > 3
    assert verify(index) == []


@pytest.mark.parametrize(
    "name",
    [
        *("manifest.json", "passages", "vectors.faiss", "documents.faiss", "encoder"),
        *("lexical/documents", "lexical/passages"),
    ],
)
@pytest.mark.parametrize("damage", ["cut", "flipped", "missing"])
def test_verify_names_what_is_damaged(letters: Path, tmp_path: Path, name: str, damage: str) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    target = index / "generations" / "1" / name
    if target.is_dir():
        target = max((p for p in target.rglob("*") if p.is_file()), key=lambda p: p.stat().st_size)
    data = target.read_bytes()
    target.unlink()
    if damage == "cut":
        target.write_bytes(data[: len(data) // 2])
    elif damage == "flipped":
        middle = len(data) // 2
        target.write_bytes(data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :])
    assert any(target.name in fault for fault in verify(index))


@pytest.mark.parametrize("name", ["manifest.json", "vectors.faiss", "passages", "lexical/documents/hashes.npy"])
def test_a_damaged_generation_is_rebuilt_from_the_archive(letters: Path, tmp_path: Path, name: str) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    (index / "generations" / "1" / name).write_bytes(b"nothing")
    report = make_index(letters, index)
    assert (report.built, report.generation, report.files_read, report.documents) == (True, 2, 0, 3)
    assert Path(name).name in report.notes[0]
    assert verify(index) == []


@pytest.mark.parametrize("changed", [False, True])
def test_a_damaged_part_is_never_carried_into_a_new_generation(letters: Path, tmp_path: Path, changed: bool) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    segment = max((index / "generations" / "1" / "lexical").rglob("*.idx"), key=lambda p: p.stat().st_size)
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 0xFF
    segment.write_bytes(bytes(data))
    if changed:
        (letters / "新.txt").write_text(numbered(1), encoding="utf-8")
    report = make_index(letters, index)
    assert report.built
    assert segment.name in report.notes[0]
    assert verify(index) == []


def test_a_damaged_letter_in_the_archive_is_a_sentence(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    archive = index / "archive.sqlite"
    data = archive.read_bytes()
    at = data.index("六十八家".encode())
    archive.write_bytes(data[:at] + b"\xff" + data[at + 1 :])
    assert any("已损坏" in fault for fault in verify(index))


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


def test_a_damaged_current_is_written_again(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    (index / "CURRENT").write_text("第一代", encoding="utf-8")
    with pytest.raises(DafuError, match=r"应为一个世代编号|无法读取"):
        Generation.open_current(index)
    assert make_index(letters, index).documents == 3
    assert verify(index) == []


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


def test_verify_without_an_index(tmp_path: Path) -> None:
    with pytest.raises(DafuError, match="没有索引"):
        verify(tmp_path)


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
