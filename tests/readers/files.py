"""Files of office formats, made here: PDF, Word and Excel; those of older Office lie in OFFICE."""

import math
from collections.abc import Sequence
from io import BytesIO
from typing import NamedTuple

import docx
import openpyxl

from eval.bench.readers import FILES

OFFICE = FILES
"""letter.doc and messages.xls, written by LibreOffice."""


def pdf(pages: Sequence[Sequence[str]], encrypted: bool = False, repeated: int = 1) -> bytes:
    """A PDF with a text layer in a standard Chinese font, a line each; a page without lines has none.

    `repeated`: the pages stand so often in it, and once in the file.
    """
    streams = []
    for lines in pages:
        shown = " ".join(f"<{_hex(line)}> Tj T*" for line in lines)
        streams.append(f"BT /F1 14 Tf 20 TL 60 780 Td {shown} ET" if lines else "")
    return pdf_of(streams, encrypted=encrypted, repeated=repeated)


class Printed(NamedTuple):
    """A text at its place on a page in points, y upwards, turned by so many degrees; black is 0, white 1."""

    x: float
    y: float
    text: str
    size: float = 14
    angle: float = 0
    grey: float = 0
    font: str = "F1"


def printed(*pages: Sequence[Printed]) -> bytes:
    """A PDF with texts at their places."""
    return pdf_of([stream_of(page) for page in pages])


def stream_of(texts: Sequence[Printed]) -> str:
    """The operators that print the texts on a page."""
    return " ".join(map(_shown, texts))


def _shown(text: Printed) -> str:
    cos, sin = math.cos(math.radians(text.angle)), math.sin(math.radians(text.angle))
    matrix = f"{cos:.4f} {sin:.4f} {-sin:.4f} {cos:.4f} {text.x} {text.y} Tm"
    return f"{text.grey} g BT /{text.font} {text.size} Tf {matrix} <{_hex(text.text)}> Tj ET"


def _hex(text: str) -> str:
    return text.encode("utf-16-be").hex()


def pdf_of(streams: Sequence[str], encrypted: bool = False, repeated: int = 1) -> bytes:
    """A PDF with a page for each stream of operators. F1 is a standard Chinese font, of F2 nothing tells what its
    characters are."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 5 0 R"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0"
        " /Ascent 880 /Descent -120 /CapHeight 700 /StemV 80 >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /ABCDEF+Unknown /Encoding /Identity-H /DescendantFonts [7 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /ABCDEF+Unknown /FontDescriptor 5 0 R"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
    ]
    kids = []
    for stream in streams:
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R"
            " /Resources << /Font << /F1 3 0 R /F2 6 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    kids *= repeated
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>"
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    key = f"<{'00' * 32}>"
    lock = f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O {key} /U {key} >> /ID [{key} {key}]" if encrypted else ""
    size = len(objects) + 1
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Size {size} /Root 1 0 R {lock} >>"
    return out + f"{tail}\nstartxref\n{len(out)}\n%%EOF".encode()


def word(build: "docx.document.Document") -> bytes:
    buffer = BytesIO()
    build.save(buffer)
    return buffer.getvalue()


def excel(*sheets: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.worksheets[0] if number == 0 else book.create_sheet(f"表{number + 1}")
        for row in rows:
            sheet.append(list(row))
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()
