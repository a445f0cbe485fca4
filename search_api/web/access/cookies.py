"""The cookie in which a browser keeps the secret of its session.

Over TLS its name begins with __Host-: no other host of the domain, and nothing that was sent in plain, can put another
one in its place (RFC 6265bis, 4.1.3.2). Such a cookie belongs to the whole host, so a site under a path has a name of
its own. A browser on plain http gets a cookie of another name, which is not looked at over TLS.
"""

from starlette.requests import Request
from starlette.responses import Response

from search_api.web.access.tokens import hash_of
from search_api.web.urls import root_of

PLAIN = "dafu_session"

_FORMER = "dafu_token"  # held the token itself, for thirty days


def session_shown(request: Request) -> str:
    """The secret that the browser shows; empty if it shows none."""
    return request.cookies.get(_name(request), "")


def keep_session(answer: Response, request: Request, secret: str) -> None:
    """Has the browser keep the secret until it is closed; the server may end the session before."""
    answer.set_cookie(
        _name(request), secret, path=_path(request), secure=_is_tls(request), httponly=True, samesite="lax"
    )


def forget_session(answer: Response, request: Request) -> None:
    """Has the browser forget its secret, and a token that a former version of the program left with it."""
    answer.delete_cookie(_name(request), path=_path(request), secure=_is_tls(request), httponly=True, samesite="lax")
    forget_former(answer, request)


def forget_former(answer: Response, request: Request) -> None:
    """Has the browser forget a token that a former version of the program left with it."""
    if _FORMER in request.cookies:
        answer.delete_cookie(_FORMER, path=root_of(request) or "/", httponly=True, samesite="lax")


def _name(request: Request) -> str:
    if not _is_tls(request):
        return PLAIN
    root = root_of(request)
    return f"__Host-{PLAIN}" + (f"-{hash_of(root)[:8]}" if root else "")


def _path(request: Request) -> str:
    return "/" if _is_tls(request) else root_of(request) or "/"


def _is_tls(request: Request) -> bool:
    return request.url.scheme == "https"
