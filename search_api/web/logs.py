"""Structured logs on stderr: JSON lines into a file or a journal, coloured lines on a terminal.

A record never holds what somebody searched for: the path of a request is logged, its query string is not, and of an
exception where it arose but not what it says, which may repeat the query or the text of a document.
"""

import logging
import sys
import time
import traceback
from collections.abc import Callable
from typing import cast

import structlog
from structlog.types import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from corpus.controls import escaped

_LIBRARIES = ("asyncio", "uvicorn.error")
_SPARING_SECONDS = 60.0  # between two records of the same complaint
_MAX_COMPLAINTS = 1000  # told apart


def get_logger() -> FilteringBoundLogger:
    """The one logger of the web layer."""
    return cast(FilteringBoundLogger, structlog.get_logger("dafu.web"))


def bind_request(request_id: str) -> None:
    """Puts the request's id into all of its records."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)


def configure(level: str) -> None:
    """Sends our records and those of other libraries, uvicorn's among them, through one formatter."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso"),
        _told_where,
        _escaped,
    ]
    ending: Processor = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, ending],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for library in _LIBRARIES:
        logging.getLogger(library).addFilter(Sparing())


class Sparing:
    """A filter that lets the same complaint through once a minute, with the number of those that it held back.

    What anybody can provoke without asking for anything, a garbled request or a connection too many, must not fill the
    disk: asyncio has written 200 MB a minute of it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: dict[str, float] = {}
        self._held_back: dict[str, int] = {}

    def __call__(self, record: logging.LogRecord) -> bool:
        complaint, now = str(record.msg).partition("\n")[0], self._clock()
        if now - self._told.get(complaint, float("-inf")) < _SPARING_SECONDS:
            self._held_back[complaint] = self._held_back.get(complaint, 0) + 1
            return False
        if len(self._told) >= _MAX_COMPLAINTS:
            self._told.clear()
        self._told[complaint] = now
        if more := self._held_back.pop(complaint, 0):
            record.msg, record.args = f"{record.getMessage()} ({more} more since the last one)", ()
        return True


def _told_where(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Logs an exception as the places that it passed through, with the types of it and of its causes.

    Only the operating system's own words are kept: what an administrator can mend is a full disk or a missing right.
    """
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    told = []
    while isinstance(error, BaseException):
        words = f": {error}" if isinstance(error, OSError) else ""
        places = "".join(traceback.format_tb(error.__traceback__))
        told.append(f"{places}{type(error).__module__}.{type(error).__qualname__}{words}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if told:
        event["exception"] = "\n".join(reversed(told))
    return event


def _escaped(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Keeps what stands in a path or a name from steering the terminal that shows the log; an exception keeps its
    lines."""
    return {name: escaped(value) if isinstance(value, str) else value for name, value in event.items()}
