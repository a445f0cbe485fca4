"""The lines of an audit, read as JSON."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from indexer.upkeep.audit import LOGS, files


def lines_in(folder: Path) -> list[dict[str, Any]]:
    """Of both logs, in the order of their times."""
    lines = [line for log in LOGS for path in files(folder, log) for line in path.read_text("utf-8").splitlines()]
    return sorted(map(json.loads, lines), key=lambda line: datetime.fromisoformat(line["time"]))
