"""What `dafu parse` does: reads files, masks what was read, and shows a document as an index card."""

from collections.abc import Sequence
from pathlib import Path

from corpus.labels import KINDS, ROLES
from corpus.masked import masked_document
from corpus.privacy import mask
from corpus.sandbox import READING, Request, read_files
from corpus.sources import find_files
from corpus.types import Document


def read(sources: Sequence[Path], *, masked: bool, ocr: bool) -> tuple[list[Document], list[str]]:
    """The documents in files and folders, and a sentence for each file or row that cannot be read. With `ocr`, pages
    that are pictures are recognised.

    Raises DafuError for a source that does not exist.
    """
    documents: list[Document] = []
    failures: list[str] = []
    requests = ((file, Request(file.path, file.relative, ocr=ocr)) for file in find_files(sources).files)
    for _, reading in read_files(requests, READING):
        if reading:
            documents += map(masked_document, reading.documents) if masked else reading.documents
            failures += reading.errors
    return documents, [mask(failure) for failure in failures] if masked else failures


def sheet(document: Document) -> str:
    """The document as an index card: a line for each fact that was read off it."""
    session = document.session and f"{document.session.term}届{document.session.meeting}次会议"
    contact = document.contact and "，".join(
        (*document.contact.names, *document.contact.phones, *document.contact.emails)
    )
    lines = {
        "标题": document.title,
        "编号": "、".join(document.proposal_numbers),
        "类型": KINDS[document.proposal_kind],
        "届次": session,
        "单位": document.agency,
        "办理": ROLES[document.role],
        "文号": document.doc_number,
        "致": "、".join(document.addressees),
        "协办": "、".join(document.co_agencies),
        "日期": document.replied_on and document.replied_on.isoformat(),
        "类别": document.outcome,
        "联系": contact,
        "答复的诉求": "；".join(document.answered_points),
        "章节": "；".join(s.heading for s in document.sections if s.heading and s.level <= 2),
    }
    body = "\n".join(f"  {name}：{value}" for name, value in lines.items() if value)
    return f"{document.source.path}  [{document.doc_id}]\n{body}"
