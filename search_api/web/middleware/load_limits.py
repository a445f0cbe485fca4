"""Limits what requests may cost: how often a client asks, how much is in hand at once, how long a piece of work takes.

Runs inside IdentityMiddleware. Requests about the server itself and for static files are exempt: a busy server still
says that it is alive, and the page that says how busy it is has its style. A request that brings a body gets its slot
when the body has arrived, so that a slow upload keeps nobody from working.

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
from search_api.web.middleware.concurrency import MAX_WAIT_S, ConcurrencyLimit, NoShareError, NoSlotError, Slot
from search_api.web.middleware.rates import Allowance, Clock, Rates
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
_MAX_BODIES = 32
"""Bodies taken in at a time, each of 10 MB at most: 320 MB."""
_MAX_BODY_S = 60.0
"""For 10 MB: a line of 1.4 Mbit/s."""
MAX_FAILED_LOGINS = 10
"""How often an address may fail at once. A token is pasted, not guessed: whoever fails more often has the wrong one."""
FAILED_LOGINS_PER_S = 1 / 6
"""So often may an address fail on: no more than ten times a minute."""
_WORKS = {"search": "检索", "match": "对照提案", "upload": "上传"}


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
    """More work is in hand than can be done."""

    kind, title, status = "overloaded", "现在太忙", 503

    def __init__(self, limit: ConcurrencyLimit) -> None:
        self.headers = {"Retry-After": str(round(MAX_WAIT_S))}
        super().__init__(
            f"现在同时{_WORKS[limit.work]}的人太多（正在办 {limit.running} 件，等候 {limit.waiting} 件），"
            f"这一次没有办理。请过 {MAX_WAIT_S:.0f} 秒再试。"
        )


class ShareUsedUpError(RequestError):
    """One user has more in hand than a share of what can be done."""

    kind, title, status = "share-used-up", "同时的请求太多", 429

    def __init__(self, limit: ConcurrencyLimit) -> None:
        self.headers = {"Retry-After": str(round(MAX_WAIT_S))}
        super().__init__(
            f"您同时{_WORKS[limit.work]}的件数太多：每人最多同时办 {limit.slots_of_one} 件，其余的已经在排队。"
            "请等前面的有了结果，再发下一件。"
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
    """The client went away, and nobody reads the answer. The status is the one that nginx logs."""

    kind, title, status = "abandoned", "客户端已断开", 499

    def __init__(self) -> None:
        super().__init__("客户端在得到回答之前断开了连接，这一次没有办完。")


class SlowBodyError(RequestError):
    """A body that did not arrive in time."""

    kind, title, status = "slow-body", "上传太慢", 408

    def __init__(self) -> None:
        super().__init__(f"内容在 {_MAX_BODY_S:.0f} 秒内没有传完。请检查网络，或另存为更小的文件再传。")


class Limits:
    """The limits of an application: its clients' rates, and the slots for each kind of work."""

    def __init__(self, settings: Settings, metrics: Metrics, clock: Clock = time.monotonic) -> None:
        by_default = 0.0 if settings.access == "open" else _PER_SECOND
        per_second, queue, worked = settings.requests_per_second, settings.waiting_requests, metrics.worked
        self.rates = Rates(by_default if per_second is None else per_second, settings.request_burst, clock)
        self.failed_logins = Rates(FAILED_LOGINS_PER_S, MAX_FAILED_LOGINS, clock)
        share = 1.0 if settings.access == "open" else settings.user_share  # where nobody is asked, all are one user
        self.searches = ConcurrencyLimit("search", settings.concurrent_searches, queue, worked, share=share)
        self.matches = ConcurrencyLimit("match", settings.concurrent_matches, queue, worked, share=share)
        self.uploads = ConcurrencyLimit("upload", _MAX_BODIES, queue, worked, share=share)
        metrics.watch((self.searches, self.matches, self.uploads))
        self.seconds = {"search": settings.search_seconds, "match": settings.match_seconds}

    def allowance(self, request: Request) -> Allowance | None:
        """What its user has left after this request. Raises RateLimitedError."""
        found = self.rates.take(_client_of(request), _MATCH_COST if _is_match(request) else 1)
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
                progress = _Progress(self._limits, request, receive, at_end)
                if scope["method"] not in _BODY_METHODS:
                    await progress.begin()
                await self._app(scope, progress.receive, progress.sending(send, self._headers(allowance)))
        except RequestError as error:
            await respond(error, request)(scope, receive, send)

    def _headers(self, allowance: Allowance | None) -> dict[str, str]:
        return self._limits.rates.headers(allowance) if allowance else {}


class _Progress:
    """How far one request has come: its body first, then a slot and a time limit, while the client is watched."""

    def __init__(self, limits: Limits, request: Request, receive: Receive, at_end: AsyncExitStack) -> None:
        self._limits, self._receive, self._at_end = limits, receive, at_end
        self._is_match, self._client = _is_match(request), _client_of(request)
        self._upload: Slot | None = None
        self._slot: Slot | None = None
        self._body_ends = time.monotonic() + _MAX_BODY_S
        self._gone: asyncio.Task[Message] | None = None

    async def begin(self) -> None:
        """Starts the work. Raises OverloadedError."""
        slots = self._limits.matches if self._is_match else self._limits.searches
        self._slot = await self._slot_of(slots)
        seconds = self._limits.seconds[slots.work]
        limit = Deadline(seconds, TimedOutError(slots.work, seconds))
        deadline.limit(limit)
        self._gone = asyncio.create_task(self._until_gone(limit))
        self._at_end.push_async_callback(_stopped, self._gone)

    async def receive(self) -> Message:
        """The application's `receive`. Raises OverloadedError, SlowBodyError, AbandonedError."""
        if self._gone:
            return await asyncio.shield(self._gone)
        if not self._upload:
            self._upload = await self._slot_of(self._limits.uploads)
        try:
            async with asyncio.timeout(self._body_ends - time.monotonic()):
                message = await self._receive()
        except TimeoutError:
            raise SlowBodyError from None
        if message["type"] == "http.disconnect":
            raise AbandonedError
        if not message.get("more_body"):
            self._upload.release()
            await self.begin()
        return message

    def sending(self, send: Send, headers: dict[str, str]) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
                # A match works on while its answer is sent. Other work is done by then, and a client may read slowly.
                if self._slot and not self._is_match:
                    self._slot.release()
            await send(message)

        return send_with_headers

    async def _slot_of(self, limit: ConcurrencyLimit) -> Slot:
        try:
            slot = await limit.acquire(self._client)
        except NoShareError:
            raise ShareUsedUpError(limit) from None
        except NoSlotError:
            raise OverloadedError(limit) from None
        self._at_end.callback(slot.release)
        return slot

    async def _until_gone(self, limit: Deadline) -> Message:
        while (message := await self._receive())["type"] != "http.disconnect":
            pass
        limit.cancel(AbandonedError())
        return message


async def _stopped(task: asyncio.Task[Message]) -> None:
    task.cancel()
    await asyncio.wait([task])


def _client_of(request: Request) -> str:
    """Whom the limits count: the user, or the address of one who is not known."""
    user = user_of(request)
    return f"@{request.client.host if request.client else ''}" if user is NOBODY else user.name


def _is_match(request: Request) -> bool:
    return request.method == "POST" and path_of(request) in _MATCHES


def _is_exempt(request: Request) -> bool:
    path = path_of(request)
    return path in EXEMPT or path.startswith("/static/")
