"""Who did what with an index: lines that are only ever added, by the service and by the commands.

event.py is one line, log.py adds lines, commands.py adds those of commands, report.py reads and narrows them.
"""

from indexer.upkeep.audit.commands import audited, record
from indexer.upkeep.audit.event import Event, masked_start
from indexer.upkeep.audit.log import FOLDER, LOGS, OFF, AuditError, AuditLog, Log, files

__all__ = [
    "FOLDER",
    "LOGS",
    "OFF",
    "AuditError",
    "AuditLog",
    "Event",
    "Log",
    "audited",
    "files",
    "masked_start",
    "record",
]
