"""Logs users in by a token, with which a session begins, and out again."""

import math
import re
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from search_api.web.access import cookies
from search_api.web.access.identity import holder_of, store_faults
from search_api.web.access.sessions import SessionStore
from search_api.web.logs import get_logger
from search_api.web.middleware.audit import note
from search_api.web.middleware.load_limits import Limits
from search_api.web.problems import RequestError
from search_api.web.rendering.templating import METHODS, page
from search_api.web.settings.model import Settings
from search_api.web.uploads.bodies import read_body
from search_api.web.urls import root_of

router = APIRouter(include_in_schema=False)

_MAX_FORM = 16 << 10  # bytes of the form; the way back is the longest part of it
# A path of this site. Browsers read //host and /\host as another site, and take tabs and line ends out first.
_HERE = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
_ENTRANCES = ("/login", "/logout")

_log = get_logger()


class LoginTooLargeError(RequestError):
    """The form is larger than any of ours."""

    kind, title, status = "login-too-large", "内容太长", 413


@router.api_route("/login", methods=METHODS, response_class=HTMLResponse)
def login_page(request: Request) -> HTMLResponse:
    _only_with_tokens(request)
    return _page(request, request.query_params.get("next", ""))


@router.post("/login")
async def login(request: Request) -> Response:
    """The form is read by hand: its sender is nobody yet, and a form's parser takes in files."""
    _only_with_tokens(request)
    body = await read_body(request, _MAX_FORM, LoginTooLargeError("登录的内容太长。请只粘贴令牌。"))
    form = parse_qs(body.decode("utf-8", "replace"))
    secret, back = (form.get(name, [""])[0].strip() for name in ("token", "next"))
    limits: Limits = request.app.state.limits
    address = request.client.host if request.client else ""
    failures = limits.failed_logins.look(address)
    if failures and failures.wait:
        wait = math.ceil(failures.wait)
        fault = f"失败的次数太多。请等 {wait} 秒再试；令牌找不到了，请向管理员要一个新的。"
        return _page(request, back, fault, 429, {"Retry-After": str(wait)})
    user = await run_in_threadpool(holder_of, request.app.state.tokens, secret)
    if user is None:
        limits.failed_logins.take(address)
        _log.warning("login failed", address=address)
        return _page(request, back, "令牌不对、已收回或已过期。请完整地粘贴，或向管理员要一个新的。", 401)
    note(request, user=user.name)
    answer = RedirectResponse(root_of(request) + local(back), 303)
    cookies.keep_session(answer, request, await run_in_threadpool(_begin, request, secret))
    return answer


@router.post("/logout")
def logout(request: Request) -> Response:
    _only_with_tokens(request)
    _end(request)
    answer = RedirectResponse(f"{root_of(request)}/login", 303)
    cookies.forget_session(answer, request)
    return answer


def _begin(request: Request, token: str) -> str:
    """The secret of a new session, which takes the place of the browser's old one. Raises TokensUnavailableError."""
    _end(request)
    sessions: SessionStore = request.app.state.sessions
    with store_faults():
        return sessions.begin(token)


def _end(request: Request) -> None:
    """Ends the browser's session on the server. Raises TokensUnavailableError."""
    sessions: SessionStore = request.app.state.sessions
    if secret := cookies.session_shown(request):
        with store_faults():
            sessions.end(secret)


def local(address: str) -> str:
    """The address if it is a path of this site, else the front page.

    >>> local("/documents/1?passage=2"), local("//evil.example"), local("https://evil.example")
    ('/documents/1?passage=2', '/', '/')
    """
    is_here = _HERE.fullmatch(address) and not address.startswith(_ENTRANCES)
    return address if is_here else "/"


def _only_with_tokens(request: Request) -> None:
    """Raises HTTPException: there is nothing to log in to."""
    settings: Settings = request.app.state.settings
    if settings.access != "tokens":
        raise HTTPException(404)


def _page(
    request: Request, back: str, fault: str = "", status: int = 200, headers: dict[str, str] | None = None
) -> HTMLResponse:
    values = {"back": local(back), "fault": fault}
    headers = {"Cache-Control": "no-store", **(headers or {})}
    answer = page(request, "login.html", values, status=status, headers=headers)
    cookies.forget_former(answer, request)
    return answer
