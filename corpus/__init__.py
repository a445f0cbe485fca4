"""What is a document? Reads files, cleans them, parses the documents, splits them into passages, masks personal data.

    >>> from corpus import mask, split_proposal
    >>> mask("联系人：陈小平，电话：86601234")
    '联系人：陈**，电话：86******'
    >>> split_proposal("关于夜间公交的提案\\n建议：\\n一、延长运营时间。\\n二、增加班次。").points[1].text
    '增加班次。'

    for document in read_documents(Path("答复.docx"), "答复.docx"):
        if isinstance(document, Document):  # else a ReadError: a row of the file that is no document
            passages = split(masked_document(document))

Not for: terms, vectors, ranking. Nothing here knows that an index exists.
"""

from typing import TYPE_CHECKING

from corpus.face import face

if TYPE_CHECKING:
    from corpus.documents import read_documents, read_text
    from corpus.errors import DafuError, ReadError
    from corpus.language.abbreviations import Abbreviation, abbreviations
    from corpus.masked import masked_document
    from corpus.passages import split
    from corpus.privacy import mask
    from corpus.proposals import Point, Proposal, split_proposal
    from corpus.sources import find_files
    from corpus.types import Citation, Contact, Document, Passage, Section, Session, Source, Table

__all__ = [
    "Abbreviation", "Citation", "Contact", "DafuError", "Document", "Passage", "Point", "Proposal", "ReadError",
    "Section", "Session", "Source", "Table", "abbreviations", "find_files", "mask", "masked_document", "read_documents",
    "read_text", "split", "split_proposal",
]  # fmt: skip

_TYPES = ("Citation", "Contact", "Document", "Passage", "Section", "Session", "Source", "Table")
_MODULES = {
    **dict.fromkeys(_TYPES, "types"),
    **dict.fromkeys(("DafuError", "ReadError"), "errors"),
    **dict.fromkeys(("Abbreviation", "abbreviations"), "language.abbreviations"),
    **dict.fromkeys(("Point", "Proposal", "split_proposal"), "proposals"),
    **dict.fromkeys(("read_documents", "read_text"), "documents"),
    "find_files": "sources",
    "mask": "privacy",
    "masked_document": "masked",
    "split": "passages",
}

__getattr__, __dir__ = face(__name__, _MODULES)
