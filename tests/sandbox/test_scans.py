"""Scans in processes of their own, within their limits, as an index and an upload have them read."""

from contextlib import closing
from pathlib import Path

import pytest

from corpus.cli.reading import read
from corpus.sandbox import READING, Request, read_files
from corpus.sources import find_files
from indexer.archive import open_archive
from indexer.build.importing import Chosen, Imported, import_files
from indexer.paths import IndexPaths
from search_api.web.uploads.sandbox import LIMITS, UnreadableUploadError, text_in
from tests.letters import letter
from tests.readers.scanned import drawn, needs_font, saved

LINES = letter().split("\n")


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A letter on the first page of a tif, and another line on its second."""
    file = tmp_path_factory.mktemp("scans") / "扫描.tif"
    file.write_bytes(saved(drawn(LINES).convert("1"), "tiff", drawn(["附：改造地点清单"]).convert("1")))
    return file


@needs_font
def test_a_process_tells_of_each_page_of_a_scan(scan: Path) -> None:
    told: list[tuple[int, int]] = []
    tasks = [("扫描", Request(scan, scan.name))]
    ((_, reading),) = read_files(tasks, READING, lambda page, pages: told.append((page, pages)))
    assert reading is not None
    assert reading.errors == ()
    (document,) = reading.documents
    assert (document.agency, document.addressees, str(document.replied_on)) == ("松澜市民政局", ("陈岚",), "2023-06-18")
    assert document.recognised == (1, 2)
    assert told == [(1, 2), (2, 2)]


@needs_font
def test_a_scan_of_more_pages_than_the_limits_have_is_not_begun(scan: Path) -> None:
    ((_, reading),) = read_files([("扫描", Request(scan, scan.name))], READING._replace(pages=1))
    assert reading is not None
    assert "期望不超过 1 页扫描的文件，实际有 2 页" in reading.errors[0]


@needs_font
def test_an_uploaded_scan_is_read_within_its_memory(scan: Path) -> None:
    assert "全市现有长者食堂" in text_in(scan.read_bytes(), scan.name)
    with pytest.raises(UnreadableUploadError, match="没有做文字识别（rapidocr 无法加载"):
        text_in(scan.read_bytes(), f"另一份{scan.name}", LIMITS._replace(memory=200 << 20))
    with pytest.raises(UnreadableUploadError, match="期望 550 MB 内存以内能读完的文件"):
        text_in(scan.read_bytes(), f"第三份{scan.name}", LIMITS._replace(memory=550 << 20))


@needs_font
def test_a_scan_that_was_left_out_is_read_as_soon_as_scans_are_recognised(scan: Path, tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []

    def imported(*, ocr: bool) -> Imported:
        with closing(open_archive(IndexPaths(tmp_path).archive, writable=True)) as archive:
            files = find_files([scan.parent]).files
            return import_files(
                archive,
                files,
                [scan.parent],
                prune=False,
                chosen=Chosen(ocr=ocr),
                progress=lambda *step: steps.append(step),
            )

    off = imported(ocr=False)
    assert (off.counts["read"], off.counts["unreadable"]) == (0, 1)
    assert "没有做文字识别（--ocr off）" in off.failures[0].reason
    assert imported(ocr=False).counts["unreadable"] == 1
    assert ("识别扫描页", 1, 2) not in steps
    on = imported(ocr=True)
    assert (on.counts["read"], on.counts["unreadable"]) == (1, 0)
    assert [step for step in steps if step[0] == "识别扫描页"] == [("识别扫描页", 1, 2), ("识别扫描页", 2, 2)]
    assert imported(ocr=True).counts["unchanged"] == 1


@needs_font
def test_the_command_parse_takes_the_option(scan: Path) -> None:
    documents, failures = read([scan], masked=True, ocr=False)
    assert documents == []
    assert len(failures) == 1
