"""Structured logs on stderr: JSON lines into a file or a journal, coloured lines on a terminal.

A record never holds what somebody searched for: the path of a request is logged, its query string is not.
"""

import logging
import sys
from typing import cast

import structlog
from structlog.types import FilteringBoundLogger, Processor


def get_logger() -> FilteringBoundLogger:
    """The one logger of the web layer."""
    return cast(FilteringBoundLogger, structlog.get_logger("dafu.web"))


def bind_request(request_id: str) -> None:
    """Every record of the request in hand carries its id."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)


def configure(level: str) -> None:
    """Send our records and those of other libraries, uvicorn's among them, through one formatter."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    on_terminal = sys.stderr.isatty()
    ending: list[Processor] = (
        [structlog.dev.ConsoleRenderer()]
        if on_terminal
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
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
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
