"""Reads, cleans and parses the documents of a file. A bad file or row costs only itself."""

import re
from collections.abc import Iterator
from pathlib import Path

from corpus import machine
from corpus.errors import ReadError
from corpus.parser import parse
from corpus.parser.doubtful import with_doubts
from corpus.readers import load, read, read_bytes
from corpus.readers.fields import label_of
from corpus.readers.lengths import MAX_DOCUMENT
from corpus.types import Document, RawDocument

PARSER_VERSION = "6"
"""Changed whenever the same file would give another document: an index then reads unchanged files again."""

# Characters of each field; a title or a list of units has a hundred. Each passage of the document has its id.
_MAX_LENGTHS = {"doc_id": 500, "question": MAX_DOCUMENT}
_MAX_FIELD = 10_000
_MIN_CHINESE = 10  # characters; a document has hundreds, a damaged file or an empty template fewer


def read_documents(path: Path, relative: str) -> Iterator[Document | ReadError]:
    """The documents of a file, with a ReadError in place of each bad row. Raises ReadError for an unreadable file."""
    try:
        for raw in read(path, relative):
            yield raw if isinstance(raw, ReadError) else _document(raw)
    except (ReadError, MemoryError):  # the caller knows how little memory there is, and says so
        raise
    except Exception as error:  # a damaged file costs only itself, whatever it makes a library do
        if machine.is_certain(error):  # another time the same file can be read
            raise
        reason = f"{type(error).__name__}：{error}"
        raise ReadError(f"{relative}：程序未能处理这个文件（{reason}）。请检查它是否已损坏。") from error


def read_text(path: Path, relative: str) -> str:
    """The text of a file that holds one text, such as a proposal that is to be answered; a paragraph a line.

    Raises ReadError for an unreadable file, one without text, and one of several texts, such as a table.
    """
    return text_of(load(path, relative), path.name, relative)


def text_of(data: bytes, name: str, relative: str) -> str:
    """Like `read_text`, but takes the content; `name` tells the format if the content does not."""
    try:
        found = list(read_bytes(data, name, relative))
    except ReadError:
        raise
    except Exception as error:
        if machine.is_certain(error):  # the caller knows how little memory there is, and says so
            raise
        reason = f"{type(error).__name__}：{error}"
        raise ReadError(f"{relative}：程序未能处理这个文件（{reason}）。请检查它是否已损坏。") from error
    texts = [raw for raw in found if not isinstance(raw, ReadError)]
    if len(found) != 1 or not texts:
        raise ReadError(
            f"{relative}：期望一份提案，实际有 {len(found)} 份内容。请给出 docx、doc、wps、pdf、txt 等单份的文件。"
        )
    text = "\n".join(block.text for block in texts[0].blocks)
    if not text.strip():
        raise ReadError(f"{relative}：没有读出文字。请检查文件，或者把文字粘贴进来。")
    if len(text) > MAX_DOCUMENT:
        raise ReadError(f"{relative}：有 {len(text)} 个字符，超过一份提案的上限 {MAX_DOCUMENT}。请只留提案的正文。")
    return text


def _document(raw: RawDocument) -> Document | ReadError:
    where = raw.source.path if raw.source.locator is None else f"{raw.source.path} 第 {raw.source.locator} 行"
    for field, value in raw.fields.items():
        if len(value) > (most := _MAX_LENGTHS.get(field, _MAX_FIELD)):
            label = label_of(field)
            return ReadError(f"{where}：{label}有 {len(value)} 个字符，超过上限 {most}。请检查{label}那一列是否填错。")
    length = sum(len(block.text) for block in raw.blocks)
    if length > MAX_DOCUMENT:
        return ReadError(
            f"{where}：正文有 {length} 个字符，超过一封答复的上限 {MAX_DOCUMENT}。请拆分文件，或检查它是否已损坏。"
        )
    chinese = sum(len(re.findall("[\u4e00-\u9fff]", block.text)) for block in raw.blocks)
    if chinese < _MIN_CHINESE:
        return ReadError(
            f"{where}：应有中文正文，实际只有 {chinese} 个汉字。请检查文件是否为空、已损坏或需要文字识别。"
        )
    document = with_doubts(parse(raw), raw)
    if not document.text:
        return ReadError(f"{where}：应有答复的正文，实际只有网站的栏目、按钮，或只有来信。请检查文件是否保存完整。")
    return document
