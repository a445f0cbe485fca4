"""The process that reads files: takes batches of requests on standard input, and prints what is in each file.

Imports corpus alone, or every start would wait for libraries that reading does not need. The limits are set before the
first byte of a file is read. A batch and an answer are lines of JSON; the first byte of an answer tells its kind.
"""

import errno
import json
import os
import sys
from base64 import b64encode
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from corpus.documents import read_documents, text_of
from corpus.errors import ReadError
from corpus.readers import load, picture_of
from corpus.readers.scans import recognising
from corpus.sandbox.limits import allow, confine

_MAX_ERRORS = 1000  # sentences for one file: a report is read by people, and a small file can have millions of bad rows

READY, DOCUMENT, TEXT, PICTURE, ERROR, PAGE, NO_MEMORY, MACHINE, END = (
    b"R",
    b"D",
    b"T",
    b"I",
    b"E",
    b"P",
    b"M",
    b"O",
    b".",
)


def main() -> None:
    """Arguments: bytes of memory, seconds for each answer, pages of a scan, and the process without which this one
    ends."""
    memory, seconds, pages, parent = map(int, sys.argv[1:5])
    confine(memory, parent)
    _print(READY)
    sys.stdout.buffer.flush()
    for batch in sys.stdin.buffer:
        for request in json.loads(batch):
            allow(seconds)
            try:
                with recognising(is_on=request.pop("ocr"), told=partial(_tell, seconds), pages=pages):
                    for kind, answer in _answers(**request):
                        _print(kind, answer)
                        allow(seconds)
            except MemoryError:
                _print(NO_MEMORY)
                return  # what is left of the memory is no fair share for the next file
            except (OSError, ImportError) as error:
                _print(MACHINE, json.dumps([getattr(error, "errno", None) or errno.ENOMEM, str(error)]))
                return
            _print(END)
            sys.stdout.buffer.flush()  # the next file's time begins


def _answers(
    path: str, name: str, relative: str, whole: bool, size: int, page: int, season: bool
) -> Iterator[tuple[bytes, str]]:
    place = Path(os.fsdecode(path.encode("latin-1")))
    try:
        if season:
            from corpus.readers.season import season_of  # with the readers of workbooks: no other start waits for them

            yield TEXT, json.dumps(json.dumps(season_of(load(place, relative), name or place.name)))
            return
        if whole:
            yield TEXT, json.dumps(text_of(load(place, relative), name or place.name, relative))
            return
        if page:
            data = load(place, relative)
            yield PICTURE, b64encode(picture_of(data, name or place.name, page, relative)).decode()
            return
        faults = 0
        for outcome in read_documents(place, relative):
            if not isinstance(outcome, ReadError):
                yield DOCUMENT, outcome.model_dump_json()
                continue
            faults += 1
            if faults <= _MAX_ERRORS:
                yield ERROR, json.dumps(str(outcome))
        if faults > _MAX_ERRORS:
            yield ERROR, json.dumps(f"{relative}：另有 {faults - _MAX_ERRORS} 处读不出，与上面的相仿，没有一一列出。")
    except ReadError as error:
        yield ERROR, json.dumps(str(error))


def _tell(seconds: int, page: int, pages: int) -> None:
    """Says which page of a scan is being read, and begins its time."""
    _print(PAGE, json.dumps([page, pages]))
    sys.stdout.buffer.flush()
    allow(seconds)


def _print(kind: bytes, answer: str = "") -> None:
    sys.stdout.buffer.write(kind + answer.encode() + b"\n")
