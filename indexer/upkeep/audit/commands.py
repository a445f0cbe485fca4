"""The lines of commands that change an index."""

import os
import pwd
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from corpus.controls import escaped
from indexer.upkeep.audit.event import Event
from indexer.upkeep.audit.log import FOLDER, OFF, AuditError, AuditLog

_VARIABLE = "DAFU_AUDIT"
"""The environment variable that names another folder, or says off: the service's setting, which commands obey too."""

_CLIENT = "本机"


@contextmanager
def audited(index: Path, action: str, detail: str | None = None) -> Iterator[None]:
    """Adds a line when the command in the block ends, however it ends.

    A command goes on if its line cannot be written, and says so. No line is added for an index that does not exist.
    """
    status = 1
    try:
        yield
        status = 0
    except Exception as leaving:
        status = getattr(leaving, "exit_code", 1)  # the command line's own way out has one
        raise
    finally:
        record(index, action, status, detail)


def record(index: Path, action: str, status: int = 0, detail: str | None = None) -> None:
    """Adds a line at once, for the steps of a command that does not end."""
    folder = _folder_of(index)
    if folder is None or not index.is_dir():
        return
    event = Event(
        time=datetime.now().astimezone(), user=_account(), client=_CLIENT, action=action, status=status, detail=detail
    )
    try:
        AuditLog(folder).write(event, durable=True)
    except AuditError as error:
        sys.stderr.write(escaped(f"{error}\n"))


def _folder_of(index: Path) -> Path | None:
    """Where the audit of an index is kept; None if the administrator wants none."""
    setting = os.environ.get(_VARIABLE, "")
    if setting == OFF:
        return None
    return Path(setting) if setting else index / FOLDER


def _account() -> str:
    """The account that runs the command, as the system knows it, whatever the environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
