"""What one request may cost: how often a client asks, how much is in hand at once, how long a piece of work goes on.

Stands inside IdentityMiddleware. What machines ask of the server itself, and files, pass by: a server that has its
hands full still says that it is alive, and a page that says so has its style. A request that brings a body gets its
place among the work when the body is here, so that a slow upload keeps nobody from working.

Not for: how large a body, a query or a result may be (see uploads, search_api.query and api).
"""

import asyncio
import math
import time
from contextlib import AsyncExitStack

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from indexer import deadline
from indexer.deadline import Deadline
from search_api.web.access.identity import user_of
from search_api.web.access.users import NOBODY
from search_api.web.metrics import Metrics
from search_api.web.middleware.concurrency import PATIENCE_S, Gate, GateFullError, Place
from search_api.web.middleware.rates import Allowance, Rates
from search_api.web.problems import RequestError, respond
from search_api.web.settings.model import Settings
from search_api.web.urls import path_of

EXEMPT = {"/healthz", "/readyz", "/metrics", "/embed.js", "/feedback.css", "/opensearch.xml"}
_MATCHES = {"/match", "/api/v1/match"}
_BODY_METHODS = {"POST", "PUT", "PATCH"}

_MATCH_COST = 5
"""Requests that a match counts as: it searches once for each of some five asks."""
_PER_SECOND = 10.0
"""Requests of one user, if the settings do not say: somebody who types gets suggestions eight times a second."""
_BODIES = 32
"""Bodies taken in at a time, each of 10 MB at most: 320 MB."""
_BODY_SECONDS = 60.0
"""For 10 MB: a line of 1.4 Mbit/s."""


class RateLimitedError(RequestError):
    """A client asks too often."""

    kind, title, status = "rate-limited", "请求过于频繁", 429

    def __init__(self, wait: float) -> None:
        seconds = math.ceil(wait)
        self.headers = {"Retry-After": str(seconds)}
        super().__init__(
            f"您这里发来的请求过于频繁，请 {seconds} 秒后再试。程序请按响应头 Retry-After 等待；"
            "确需更快，请管理员调整 DAFU_REQUESTS_PER_SECOND。"
        )


class OverloadedError(RequestError):
    """More is in hand than can be done."""

    kind, title, status = "overloaded", "现在太忙", 503

    def __init__(self, gate: Gate) -> None:
        self.headers = {"Retry-After": str(round(PATIENCE_S))}
        what = {"search": "检索", "match": "对照提案", "upload": "上传"}[gate.work]
        super().__init__(
            f"现在同时{what}的人太多（正在办 {gate.running} 件，等候 {gate.waiting} 件），这一次没有办理。"
            f"请过 {PATIENCE_S:.0f} 秒再试。"
        )


class TimedOutError(RequestError):
    """A piece of work took longer than it may, and was stopped."""

    kind, title, status = "timed-out", "用时超过上限", 504

    def __init__(self, work: str, seconds: float) -> None:
        advice = {
            "search": "请加上单位、年份等条件，或把很短的“精确词语”换成更长的，再试一次",
            "match": "请把诉求分几次查，或只留需要答复的部分，再试一次",
        }[work]
        super().__init__(
            f"用了 {seconds:g} 秒还没有办完，已经停止。{advice}；"
            f"经常如此，请管理员检查服务器的负载，或调大 DAFU_{work.upper()}_SECONDS。"
        )


class AbandonedError(RequestError):
    """The client went away; nobody reads the answer. The status is the one that nginx logs."""

    kind, title, status = "abandoned", "客户端已断开", 499

    def __init__(self) -> None:
        super().__init__("客户端在得到回答之前断开了连接，这一次没有办完。")


class SlowBodyError(RequestError):
    """A body that did not arrive in time."""

    kind, title, status = "slow-body", "上传太慢", 408

    def __init__(self) -> None:
        super().__init__(f"内容在 {_BODY_SECONDS:.0f} 秒内没有传完。请检查网络，或另存为更小的文件再传。")


class Limits:
    """Of an application: its gates and its clients' rates."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        by_default = 0.0 if settings.access == "open" else _PER_SECOND
        per_second = settings.requests_per_second
        self.rates = Rates(by_default if per_second is None else per_second, settings.request_burst)
        self.searches = Gate("search", settings.concurrent_searches, settings.waiting_requests, metrics.worked)
        self.matches = Gate("match", settings.concurrent_matches, settings.waiting_requests, metrics.worked)
        self.uploads = Gate("upload", _BODIES, settings.waiting_requests, metrics.worked)
        metrics.watch((self.searches, self.matches, self.uploads))
        self.seconds = {"search": settings.search_seconds, "match": settings.match_seconds}

    def allowance(self, request: Request) -> Allowance | None:
        """What is left after this request. Raises RateLimitedError."""
        user = user_of(request)
        client = f"@{request.client.host if request.client else ''}" if user is NOBODY else user.name
        found = self.rates.take(client, _MATCH_COST if _is_match(request) else 1, time.monotonic())
        if found and found.wait:
            raise RateLimitedError(found.wait)
        return found


class LimitsMiddleware:
    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app, self._limits = app, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_exempt(request := Request(scope)):
            await self._app(scope, receive, send)
            return
        try:
            allowance = self._limits.allowance(request)
            async with AsyncExitStack() as at_end:
                visit = _Visit(self._limits, request, receive, at_end)
                if scope["method"] not in _BODY_METHODS:
                    await visit.begin()
                await self._app(scope, visit.receive, visit.sending(send, self._headers(allowance)))
        except RequestError as error:
            await respond(error, request)(scope, receive, send)

    def _headers(self, allowance: Allowance | None) -> dict[str, str]:
        return self._limits.rates.headers(allowance) if allowance else {}


class _Visit:
    """One request on its way: its body first, then a place and a time for the work, and an eye on the client."""

    def __init__(self, limits: Limits, request: Request, receive: Receive, at_end: AsyncExitStack) -> None:
        self._limits, self._receive, self._at_end = limits, receive, at_end
        self._is_match = _is_match(request)
        self._upload: Place | None = None
        self._place: Place | None = None
        self._body_ends = time.monotonic() + _BODY_SECONDS
        self._gone: asyncio.Task[Message] | None = None

    async def begin(self) -> None:
        """The work begins. Raises OverloadedError."""
        gate = self._limits.matches if self._is_match else self._limits.searches
        self._place = await self._place_in(gate)
        seconds = self._limits.seconds[gate.work]
        limit = Deadline(seconds, TimedOutError(gate.work, seconds))
        deadline.limit(limit)
        self._gone = asyncio.create_task(self._until_gone(limit))
        self._at_end.push_async_callback(_stopped, self._gone)

    async def receive(self) -> Message:
        """As the application calls it. Raises OverloadedError, SlowBodyError, AbandonedError."""
        if self._gone:
            return await asyncio.shield(self._gone)
        if not self._upload:
            self._upload = await self._place_in(self._limits.uploads)
        try:
            async with asyncio.timeout(self._body_ends - time.monotonic()):
                message = await self._receive()
        except TimeoutError:
            raise SlowBodyError from None
        if message["type"] == "http.disconnect":
            raise AbandonedError
        if not message.get("more_body"):
            self._upload.give_back()
            await self.begin()
        return message

    def sending(self, send: Send, headers: dict[str, str]) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
                # A match goes on while its answer is sent; of all else, only a client that reads slowly goes on.
                if self._place and not self._is_match:
                    self._place.give_back()
            await send(message)

        return send_with_headers

    async def _place_in(self, gate: Gate) -> Place:
        try:
            place = await gate.enter()
        except GateFullError:
            raise OverloadedError(gate) from None
        self._at_end.callback(place.give_back)
        return place

    async def _until_gone(self, limit: Deadline) -> Message:
        while (message := await self._receive())["type"] != "http.disconnect":
            pass
        limit.cancel(AbandonedError())
        return message


async def _stopped(task: asyncio.Task[Message]) -> None:
    task.cancel()
    await asyncio.wait([task])


def _is_match(request: Request) -> bool:
    return request.method == "POST" and path_of(request) in _MATCHES


def _is_exempt(request: Request) -> bool:
    path = path_of(request)
    return path in EXEMPT or path.startswith("/static/")
