"""`dafu parse`: what was read off each document."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from corpus.documents import read_documents
from corpus.errors import DafuError, ReadError
from corpus.labels import KINDS, ROLES
from corpus.privacy import mask, mask_document
from corpus.sources import find_files
from corpus.types import Document

app = typer.Typer()


@app.command()
def parse(
    files: Annotated[list[Path], typer.Argument(help="答复文件，或存放答复的文件夹", metavar="FILE...")],
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    show_personal_data: Annotated[bool, typer.Option("--show-personal-data", help="不遮盖联系人和电话")] = False,
) -> None:
    """读取答复，显示从每一份中读出的内容。"""
    documents: list[Document] = []
    failures: list[str] = []
    for file in find_files(files)[0]:
        try:
            for outcome in read_documents(file.path, file.relative):
                if isinstance(outcome, ReadError):
                    failures.append(str(outcome))
                else:
                    documents.append(outcome if show_personal_data else mask_document(outcome))
        except ReadError as error:
            failures.append(str(error))
    for failure in failures:
        typer.echo(f"无法读取：{failure if show_personal_data else mask(failure)}", err=True)
    if as_json:
        json.dump([document.to_json() for document in documents], sys.stdout, ensure_ascii=False, indent=1)
        typer.echo()
    else:
        for document in documents:
            typer.echo(_sheet(document))
    if not documents:
        raise DafuError("没有读出任何答复。请检查路径和文件。")
    if failures:
        raise typer.Exit(1)


def _sheet(document: Document) -> str:
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
