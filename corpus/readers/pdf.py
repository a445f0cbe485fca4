"""Reads the text layer of PDF files, one block a line, a blank block between pages. No OCR."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import closing

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # ships no types

from corpus.errors import ReadError
from corpus.readers.damage import as_read_error
from corpus.readers.encodings import drop_controls, is_garbled
from corpus.types import Block, RawDocument, Source

MEDIA_TYPE = "application/pdf"

# The longest reply with all its annexes has some 200 pages; an empty page takes a file 60 bytes.
_MAX_PAGES = 2_000

_PASSWORD_NEEDED = 4  # FPDF_ERR_PASSWORD
_IMAGE = 3  # FPDF_PAGEOBJ_IMAGE
_LINE_END_HYPHEN = "\ufffe"  # PDFium writes it for a hyphen at the end of a line

# Some fonts map their glyphs to radicals (⽼ U+2F3C) instead of the characters (老): the same on paper, but
# another word in the text. The second block of radicals has no normal forms; the documents seen use these.
_RADICALS = {c: unicodedata.normalize("NFKC", chr(c)) for c in range(0x2F00, 0x2FD6)} | {
    ord(radical): character
    for radical, character in zip(
        "⺟⺠⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳⺎⺼",
        "母民西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟兀月",
        strict=True,
    )
}


def read(data: bytes, relative: str) -> Iterator[RawDocument | ReadError]:
    """Yields one document, and a ReadError for each page that is a picture or damaged.

    Raises ReadError if no page has text.
    """
    pages: list[str | None] = []
    faults: list[ReadError] = []
    with as_read_error("PDF 文件"), closing(_opened(data)) as document:
        for number in range(_pages_of(document)):
            text, fault = _page(document, number)
            pages.append(text)
            faults += [fault] if fault else []
    text = "\f".join(page or "" for page in pages)
    if not text.strip():
        raise ReadError(
            f"期望有文字层的 PDF，实际 {len(pages)} 页都没有文字，是没有文字层的扫描件。请先做文字识别（OCR）再放入。"
        )
    if is_garbled(re.sub(r"\s", "", text)):
        raise ReadError("期望可以读出文字的 PDF，实际文字层是乱码。请做文字识别（OCR），或换用 Word 原件。")
    blocks = [block for page in pages if page for block in (*_lines(page), Block(""))]
    yield RawDocument(blocks=tuple(blocks[:-1]), fields={}, source=Source(path=relative, media_type=MEDIA_TYPE))
    yield from faults


def _opened(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code == _PASSWORD_NEEDED:
            raise ReadError("期望没有密码的 PDF，实际需要密码才能打开。请去掉密码后重新保存。") from error
        raise


def _pages_of(document: pdfium.PdfDocument) -> int:
    count = len(document)
    if count > _MAX_PAGES:
        raise ReadError(f"期望不超过 {_MAX_PAGES} 页的 PDF，实际有 {count} 页。请拆成几个文件，只留答复或提案的正文。")
    return count


def _page(document: pdfium.PdfDocument, number: int) -> tuple[str | None, ReadError | None]:
    """The text of a page, and the reason if it cannot be read."""
    try:
        with closing(document[number]) as page, closing(page.get_textpage()) as layer:
            text = layer.get_text_bounded()
            picture = not text.strip() and any(True for _ in page.get_objects(filter=[_IMAGE]))
    except pdfium.PdfiumError as error:
        return None, ReadError(f"第 {number + 1} 页：期望完好的页面，实际已损坏（{error}）。请重新导出这个 PDF。")
    if picture:
        return None, ReadError(
            f"第 {number + 1} 页：期望文字，实际是没有文字层的图片，没有读入。请先做文字识别（OCR）。"
        )
    return text, None


def _lines(text: str) -> list[Block]:
    plain = drop_controls(text.replace(_LINE_END_HYPHEN, "-").replace("\r\n", "\n").replace("\r", "\n"))
    return [Block(line.rstrip()) for line in plain.translate(_RADICALS).split("\n")]
