"""Structured logs on stderr: JSON lines into a file or a journal, coloured lines on a terminal.

A record never holds what somebody searched for: the path of a request is logged, its query string is not, and of an
exception where it arose but not what it says, which may repeat the query or the text of a document.
"""

import logging
import sys
import traceback
from typing import cast

import structlog
from structlog.types import EventDict, FilteringBoundLogger, Processor, WrappedLogger


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
