"""Reads the body of a request that brings a proposal: a text, a file, or points. Refuses what could do harm."""

from pathlib import PurePath
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from search_api.desk.sheet.model import printable
from search_api.query.language import QueryError
from search_api.web.problems import RequestError
from search_api.web.rendering.draft import Draft, DraftPoint
from search_api.web.uploads import bodies
from search_api.web.uploads.bodies import NotAFormError, NotJsonError, parse_json, read_body
from search_api.web.uploads.sandbox import UnreadableUploadError, text_in

MAX_BYTES = 10 << 20
"""Bytes. The longest proposals have 20,000 characters; a scan or a film is larger."""

MAX_JSON = 2 << 20
"""Bytes. The longest proposal that is taken (search_api.query.LONGEST_QUERY) has 50,000 characters, and as many of
context, each at most twelve bytes in JSON."""

_MAX_NAME = 80  # characters of a file's name that a sentence repeats
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


class UploadTooLargeError(RequestError):
    """The upload has more bytes than it may."""

    kind, title, status = "upload-too-large", "文件太大", 413

    def __init__(self, what: str = "文件", most: int = MAX_BYTES) -> None:
        super().__init__(f"{what}超过上限 {most >> 20} MB。请另存为不带图片的 docx，或者只粘贴提案的文字。")


class MediaTypeError(RequestError):
    """The body is neither JSON nor a form."""

    kind, title, status = "media-type", "内容的类型不对", 415

    def __init__(self, found: str) -> None:
        super().__init__(f"Content-Type 应为 application/json 或 multipart/form-data，实际是“{found or '（没有）'}”。")


def is_json(request: Request) -> bool:
    return bodies.media_type(request.headers) == "application/json"


async def read_json(request: Request) -> bytes:
    """The JSON that was sent, not yet looked into. Raises RequestError."""
    return await read_body(request, MAX_JSON, UploadTooLargeError("JSON ", MAX_JSON))


def object_in(data: bytes) -> dict[str, Any]:
    """The object that a JSON holds. Raises UnreadableUploadError."""
    try:
        found = parse_json(data)
    except NotJsonError as error:
        raise UnreadableUploadError(
            "请求的内容不是 JSON，或者层数、项数太多。请检查引号、逗号和括号，编码用 UTF-8。"
        ) from error
    if not isinstance(found, dict):
        raise UnreadableUploadError('请求的内容应为 JSON 对象，例如 {"text": "提案全文"}。')
    return found


async def read_form(request: Request) -> FormData:
    """The form that was sent, at most one file in it. Raises RequestError."""
    if (found := bodies.media_type(request.headers)) not in _FORMS:
        raise MediaTypeError(found)
    try:
        return await bodies.read_form(request, MAX_BYTES, UploadTooLargeError())
    except NotAFormError as error:
        raise UnreadableUploadError("表单无法读取：一次只能传一个文件。请返回再试一次。") from error


def text_of(form: FormData) -> str:
    """The text that was pasted or is in the file; empty if neither was given. Takes a while for a long file.

    Raises QueryError if both were given, UnreadableUploadError, UploadsBusyError.
    """
    text, file = written(form, "text"), form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return text
    if text.strip():
        raise QueryError("既粘贴了文字，又选了文件，不知道该查哪一个。请只留一种。")
    return text_in(file.file.read(), _name_of(file))


def draft_in(form: FormData) -> Draft:
    """The points of the form in which they are edited."""
    contexts = [unwrapped(str(value)) for value in form.getlist("context")]
    texts = [unwrapped(str(value)) for value in form.getlist("point")]
    contexts += [""] * (len(texts) - len(contexts))
    title, number, preamble = (written(form, name) for name in ("title", "number", "preamble"))
    points = [DraftPoint(text=text, context=context) for text, context in zip(texts, contexts, strict=False)]
    return Draft(title=title, number=number, preamble=preamble, points=points)


def written(form: FormData, name: str) -> str:
    """The text typed into a field, with the line ends that browsers send as two characters made one."""
    return unwrapped(str(form.get(name, "")))


def unwrapped(text: str) -> str:
    r"""With \n as its only line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _name_of(file: UploadFile) -> str:
    """The file's name without folders, as a sentence can repeat it; its end, which tells the format."""
    name = printable(PurePath(str(file.filename).replace("\\", "/")).name)
    return " ".join(name.split())[-_MAX_NAME:]
