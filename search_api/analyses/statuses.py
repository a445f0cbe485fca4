"""What can become of a commitment. Imports nothing: help pages list it."""

from collections.abc import Mapping
from typing import Literal

Became = Literal["kept", "late", "dropped"]
"""What a later document's words show."""
CommitmentStatus = Literal["kept", "late", "dropped", "open", "unknown"]
"""`open` is not yet due; `unknown` is due or undated, and nothing found."""
WantedStatus = Literal["kept", "late", "dropped", "open", "unknown", "overdue"]
"""What can be asked for: a status, or those that are overdue: unknown and past due."""
STATUS_NAMES: Mapping[WantedStatus, str] = {
    "kept": "已兑现",
    "late": "延期或逾期",
    "dropped": "不再执行",
    "open": "未到期",
    "unknown": "未见下文",
    "overdue": "已过期、未见下文",
}
