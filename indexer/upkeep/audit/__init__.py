"""Who did what with an index: lines that are only ever added, by the service and by the commands.

event.py is one line, log.py adds lines, commands.py adds those of commands, report.py reads and narrows them.
"""

from indexer.upkeep.audit.commands import audited, record
from indexer.upkeep.audit.event import Event
from indexer.upkeep.audit.log import FOLDER, OFF, AuditError, AuditLog, files

__all__ = ["FOLDER", "OFF", "AuditError", "AuditLog", "Event", "audited", "files", "record"]
