"""Stops pages of other sites from making a user's browser change anything here (CSRF).

The rules are those of CrossOriginProtection in Go's net/http (Go 1.25; Filippo Valsorda, "Cross-Site Request Forgery",
2025), with two differences. Go lets a request pass that has neither Sec-Fetch-Site nor Origin, because every browser
since 2020 sends one of them; here such a request must not carry a cookie either, nor a Referer of another site, for a
bureau's browsers may be older. A request that shows its token in the header Authorization needs no check: no browser
adds that by itself.
"""

from urllib.parse import urlsplit

from starlette.requests import Request

from search_api.web.problems import RequestError

_SAFE = {"GET", "HEAD", "OPTIONS"}


class CrossOriginError(RequestError):
    """The request was sent by a page of another site, or cannot be told from such a request."""

    kind, title, status = "cross-origin", "不是从本站的网页发出的", 403

    def __init__(self, found: str) -> None:
        super().__init__(
            f"这个请求不像是本站的网页发出的（{found}），所以没有执行。请回到本站的网页再试一次。"
            "如果就是在本站的网页上，请管理员检查代理：要把浏览器用的主机名和端口原样传来（Host 或 X-Forwarded-Host）。"
        )


def check_origin(request: Request, *, shows_token: bool) -> None:
    """Raises CrossOriginError. `shows_token`: the user is known by the header Authorization."""
    if request.method in _SAFE or shows_token:
        return
    headers = request.headers
    if site := headers.get("sec-fetch-site"):
        if site not in ("same-origin", "none"):
            raise CrossOriginError(f"Sec-Fetch-Site 是 {site[:20]}")
    elif (origin := headers.get("origin")) is not None:
        if urlsplit(origin).netloc != headers.get("host"):
            raise CrossOriginError(f"Origin 是 {origin[:100]}，本站是 {headers.get('host', '')[:100]}")
    elif referer := headers.get("referer"):
        if urlsplit(referer).netloc != headers.get("host"):
            raise CrossOriginError("Referer 是别的网站")
    elif "cookie" in headers:
        raise CrossOriginError("有 Cookie，却没有 Sec-Fetch-Site、Origin 和 Referer")
