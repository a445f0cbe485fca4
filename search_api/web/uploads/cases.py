"""Reads the forms of cases within bounds: fields, and the files of a season."""

from collections.abc import Iterator
from pathlib import PurePath

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from search_api.desk.cases.importing import WORKBOOKS, Incoming, of_rows
from search_api.web.problems import RequestError
from search_api.web.uploads import bodies
from search_api.web.uploads.bodies import NotAFormError
from search_api.web.uploads.sandbox import UnreadableUploadError, season_in, text_in

MAX_SEASON = 60 << 20
"""Bytes of all files together: a hundred proposals of 600 kB."""

MAX_FILES = 200

_MAX_FORM = 2 << 20  # bytes: a proposal of 50,000 characters and its points, nine bytes a character at worst


class CaseFormError(RequestError):
    """A form holds what cannot be taken."""

    kind, title, status = "case", "没有存下", 400


async def read_fields(request: Request) -> FormData:
    """A form without files. Raises RequestError."""
    return await _read(request, _MAX_FORM, 0)


async def read_season(request: Request) -> FormData:
    """A form with files. Raises RequestError."""
    return await _read(request, MAX_SEASON, MAX_FILES)


async def _read(request: Request, most: int, files: int) -> FormData:
    too_large = CaseFormError(f"内容超过上限 {most >> 20} MB。请分几次提交。")
    try:
        return await bodies.read_form(request, most, too_large, max_files=files)
    except NotAFormError as error:
        raise CaseFormError(f"表单无法读取：一次最多 {MAX_FILES} 个文件。请返回再试一次。") from error


def incoming(form: FormData) -> Iterator[Incoming]:
    """The proposals of the files, one after another; a workbook lists several. Each waits for its turn to be read."""
    for file in form.getlist("files"):
        if not isinstance(file, UploadFile) or not file.filename:
            continue
        name = PurePath(file.filename.replace("\\", "/")).name[-80:]
        data = file.file.read()
        try:
            if PurePath(name).suffix.lower() in WORKBOOKS:
                yield from of_rows(season_in(data, name))
            else:
                yield Incoming(name, text_in(data, name))
        except UnreadableUploadError as error:
            yield Incoming(name, fault=str(error))
