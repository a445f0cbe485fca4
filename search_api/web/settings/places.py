"""The places of tokens and verdicts: where the settings say, else in the index folder."""

from pathlib import Path

from indexer.paths import IndexPaths
from search_api.web.settings.model import Settings


def tokens_place(settings: Settings, index: Path) -> Path:
    """The database of tokens, or the old tokens.json that the settings name."""
    return settings.tokens or IndexPaths(index).users


def feedback_place(settings: Settings, index: Path) -> Path | None:
    """The database of verdicts, or the old feedback.jsonl that the settings name; None if no verdicts are taken."""
    return None if settings.feedback == "off" else settings.feedback or IndexPaths(index).users
