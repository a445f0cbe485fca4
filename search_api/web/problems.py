"""One map from exception to answer: problem+json (RFC 9457) for programs, the same sentence on a page for people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from corpus import machine
from corpus.errors import DafuError
from search_api.query.language import QueryError
from search_api.web.logs import get_logger
from search_api.web.rendering.templating import page
from search_api.web.urls import path_of

_MAX_FAULTS = 5  # that one answer tells
_MACHINE_PATHS = ("/api/", "/healthz", "/readyz", "/metrics", "/openapi.json")

_log = get_logger()


class Problem(BaseModel):
    """RFC 9457. `detail` is a Chinese sentence that a person can act on."""

    type: str
    title: str
    status: int
    detail: str
    instance: str


class RequestError(DafuError):
    """A request cannot be answered. Each kind has its own fields in the Problem.

    An error that knows when to try again has `headers` with Retry-After.
    """

    kind: str
    title: str
    status: int


class DocumentNotFoundError(RequestError):
    """No document of this id in the live generation."""

    kind, title, status = "document-not-found", "没有这份答复", 404

    def __init__(self, doc_id: str) -> None:
        super().__init__(f"没有编号为“{doc_id}”的答复：它可能已从档案中移除，或者地址抄写有误。请回到检索页重新查找。")


_STATUS_SENTENCES = {
    404: ("not-found", "没有这个地址", "没有“{path}”这个地址。请检查地址，或从首页开始；接口的说明在 /docs。"),
    405: ("method-not-allowed", "不支持这种请求", "“{path}”不支持 {method} 请求。接口的说明在 /docs。"),
}


def problem_of(error: Exception, request: Request) -> Problem:
    """The Problem for an exception. Of an unforeseen one it says only that it is in the log."""
    if isinstance(error, QueryError):
        name, title, status, detail = "query", "查询无法理解", 400, str(error)
    elif isinstance(error, RequestError):
        name, title, status, detail = error.kind, error.title, error.status, str(error)
    elif isinstance(error, DafuError):
        name, title, status, detail = "index-unavailable", "索引暂时不可用", 503, str(error)
    elif isinstance(error, RequestValidationError):
        name, title, status, detail = "parameter", "参数不正确", 422, _parameters(error.errors())
    elif isinstance(error, HTTPException):
        status = error.status_code
        name, title, sentence = _STATUS_SENTENCES.get(status, ("http", "请求无法处理", str(error.detail)))
        detail = sentence.format(path=request.url.path, method=request.method)
    elif fault := machine.fault_of(error):
        name, title, status = "machine", "服务器暂时做不到", 503
        detail = f"服务器{fault.name}，这次没有做成。请稍后再试；管理员：{fault.advice}。"
    else:
        name, title, status = "internal", "程序内部错误", 500
        detail = f"程序出了内部错误，已经记入日志。请把请求编号 {request_id(request)} 告诉管理员。"
    request.scope.setdefault("state", {})["problem"] = name  # for the log and the figures
    return Problem(
        type=f"urn:dafu:problem:{name}", title=title, status=status, detail=detail, instance=request.url.path
    )


def respond(error: Exception, request: Request) -> Response:
    """The answer to an exception, in the form that the path and the Accept header ask for."""
    problem = problem_of(error, request)
    if problem.status >= 500:
        log = _log.error if problem.status == 500 else _log.warning
        log("request failed", problem=problem.type, reason=problem.detail, exc_info=problem.status == 500 and error)
    headers = dict(getattr(error, "headers", None) or {})
    if wants_html(request):
        return page(request, "error.html", {"problem": problem}, status=problem.status, headers=headers)
    return JSONResponse(problem.model_dump(), problem.status, headers, media_type="application/problem+json")


async def handle(request: Request, error: Exception) -> Response:
    """`respond` as Starlette calls it."""
    return respond(error, request)


def ending_with_problem(lines: Iterator[str], request: Request) -> Iterator[str]:
    """JSON lines, and where they end with an error, its Problem as the last one: the status has been sent by then."""
    try:
        yield from lines
    except DafuError as error:
        yield problem_of(error, request).model_dump_json() + "\n"


def wants_html(request: Request) -> bool:
    """Whether the answer is a page: never for the machine's paths, else unless the client asks for JSON alone."""
    accepted = request.headers.get("accept", "")
    return not path_of(request).startswith(_MACHINE_PATHS) and ("html" in accepted or "json" not in accepted)


def request_id(request: Request) -> str:
    """The id that the log and the header X-Request-ID carry."""
    return str(request.scope.get("state", {}).get("request_id", "-"))


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems of an endpoint as OpenAPI describes them."""
    titles = {400: "查询无法理解", 403: "没有权限", 404: "没有这份答复", 413: "文件太大", 415: "内容的类型不对"}
    titles |= {422: "参数不正确", 429: "请求过于频繁", 503: "索引暂时不可用，或者太忙", 504: "用时超过上限"}
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {"application/problem+json": {"schema": schema}}
    return {status: {"description": titles[status], "content": content} for status in statuses}


def _parameters(errors: Sequence[Mapping[str, Any]]) -> str:
    """The first of the faults: a list may have thousands."""
    told = "；".join(f"参数 {error['loc'][-1]} {_fault(error)}" for error in errors[:_MAX_FAULTS])
    more = f"；还有 {len(errors) - _MAX_FAULTS} 处" if len(errors) > _MAX_FAULTS else ""
    return f"{told}{more}。接口的说明在 /docs。"


def _fault(error: Mapping[str, Any]) -> str:
    limits = error.get("ctx", {})
    sentences = {
        "missing": "没有给出",
        "int_parsing": "应为整数",
        "bool_parsing": "应为 true 或 false",
        "greater_than_equal": f"应不小于 {limits.get('ge')}",
        "less_than_equal": f"应不大于 {limits.get('le')}",
        "literal_error": f"应为 {str(limits.get('expected', '')).replace(' or ', '、').replace(', ', '、')} 之一",
    }
    found = "" if error["type"] == "missing" else f"，实际是“{str(error['input'])[:40]}”"
    return sentences.get(error["type"], "的值不正确") + found
