"""The draft of a reply: the chosen passages of each ask in the official format, their sources as footnotes.

`model` says what a draft is, `making` makes one from a sheet, `wording` says what it says, `word` and `notes` write it;
`template` holds its typography. Not for: choosing passages, and signing: what is not known is left open and marked.
"""

from search_api.desk.draft.making import draft_of, drafted
from search_api.desk.draft.model import Draft, DraftPoint, Material, OpenCommitment
from search_api.desk.draft.template import DRAFT
from search_api.desk.draft.word import to_docx

__all__ = ["DRAFT", "Draft", "DraftPoint", "Material", "OpenCommitment", "draft_of", "drafted", "to_docx"]
