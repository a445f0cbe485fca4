"""What the kinds and roles of a document are called, for users."""

from collections.abc import Mapping

KINDS: Mapping[str, str] = {"cppcc": "政协提案", "npc": "人大建议", "message": "群众来信", "other": "其他"}
"""Each ProposalKind."""

ROLES: Mapping[str, str] = {"lead": "主办答复", "opinion": "会办意见", "none": "不是答复"}
"""Each ReplyRole."""
