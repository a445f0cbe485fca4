"""Reads JSON lines (plain or gzip) and JSON files, each object of which is a document."""

import json
import zlib
from collections.abc import Iterator, Mapping

from corpus.errors import ReadError
from corpus.readers.encodings import decode
from corpus.readers.fields import columns
from corpus.readers.packed import MAX_UNPACKED
from corpus.readers.records import record
from corpus.types import RawDocument, Source

MEDIA_TYPE = "application/jsonl"

_GZIP = 16 + zlib.MAX_WBITS
_PIECE = 1 << 14
_FAULTS = (ValueError, RecursionError)  # what json.loads raises: syntax, numbers too long, nesting too deep


def read(data: bytes, relative: str) -> Iterator[RawDocument | ReadError]:
    """Yields a document for each object, and a ReadError in place of each damaged line.

    A cut gzip file gives the lines before the cut, then a ReadError. Raises ReadError if nothing can be read.
    """
    fault = None
    if data.startswith(b"\x1f\x8b"):
        data, fault = _unzipped(data)
    yield from _objects(decode(data), relative)
    if fault:
        yield fault


def _objects(text: str, relative: str) -> Iterator[RawDocument | ReadError]:
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if lines and _is_one_value(text, lines[0][1]):
        yield from _values(text, relative)
        return
    for number, line in lines:
        place = f"第 {number} 行"
        try:
            value = json.loads(line)
        except _FAULTS as error:
            yield ReadError(f"{place}：期望一个 JSON 对象，实际解析失败（{_reason(error)}），已跳过。请修正这一行。")
            continue
        yield _document(value, relative, number, place)


def _is_one_value(text: str, first_line: str) -> bool:
    """Whether the file is a single JSON value, and not a value a line."""
    if text.lstrip().startswith("["):
        return True
    try:
        json.loads(first_line)
    except _FAULTS:
        return _parses(text)
    return False


def _parses(text: str) -> bool:
    try:
        json.loads(text)
    except _FAULTS:
        return False
    return True


def _values(text: str, relative: str) -> Iterator[RawDocument | ReadError]:
    try:
        value = json.loads(text)
    except _FAULTS as error:
        raise ReadError(
            f"期望 JSON 对象的列表，实际解析失败（{_reason(error)}）。请重新导出，或改用每行一个对象的 .jsonl。"
        ) from error
    for number, item in enumerate(value if isinstance(value, list) else [value], 1):
        yield _document(item, relative, number, f"第 {number} 个对象")


def _document(value: object, relative: str, number: int, place: str) -> RawDocument | ReadError:
    if not isinstance(value, dict):
        return ReadError(f'{place}：期望一个 JSON 对象，实际是 {type(value).__name__}，已跳过。请改成 {{"text": …}}。')
    try:
        fields = _fields(value)
    except RecursionError:
        return ReadError(f"{place}：期望正文是文字或文字的列表，实际列表套得太深，已跳过。请把正文写成一段文字。")
    if "text" not in fields:
        keys = "、".join(map(str, list(value)[:20])) or "（没有键）"
        return ReadError(f"{place}：期望有 text（正文）这个键，实际的键是：{keys}，已跳过。请给正文改用 text。")
    return record(fields, Source(path=relative, locator=number, media_type=MEDIA_TYPE), place)


def _fields(value: Mapping[str, object]) -> dict[str, str]:
    keys = list(value)
    return {field: _string(value[keys[position]], field) for position, field in columns(keys).items()}


def _string(value: object, field: str) -> str:
    """The value as text; a list is joined as paragraphs (text, question) or as names."""
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, list):
        separator = "\n" if field in ("text", "question") else "、"
        return separator.join(filter(None, (_string(item, field) for item in value)))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _reason(error: Exception) -> str:
    return f"第 {error.colno} 个字符附近" if isinstance(error, json.JSONDecodeError) else type(error).__name__


def _unzipped(data: bytes) -> tuple[bytes, ReadError | None]:
    """The content of a gzip file with any number of members, up to the last whole line before any damage."""
    content = bytearray()
    fault = "文件不完整"
    member = zlib.decompressobj(_GZIP)
    for start in range(0, len(data), _PIECE):
        piece = data[start : start + _PIECE]
        try:
            while piece:
                content += member.decompress(piece)
                piece = member.unused_data
                if member.eof and piece.strip(b"\0"):
                    member = zlib.decompressobj(_GZIP)
                elif member.eof:
                    piece = b""
        except zlib.error:
            fault = "数据损坏"
            break
        if len(content) > MAX_UNPACKED:
            raise ReadError(f"期望解压后不超过 {MAX_UNPACKED >> 20} MB，实际超过了。请把文件拆成几个。")
    else:
        if member.eof:
            return bytes(content), None
    whole = bytes(content[: content.rfind(b"\n") + 1])
    error = ReadError(f"期望完整的 gzip 文件，实际{fault}：前面的行已读入，后面的丢失了。请重新复制或导出这个文件。")
    if not whole:
        raise error
    return whole, error
