"""Files that would take the memory, the time or the disk of what reads them, in every format; small where they lie."""

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path

from tests.hostile.files import ASK, plain_word, sheet, unchanged, with_parts

LONG = 100_000  # characters of a text that is repeated


def shared_text() -> bytes:
    """A workbook of 10 kB whose 1,100 cells share one text: 110 million characters."""
    texts = f"<si><t>答复内容</t></si><si><t>{'建议增设长者食堂' * (LONG // 8)}</t></si>"
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>{int(n > 1)}</v></c></row>' for n in range(1, 1102))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    changes = {
        "xl/worksheets/sheet1.xml": ("</sheetData>", f"{rows}</sheetData>"),
        "[Content_Types].xml": (
            "</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{media}"/></Types>'
        ),
        "xl/_rels/workbook.xml.rels": (
            "</Relationships>",
            f'<Relationship Id="rId99" Type="{kinds}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        ),
    }  # fmt: skip

    def change(name: str, xml: bytes) -> bytes:
        old, new = changes.get(name, ("", ""))
        return xml.replace(old.encode(), new.encode()) if old else xml

    part = f'<sst xmlns="{main}">{texts}</sst>'.encode()
    return with_parts(sheet(), change, **{"xl/sharedStrings.xml": part})


def deep_word() -> bytes:
    """Content controls in content controls, 50,000 deep."""
    deep = b"<w:sdt><w:sdtContent>" * 50_000 + b"</w:sdtContent></w:sdt>" * 50_000

    def change(name: str, xml: bytes) -> bytes:
        return xml.replace(b"<w:sectPr", deep + b"<w:sectPr", 1) if "document" in name else xml

    return with_parts(plain_word(), change)


def zip_bomb() -> bytes:
    """A docx of 70 kB that unpacks to 30 MB."""
    return with_parts(plain_word(), unchanged, **{"word/media/a.bin": bytes(30 << 20)})


def crowded_json() -> bytes:
    """30 kB of gzip that are ten million lists: more than half a gigabyte."""
    return gzip.compress(b"[" + b"[]," * 10_000_000 + b"[]]", 9)


def bad_rows() -> bytes:
    """A kilobyte of gzip: 300,000 lines that are no object."""
    return gzip.compress(b"1\n" * 300_000, 9)


def long_line() -> bytes:
    """One object with 12 million characters of text, in 100 kB."""
    return gzip.compress('{{"答复内容": "{}"}}\n'.format("食" * 12_000_000).encode())


def pdf_of(*objects: bytes) -> bytes:
    """A PDF of these objects, the first of which is its catalogue."""
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(body))
    return body + table + trailer


def stream(content: bytes, more: bytes = b"") -> bytes:
    packed = zlib.compress(content, 9)
    return b"<</Length %d /Filter /FlateDecode %s>>\nstream\n%s\nendstream" % (len(packed), more, packed)


FONT = b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>"


def shared_pages() -> bytes:
    """1,900 pages that all print the same 7,000 characters: thirteen million in 300 kB."""
    line = b"BT /F 6 Tf 9 TL 10 790 Td " + b"(answer answer answer answer) Tj T* " * 250 + b"ET"
    kids = b" ".join(b"%d 0 R" % n for n in range(5, 1905))
    page = b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 3 0 R /Resources <</Font <</F 4 0 R>>>>>>"
    return pdf_of(
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Count 1900 /Kids [%s]>>" % kids,
        stream(line),
        FONT,
        *[page] * 1900,
    )


def nested_forms() -> bytes:
    """Forms that each print the next one ten times: ten thousand million lines."""
    last = 14
    forms = [
        stream(
            b"/X Do " * 10 if n < last else b"BT /F 6 Tf (answer) Tj ET",
            b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources <</Font <</F 4 0 R>> /XObject <</X %d 0 R>>>>"
            % (n + 1),
        )
        for n in range(5, last + 1)
    ]
    page = (
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R /Resources <</XObject <</X 5 0 R>>>>>>"
        % (last + 1)
    )
    return pdf_of(
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Count 1 /Kids [3 0 R]>>",
        page,
        FONT,
        *forms,
        stream(b"/X Do"),
    )


def endless_pages() -> bytes:
    """A page tree that says it has two thousand million pages and leads back to itself."""
    return pdf_of(b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages /Count 2000000000 /Kids [2 0 R 2 0 R]>>")


def packed_stream() -> bytes:
    """A page whose content is three gigabytes of spaces, in three megabytes."""
    packer, piece = zlib.compressobj(9), b" " * (1 << 24)
    first, next_ = (packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    packed = first + next_ * 191 + packer.flush()  # each piece stands alone, so that one can be repeated
    return pdf_of(
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Count 1 /Kids [3 0 R]>>",
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R>>",
        b"<</Length %d /Filter /FlateDecode>>\nstream\n%s\nendstream" % (len(packed), packed),
    )


def deep_page() -> bytes:
    """A web page of 100,000 elements inside each other."""
    return b"<html><body>" + b"<div><b>" * 50_000 + ASK.encode() + b"</b></div>" * 50_000


def old_workbook() -> bytes:
    """The head of an Excel 97 file, and five megabytes of its sectors."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5 << 20) + "Workbook".encode("utf-16-le")


def sparse(path: Path, head: bytes, size: int) -> None:
    """A file that takes no room on the disk."""
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)


CONTENTS: dict[str, Callable[[], bytes]] = {
    "共用.xlsx": shared_text, "深.docx": deep_word, "压缩.docx": zip_bomb, "错行.jsonl.gz": bad_rows,
    "长行.jsonl.gz": long_line, "同页.pdf": shared_pages, "页.pdf": endless_pages,
    "流.pdf": packed_stream, "深.html": deep_page, "旧.xls": old_workbook,
}  # fmt: skip
SPARSE = {"大.txt": 4 << 30, "大.csv": 2 << 30, "大.docx": 3 << 30, "空.csv": 50 << 20}


def write(folder: Path) -> None:
    """Writes every one of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in CONTENTS.items():
        (folder / name).write_bytes(content())
    for name, size in SPARSE.items():
        sparse(folder / name, "编号,答复\n1,".encode(), size)
