"""How many files a second each reader reads, in one process: the sample archive's, and the small ones in `files/`."""

import time
from collections import defaultdict
from pathlib import Path

from corpus.documents import read_documents
from corpus.readers import suffix_of
from corpus.sources import find_files
from eval.bench.figures import Reader
from eval.bench.vocabulary import SAMPLE

FILES = Path(__file__).with_name("files")
_LEAST = 0.3  # seconds of reading


def measured_readers() -> tuple[Reader, ...]:
    """Each format by its suffix. The first file of a format, which loads its libraries, is read once unmeasured."""
    by_suffix: defaultdict[str, list[Path]] = defaultdict(list)
    for file in find_files([SAMPLE, FILES]).files:
        by_suffix[suffix_of(file.path.name)].append(file.path)
    return tuple(_measured(suffix, paths) for suffix, paths in sorted(by_suffix.items()))


def _measured(suffix: str, paths: list[Path]) -> Reader:
    _read(paths[0])
    files, start = 0, time.perf_counter()
    while (passed := time.perf_counter() - start) < _LEAST:
        files += sum(_read(path) for path in paths)
    size = sum(path.stat().st_size for path in paths) // len(paths)
    return Reader(suffix=suffix, mean_bytes=size, files_per_second=round(files / passed, 1))


def _read(path: Path) -> int:
    list(read_documents(path, path.name))
    return 1
