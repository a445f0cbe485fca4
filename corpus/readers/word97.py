"""Reads Word 97-2003 and WPS documents (.doc, .wps): doc2docx makes them .docx in memory, the Word reader reads that.

Pure Python: it runs in the process that reads, which may start no other and write no file, and knows no macros. Where
fonts, styles or the like are damaged, the paragraphs are read without headings and tables.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from unittest.mock import patch

from doc2docx import converter  # type: ignore[import-untyped]  # ships no types, as for the next ones
from doc2docx.cfb import CompoundFile  # type: ignore[import-untyped]
from doc2docx.diagnostics import ConversionReport  # type: ignore[import-untyped]
from doc2docx.errors import EncryptedDocumentError, InvalidWordDocument  # type: ignore[import-untyped]
from doc2docx.model import Document  # type: ignore[import-untyped]
from doc2docx.msdoc import FileInformationBlock, read_formatting, read_piece_table  # type: ignore[import-untyped]
from doc2docx.msdoc.fib import FibBase  # type: ignore[import-untyped]
from doc2docx.ooxml import package  # type: ignore[import-untyped]

from corpus.errors import ReadError
from corpus.readers import docx
from corpus.readers.damage import as_read_error
from corpus.readers.encodings import drop_controls
from corpus.types import Block, RawDocument, Source

MEDIA_TYPE = "application/msword"

_KIND = "Word 文档（.doc 或 .wps）"
_FIELD_CODE = re.compile("\x13[^\x13\x14\x15]*")  # what a field computes; its result follows
_ENDS = re.compile("[\r\x07\x0b\x0c]")  # of paragraphs, cells, lines and pages


def read(data: bytes, relative: str) -> Iterator[RawDocument]:
    """Yields one document. Raises ReadError if the file is damaged, locked or holds no text."""
    with as_read_error(_KIND):
        whole = _as_docx(data)
        blocks = () if whole else tuple(Block(line, whole=True) for line in _lines(data))
    if whole:
        yield from docx.read(whole, relative, MEDIA_TYPE)
        return
    if not any(block.text for block in blocks):
        raise ReadError(f"期望完好的 {_KIND}，实际读不出文字。请用 Word 或 WPS 打开确认，另存后再试。")
    yield RawDocument(blocks=blocks, fields={}, source=Source(path=relative, media_type=MEDIA_TYPE))


class _Converted(Exception):
    """No error: the way out of a conversion that would go on to write a file."""


def _end(**parts: object) -> None:
    raise _Converted(Document(**parts))


def _as_docx(data: bytes) -> bytes | None:
    """The document as .docx; None where its formatting is damaged. Raises ReadError for one that is locked.

    doc2docx goes from path to path only: it is given the content in place of the one, and memory in place of the other.
    """

    class Given(CompoundFile):  # type: ignore[misc]  # of a library without types
        @classmethod
        def from_path(cls, _: object, *, limits: object = None) -> CompoundFile:
            return CompoundFile(data, limits=limits)

    written = BytesIO()
    try:
        with patch.multiple(converter, CompoundFile=Given, Document=_end):
            converter.convert("given.doc", "made.docx")
    except _Converted as made:
        with patch.object(package, "Path", lambda destination: destination):
            package.write_docx(made.args[0], written)
    except EncryptedDocumentError as error:
        raise ReadError("期望可以打开的 Word 文档，实际加了密码。请在 Word 或 WPS 里去掉密码后重新保存。") from error
    except InvalidWordDocument:
        return None
    return written.getvalue()


def _lines(data: bytes) -> list[str]:
    """The paragraphs and cells of the text itself, but for what is hidden or deleted there."""
    compound, report = CompoundFile(data), ConversionReport("", "")
    main = compound.open_stream("WordDocument")
    table = compound.open_stream(FibBase.parse(main).table_stream_name)
    header = FileInformationBlock.parse(main)
    clx, characters, paragraphs = header.clx, header.plcf_bte_chpx, header.plcf_bte_papx
    pieces = read_piece_table(table, main, fc_clx=clx.fc, lcb_clx=clx.lcb, report=report)
    looks = read_formatting(
        *(table, main, pieces),
        fc_plcf_bte_chpx=characters.fc,
        lcb_plcf_bte_chpx=characters.lcb,
        fc_plcf_bte_papx=paragraphs.fc,
        lcb_plcf_bte_papx=paragraphs.lcb,
        report=report,
    )
    seen = [
        character.text
        for character in pieces.extract_characters(0, min(header.ccp_text, pieces.cp_end), report, story="main")
        if not ((look := looks.character_properties_at(character.cp_start)).hidden or look.revision_deleted)
    ]
    return [drop_controls(line).strip() for line in _ENDS.split(_FIELD_CODE.sub("", "".join(seen)))]
