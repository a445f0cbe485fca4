"""Reads, cleans and parses the documents of a file. A bad file or row costs only itself."""

import re
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import ReadError
from corpus.parser import parse
from corpus.readers import load, read, read_bytes
from corpus.types import Document, RawDocument

PARSER_VERSION = "2"
"""Changed whenever the same file would give another document: an index then reads unchanged files again."""

# Characters. The longest document seen has 12,000. Twenty-five times that is a dump, a log or damaged data, and one
# such file must not take the build's time or memory.
_MAX_LENGTH = 300_000
_MAX_ID_LENGTH = 500  # characters; each passage of the document has it in its own id
_MIN_CHINESE = 10  # characters; a document has hundreds, a damaged file or an empty template fewer


def read_documents(path: Path, relative: str) -> Iterator[Document | ReadError]:
    """The documents of a file, with a ReadError in place of each bad row. Raises ReadError for an unreadable file."""
    try:
        for raw in read(path, relative):
            yield raw if isinstance(raw, ReadError) else _document(raw)
    except ReadError:
        raise
    except Exception as error:  # a damaged file costs only itself, whatever it makes a library do
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
    except (ReadError, MemoryError):  # the caller knows how little memory there is, and says so
        raise
    except Exception as error:
        reason = f"{type(error).__name__}：{error}"
        raise ReadError(f"{relative}：程序未能处理这个文件（{reason}）。请检查它是否已损坏。") from error
    texts = [raw for raw in found if not isinstance(raw, ReadError)]
    if len(found) != 1 or not texts:
        raise ReadError(f"{relative}：期望一份提案，实际有 {len(found)} 份内容。请给出 docx、pdf、txt 等单份的文件。")
    text = "\n".join(block.text for block in texts[0].blocks)
    if not text.strip():
        raise ReadError(f"{relative}：没有读出文字。扫描的图片需要先做文字识别，或者把文字粘贴进来。")
    if len(text) > _MAX_LENGTH:
        raise ReadError(f"{relative}：有 {len(text)} 个字符，超过一份提案的上限 {_MAX_LENGTH}。请只留提案的正文。")
    return text


def _document(raw: RawDocument) -> Document | ReadError:
    where = raw.source.path if raw.source.locator is None else f"{raw.source.path} 第 {raw.source.locator} 行"
    if (stated := len(raw.fields.get("doc_id", ""))) > _MAX_ID_LENGTH:
        return ReadError(f"{where}：编号有 {stated} 个字符，超过上限 {_MAX_ID_LENGTH}。请检查编号那一列是否填错。")
    length = sum(len(block.text) for block in raw.blocks)
    if length > _MAX_LENGTH:
        return ReadError(
            f"{where}：正文有 {length} 个字符，超过一封答复的上限 {_MAX_LENGTH}。请拆分文件，或检查它是否已损坏。"
        )
    chinese = sum(len(re.findall("[\u4e00-\u9fff]", block.text)) for block in raw.blocks)
    if chinese < _MIN_CHINESE:
        return ReadError(
            f"{where}：应有中文正文，实际只有 {chinese} 个汉字。请检查文件是否为空、已损坏或需要文字识别。"
        )
    document = parse(raw)
    if not document.text:
        return ReadError(f"{where}：应有答复的正文，实际只有网站的栏目、按钮，或只有来信。请检查文件是否保存完整。")
    return document
