"""What was done to dafu, how often, and what was lost by it."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Entry:
    """One fault; `lost` has a sentence for each thing that was, and is to be empty."""

    fault: str
    times: int = 0
    lost: list[str] = field(default_factory=list)
    note: str = ""


class Ledger:
    """Of one run."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def entry(self, fault: str) -> Entry:
        self.entries.append(Entry(fault))
        return self.entries[-1]

    def lines(self) -> list[str]:
        return [f"{e.times:6}  {len(e.lost):5}  {e.fault}{f'（{e.note}）' if e.note else ''}" for e in self.entries]

    def save(self) -> None:
        """To the file that DAFU_FAULTS_OUT names."""
        if out := os.environ.get("DAFU_FAULTS_OUT"):
            data = [asdict(entry) for entry in self.entries]
            Path(out).write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
