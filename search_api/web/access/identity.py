"""Finds out who sends each request, and whether it may be sent at all. Runs inside OutermostMiddleware.

The setting `access` names one of three ways. open: the server listens to its own machine alone, and everybody there may
see everything. tokens: a program shows a token in the header Authorization, a browser the cookie of the session that
/login begins. proxy: the bureau's own gateway knows the user and says so in headers, which are believed from listed
addresses only. In every mode X-Forwarded-* are believed from those addresses only, too.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from urllib.parse import quote, unquote, urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from corpus.errors import DafuError
from search_api.web.access import cookies
from search_api.web.access.crossorigin import check_origin
from search_api.web.access.sessions import SessionStore
from search_api.web.access.tokens import TokenStore
from search_api.web.access.users import LOCAL, NOBODY, Right, User, rights_of, scopes_of
from search_api.web.logs import get_logger
from search_api.web.problems import RequestError, wants_html
from search_api.web.settings.model import Settings
from search_api.web.settings.networks import is_address, is_listed, is_loopback
from search_api.web.urls import path_of, root_of

_PROBES = {"/healthz", "/readyz"}  # a balancer asks by the machine's address
_FREE = {*_PROBES, "/login", "/opensearch.xml"}
_FREE_FOLDER = "/static/"
# What a proxy adds: the request comes from elsewhere, whatever its last address.
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_MAX_NAME = 64  # characters of a user's name in logs and pages
_MAX_NEXT = 2000  # characters of an address to come back to: behind a pasted text, the search page is near enough
_HOST = re.compile(r"[A-Za-z0-9._-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")

_log = get_logger()


class UnknownUserError(RequestError):
    """The request does not say who sent it, or names nobody we know."""

    kind, title, status = "unknown-reader", "需要登录", 401
    headers = {"WWW-Authenticate": 'Bearer realm="dafu"'}  # noqa: RUF012  # as starlette names it


class MissingRightError(RequestError):
    """The request needs a right that its user does not have."""

    kind, title, status = "not-for-this-reader", "没有权限", 403


class NotFromHereError(RequestError):
    """The request did not come by the way that the settings prescribe."""

    kind, title, status = "not-from-here", "不从这里访问", 403


class WrongHostError(RequestError):
    """The request names a host that is none of ours: so a page elsewhere reaches a server that trusts its machine (DNS
    rebinding), or has a link to itself written into what we answer."""

    kind, title, status = "wrong-host", "不从这个名称访问", 421


class TokensUnavailableError(RequestError):
    """The store of tokens and sessions cannot be used."""

    kind, title, status = "tokens-unavailable", "暂时无法确认身份", 503


def user_of(request: HTTPConnection) -> User:
    """The user who sent the request; NOBODY if it is answered to anyone."""
    user: User = request.scope["state"]["user"]
    return user


def require_right(request: Request, right: Right, sentence: str) -> None:
    """Raises MissingRightError with the sentence if the user lacks the right."""
    if not user_of(request).may(right):
        raise MissingRightError(sentence)


class IdentityMiddleware:
    """Puts the User into the state of the request, or raises RequestError; OutermostMiddleware answers that."""

    def __init__(self, app: ASGIApp, settings: Settings, tokens: TokenStore, sessions: SessionStore) -> None:
        self._app, self._settings, self._tokens, self._sessions = app, settings, tokens, sessions
        self._behind_proxy = ProxyHeadersMiddleware(
            self._identified,  # type: ignore[arg-type]  # uvicorn has types of its own for the same
            trusted_hosts=[str(network) for network in settings.trusted_proxies],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["user"], state["peer"] = NOBODY, scope["client"][0] if scope.get("client") else ""
        if is_listed(state["peer"], self._settings.trusted_proxies):
            _take_host(scope)
        await self._behind_proxy(scope, receive, send)  # type: ignore[arg-type]  # as above

    async def _identified(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        path = path_of(request)
        is_free = path in _FREE or path.startswith(_FREE_FOLDER)
        if self._settings.access != "open" and path not in _PROBES:  # open has hosts of its own
            _check_host(request, self._settings.allowed_hosts)
        try:
            scope["state"]["user"] = await self._user(request)
        except UnknownUserError:
            if not is_free:
                if self._settings.access != "tokens" or not wants_html(request):
                    raise
                await _to_login(request)(scope, receive, send)
                return
        except RequestError:
            if not is_free:
                raise
        check_origin(request, shows_token=self._settings.access == "tokens" and bool(_bearer(request)))
        await self._app(scope, receive, send)

    async def _user(self, request: Request) -> User:
        """Raises RequestError."""
        if self._settings.access == "open":
            return self._local(request)
        return await self._holder(request) if self._settings.access == "tokens" else self._announced(request)

    def _local(self, request: Request) -> User:
        """A caller without an address is a process of this machine. Raises NotFromHereError, WrongHostError."""
        peer, asked = request.scope["state"]["peer"], request.headers.get("host", "")
        if (is_address(peer) and not is_loopback(peer)) or any(name in request.headers for name in _FORWARDED):
            raise NotFromHereError(
                "本站现在只供在服务器本机上使用。要给别的机器用，请管理员设置 DAFU_ACCESS=tokens 并发放令牌，"
                "或设置 DAFU_ACCESS=proxy 和 DAFU_TRUSTED_PROXIES。"
            )
        if is_address(peer) and not is_loopback(_host_named(asked)):
            raise WrongHostError(
                f"本站现在只供在服务器本机上使用，地址应为 http://127.0.0.1 或 http://localhost，实际是“{asked[:100]}”。"
            )
        return LOCAL

    async def _holder(self, request: Request) -> User:
        """Raises UnknownUserError, TokensUnavailableError."""
        if token := _bearer(request):
            user = holder_of(self._tokens, token)
            if user is None:
                raise UnknownUserError("令牌不对、已收回或已过期。请向管理员要一个新的令牌。")
        elif secret := cookies.session_shown(request):
            user = await self._logged_in(secret)
            if user is None:
                raise UnknownUserError("登录已经结束：退出了、太久没有使用，或令牌已收回、过期。请在 /login 重新登录。")
        else:
            raise UnknownUserError(
                "这里要先说明身份。用浏览器请打开 /login 登录；程序请在请求头 Authorization 里写 Bearer、"
                "一个空格和令牌。令牌由管理员发放。"
            )
        return user

    async def _logged_in(self, secret: str) -> User | None:
        """The user of a session, whose use is written down now and then. Raises TokensUnavailableError."""
        with store_faults():
            session = self._sessions.find(secret)
        if session and session.is_due:
            try:
                await run_in_threadpool(self._sessions.touch, secret)
            except DafuError as error:  # a full disk must not log users out at once
                _log.warning("session not touched", reason=str(error))
        return session.user if session else None

    def _announced(self, request: Request) -> User:
        """Raises NotFromHereError, UnknownUserError."""
        settings = self._settings
        if not is_listed(request.scope["state"]["peer"], settings.trusted_proxies):
            raise NotFromHereError(
                "请从单位的登录网关打开本站，不要直接连服务器。网关的地址写在设置 DAFU_TRUSTED_PROXIES 里。"
            )
        name = _decoded(_sole_value(request, settings.user_header))
        if not name:
            raise UnknownUserError(
                f"登录网关没有说明用户是谁。请管理员让网关在请求头 {settings.user_header} 里写用户名，"
                "并去掉浏览器自己送来的同名请求头。"
            )
        scopes, rights = (
            [_decoded(part) for part in _sole_value(request, header).split(",")]
            for header in (settings.scopes_header, settings.rights_header)
        )
        return User(name[:_MAX_NAME], scopes_of(scopes), rights_of(rights))


@contextmanager
def store_faults() -> Iterator[None]:
    """Turns a fault of the store of tokens and sessions into TokensUnavailableError, and logs what it was."""
    try:
        yield
    except DafuError as error:
        _log.error("tokens unavailable", reason=str(error))
        raise TokensUnavailableError("服务器暂时无法确认身份，原因已经记入日志。请告诉管理员。") from error


def holder_of(tokens: TokenStore, secret: str) -> User | None:
    """The user whose token this is; None for a wrong one. Raises TokensUnavailableError."""
    with store_faults():
        return tokens.user(secret)


def _check_host(request: Request, allowed: Collection[str]) -> None:
    """Raises WrongHostError. Where the settings name no host, any will do."""
    asked = request.headers.get("host", "")
    if allowed and _host_named(asked) not in allowed:
        raise WrongHostError(
            f"本站没有“{asked[:100]}”这个名称。请用单位公布的地址打开；如果就是这个地址，"
            "请管理员把其中的主机名写进 DAFU_ALLOWED_HOSTS。"
        )


def _host_named(asked: str) -> str:
    """The host in a header Host, without the port; empty for what is no host."""
    return urlsplit(f"//{asked}").hostname or "" if _HOST.fullmatch(asked) else ""


def _bearer(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _sole_value(request: Request, header: str) -> str:
    """A header's value as it was sent; empty if it was not.

    Raises NotFromHereError where it was sent twice: one of them may come from somebody who poses as another.
    """
    values = request.headers.getlist(header)
    if len(values) > 1:
        raise NotFromHereError(
            f"请求头 {header} 出现了 {len(values)} 次，不知道该信哪一个。请管理员让网关覆盖它，而不是追加。"
        )
    return values[0] if values else ""


def _decoded(value: str) -> str:
    """Decodes percent-encoded or plain UTF-8, which starlette reads as Latin-1. Leaves out what cannot be printed.

    >>> _decoded("%E9%99%88"), _decoded("é\x99\x88"), _decoded("a%0Ab")
    ('陈', '陈', 'ab')
    """
    text = unquote(value.encode("latin-1").decode("utf-8", "replace"))
    return "".join(character for character in text if character.isprintable()).strip()


def _take_host(scope: Scope) -> None:
    """Makes the host that a trusted proxy was asked for the request's own; of several, that of the nearest proxy."""
    named = [value for name, value in scope["headers"] if name == b"x-forwarded-host"]
    host = named[-1].decode("latin-1").rpartition(",")[2].strip() if named else ""
    if _HOST.fullmatch(host):
        kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
        scope["headers"] = [(b"host", host.encode("ascii")), *kept]


def _to_login(request: Request) -> RedirectResponse:
    """A redirect to the login page, which knows the way back. There is none to the address of a posted form."""
    here, asked = quote(path_of(request)), request.url.query
    if asked and len(here + asked) < _MAX_NEXT:
        here += f"?{asked}"
    back = f"?{urlencode({'next': here})}" if request.method in ("GET", "HEAD") and here != "/" else ""
    return RedirectResponse(f"{root_of(request)}/login{back}", 303)
