"""The lines of an audit, read as JSON."""

import json
from pathlib import Path
from typing import Any

from indexer.upkeep.audit import files


def lines_in(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in files(folder) for line in path.read_text("utf-8").splitlines()]
