"""Files that would take a server's memory or time, and office files with their parts changed."""

import os
import zipfile
from collections.abc import Callable
from io import BytesIO

import docx
import openpyxl

from tests.readers.files import pdf, word

ASK = "建议增设长者食堂。"


def plain_word(text: str = ASK) -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    return word(document)


def unchanged(_: str, part: bytes) -> bytes:
    return part


def with_parts(data: bytes, change: Callable[[str, bytes], bytes] = unchanged, **added: bytes) -> bytes:
    """An office file with its parts changed, of their name and content, and others added."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, part in added.items():
            new.writestr(name, part)
    return buffer.getvalue()


def with_prolog(
    data: bytes, part: str, prolog: str, old: str = ASK, encoding: str = "utf-8", new: str = "&x;"
) -> bytes:
    """An office file, a document type before one of its parts, and the entity x in the place of a text."""

    def change(name: str, xml: bytes) -> bytes:
        if name != part:
            return xml
        body = xml.decode("utf-8").partition("?>")[2] if xml.startswith(b"<?xml") else xml.decode("utf-8")
        assert old in body
        return f'<?xml version="1.0" encoding="{encoding}"?>{prolog}{body.replace(old, new)}'.encode(encoding)

    return with_parts(data, change)


def sheet(*rows: list[str]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def laughs() -> str:
    """Billion laughs: three gigabytes in a kilobyte."""
    entities = ['<!ENTITY a0 "lol">'] + [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    return f'<!DOCTYPE x [{"".join(entities)}<!ENTITY x "&a9;">]>'


def lying() -> bytes:
    """A docx whose directory says that its text unpacks to 100 bytes; it would to 30 MB."""
    text = zipfile.ZipInfo("word/document.xml")
    text.compress_type = zipfile.ZIP_DEFLATED
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(text, b"<a>" + b"0" * (30 << 20))
    data = bytearray(buffer.getvalue())
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(signature) + place
        data[at : at + 4] = (100).to_bytes(4, "little")
    return bytes(data)


def lzma() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("word/document.xml", b"<a/>")
    return buffer.getvalue()


def far_cells() -> bytes:
    """A sheet of 2,000 rows that each begin in the last column there is."""
    rows = "".join(f'<row r="{n}"><c r="ZZZ{n}" t="inlineStr"><is><t>x</t></is></c></row>' for n in range(1, 2001))

    def change(name: str, xml: bytes) -> bytes:
        return xml.replace(b"</sheetData>", f"{rows}</sheetData>".encode()) if "sheet1" in name else xml

    return with_parts(sheet(), lambda name, xml: change(name, xml.replace(b"<sheetData/>", b"<sheetData></sheetData>")))


def far_row() -> bytes:
    """A sheet whose second row claims to be number two billion."""

    def change(name: str, xml: bytes) -> bytes:
        return xml.replace(b'r="2"', b'r="2000000000"') if "sheet1" in name else xml

    return with_parts(sheet(["编号", "答复"], ["1", ASK]), change)


def heavy_word() -> bytes:
    """A docx of half a megabyte of which lxml would make more than a gigabyte; a picture makes the ratio look right."""

    def change(name: str, xml: bytes) -> bytes:
        return xml.replace(b"<w:sectPr", b"<w:p/>" * 10_000_000 + b"<w:sectPr", 1) if "document" in name else xml

    return with_parts(plain_word(), change, **{"word/media/a.png": os.urandom(400_000)})


def slow_pdf() -> bytes:
    """2,000 pages of Chinese with more lines than a page has room for: minutes of work for little text."""
    line = "".join(map(chr, range(0x4E00, 0x4E28)))
    return pdf([[line] * 3500], repeated=2000)
