"""Reads and writes baskets: in an address that a colleague opens, as a browser sends them, and in an exported file.

/basket?title=关于…的提案&number=20260031&ask=1:建议…&ask=2:请…&none=2&p=1:1:松澜市民政局:松民函〔2023〕51号%233&p=::…%2312

`ask` is a point, its number before it; `none` the number of one without precedent; `p` a passage: its point, how close
it is (1 高度相关, 2 相关, 3 可参考), its id. Both may be empty, `p=::id`; the id alone will do. The points' context is
left out: with it few baskets would fit into an address. `by=1:…%233` is the passage that took the first one's place.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import get_args
from urllib.parse import urlencode

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, QueryParams, UploadFile
from starlette.requests import Request

from corpus.proposals import Point
from search_api.desk.basket import MAX_PICKS, Basket, Pick, of_sheet
from search_api.desk.sheet import Sheet
from search_api.match import MAX_POINTS
from search_api.types import Band
from search_api.web.problems import RequestError
from search_api.web.uploads.bodies import NotAFormError, NotJsonError, parse_json, read_body, read_form

MAX_ADDRESS = 6_000
"""Characters: mail and chat programs break longer ones, and some proxies refuse more than 8,000."""

MAX_BASKET = 1 << 20
"""Bytes of a basket's JSON; a proposal of 20,000 characters with 500 passages has 120,000."""

MAX_FILE = 4 << 20
"""Bytes of an exported file, which has the texts too; with 500 passages of the sample archive it has 720,000."""

_UNREADABLE = "材料篮的内容无法读取：{}。请在材料篮里按“清空”后重新选取，或请发来的人重新导出。"
_FIELDS = ("title", "number", "ask", "none", "p")
_BANDS: tuple[Band, ...] = get_args(Band)
_ASK = re.compile(r"(\d{1,4}):(.*)", re.DOTALL)
_TAKER = re.compile(r"(\d{1,4}):(.{1,1000}#[0-9a-f]+(?:\.\d+)?)")
_PICK = re.compile(r"(?:(\d{0,4}):([123]?):)?(.+#[0-9a-f]+(?:\.\d+)?)")


class BasketError(RequestError):
    """The request holds no basket that can be read."""

    kind, title, status = "basket", "材料篮无法读取", 400


class TooLargeError(RequestError):
    """More bytes than a basket can have."""

    kind, title, status = "too-large", "材料太大", 413

    def __init__(self, most: int) -> None:
        super().__init__(
            f"发来的材料超过上限 {most >> 20} MB。一个材料篮最多 {MAX_PICKS} 段；请分成几份，"
            "或检查选中的是不是从材料篮导出的 JSON 文件。"
        )


def in_address(params: QueryParams) -> Basket | None:
    """The basket in an address; None if there is none. Raises BasketError."""
    if not any(name in params for name in _FIELDS):
        return None
    try:
        return Basket(
            title=params.get("title") or None,
            number=params.get("number") or None,
            points=tuple(map(_point, params.getlist("ask"))),
            without_precedent=tuple(map(_number, params.getlist("none"))),
            uncertain=tuple(map(_number, params.getlist("unsure"))),
            picks=_picks(params),
        )
    except ValidationError as error:
        raise BasketError(_fault(error)) from error


def address_of(basket: Basket) -> str:
    """The query string that `in_address` reads, however long."""
    bands = {band: str(place) for place, band in enumerate(_BANDS, 1)}
    fields = [("title", basket.title or ""), ("number", basket.number or "")]
    fields += [("ask", f"{point.number}:{point.text}") for point in basket.points]
    fields += [("none", str(number)) for number in basket.without_precedent]
    fields += [("unsure", str(number)) for number in basket.uncertain]
    for pick in basket.picks:
        point = "" if pick.point is None else pick.point
        fields.append(("p", f"{point}:{bands[pick.band] if pick.band else ''}:{pick.passage_id}"))
    fields += [("by", f"{at}:{pick.superseded_by}") for at, pick in enumerate(basket.picks, 1) if pick.superseded_by]
    return urlencode([(name, value) for name, value in fields if value])


def from_json(data: bytes) -> Basket:
    """The basket from the JSON that the browser keeps. Raises BasketError."""
    try:
        return Basket.model_validate(parse_json(data))
    except NotJsonError as error:
        raise BasketError(_UNREADABLE.format("内容不是材料篮")) from error
    except ValidationError as error:
        raise BasketError(_fault(error)) from error


async def posted(request: Request) -> Basket:
    """The request's body as JSON. Raises BasketError, TooLargeError."""
    return await run_in_threadpool(from_json, await read_body(request, MAX_BASKET, TooLargeError(MAX_BASKET)))


async def posted_form(request: Request) -> tuple[Basket, str]:
    """The basket in a form, and the `format` that the form asks for. Raises BasketError, TooLargeError."""
    async with _form(request, MAX_BASKET) as form:
        basket = str(form.get("basket", "")).encode("utf-8", "replace")
        return await run_in_threadpool(from_json, basket), str(form.get("format", ""))


async def posted_file(request: Request) -> Basket:
    """The basket of an exported JSON file, sent as `file`. Raises BasketError, TooLargeError."""
    async with _form(request, MAX_FILE) as form:
        file = form.get("file")
        data = await file.read() if isinstance(file, UploadFile) else b""
    if not data:
        raise BasketError("没有选中文件，或者文件是空的：请选一个从材料篮导出的 JSON 文件。")
    return await run_in_threadpool(_from_file, data)


@asynccontextmanager
async def _form(request: Request, most: int) -> AsyncIterator[FormData]:
    try:
        form = await read_form(request, most, TooLargeError(most))
    except NotAFormError as error:
        raise BasketError("表单无法读取：请返回材料篮，再试一次。") from error
    try:
        yield form
    finally:
        await form.close()


def _from_file(data: bytes) -> Basket:
    try:
        return of_sheet(Sheet.model_validate(parse_json(data)))
    except (NotJsonError, ValidationError) as error:
        raise BasketError("这不是从材料篮导出的 JSON 文件：请在材料篮里按“JSON”导出一份，再打开它。") from error


def _point(text: str) -> Point:
    match = _ASK.fullmatch(text)
    if not match:
        raise BasketError(_unread("ask", text, "序号:诉求，例如 ask=1:建议增加长者食堂"))
    return Point(number=int(match[1]), text=match[2], context="")


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 4:
        raise BasketError(_unread("none", text, "没有先例的诉求的序号，例如 none=2"))
    return int(text)


def _picks(params: QueryParams) -> tuple[Pick, ...]:
    takers = {}
    for text in params.getlist("by"):
        match = _TAKER.fullmatch(text)
        if not match:
            raise BasketError(
                _unread("by", text, "段落的序号:取代它的段落编号，例如 by=1:市民政局:松民函〔2025〕9号%233")
            )
        takers[int(match[1])] = match[2]
    picks = map(_pick, params.getlist("p"))
    return tuple(pick.model_copy(update={"superseded_by": takers.get(at)}) for at, pick in enumerate(picks, 1))


def _pick(text: str) -> Pick:
    match = _PICK.fullmatch(text)
    if not match:
        raise BasketError(_unread("p", text, "诉求:远近:段落编号，例如 p=1:2:市民政局:松民函〔2023〕51号%233"))
    point, band, passage_id = match.groups()
    return Pick(
        passage_id=passage_id, point=int(point) if point else None, band=_BANDS[int(band) - 1] if band else None
    )


def _unread(name: str, found: str, expected: str) -> str:
    return f"地址里的“{name}={found[:40]}”无法识别：应为 {expected}。地址可能没有复制完整，请让对方重新发一次。"


def _fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False)[0]
    place = ".".join(map(str, fault["loc"]))
    if fault["type"] == "too_long":
        what, most = ("段落", MAX_PICKS) if place == "picks" else ("诉求", MAX_POINTS)
        return f"{what}太多：一个材料篮最多 {most} 条{what}，这里有 {len(fault['input'])} 条。请分成几份。"
    where = f"“{place}”这一项不对" if place else "内容不是材料篮"
    return _UNREADABLE.format(where)
