"""Answers to machines about the server itself. None of them waits for a slot (see limits)."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from search_api.web.access.identity import require_right, user_of
from search_api.web.deps import Live
from search_api.web.metrics import CONTENT_TYPE, Metrics
from search_api.web.middleware.audit import Audit
from search_api.web.middleware.load_limits import Limits
from search_api.web.problems import documented

router = APIRouter(tags=["运行"])

_FAULT = "新的一代索引打不开，仍用原来的一代；原因请管理员看 /status 或日志。"


class Health(BaseModel):
    status: str


class Readiness(BaseModel):
    """`generation` is the number of the live one; `broken_generation` says why a newer one is not.

    `audit_failing`: the latest line of the audit could not be written. `overloaded`: the next search would be refused.
    Still ready: a refusal is an answer, quick and with Retry-After, and a load balancer that took the server away for
    it would leave its users with none.
    """

    status: str
    generation: int
    documents: int
    passages: int
    broken_generation: str | None
    overloaded: bool
    audit_failing: bool


@router.get("/healthz", summary="进程是否在运行")
async def healthz() -> Health:
    """只要进程在运行就答 200，不看索引。"""
    return Health(status="ok")


@router.get("/readyz", summary="能否回答检索", responses=documented(503))
def readyz(request: Request, live: Live) -> Readiness:
    """索引已打开时答 200；没有索引或索引打不开时答 503 并说明原因，索引就绪后自动恢复。

    新建的一代索引打不开时仍用原来的一代回答，所以仍答 200，broken_generation 说明原因。
    太忙时也答 200，overloaded 为 true：这时超出的请求会立刻得到 503，均衡器不必把本机撤下。
    audit_failing 为 true 表示最近一条审计记录没有写成：检索照常，请管理员看日志。
    """
    limits: Limits = request.app.state.limits
    audit: Audit = request.app.state.audit
    manifest, fault = live.snapshot.manifest, live.snapshots.fault
    if fault and not user_of(request).may("admin"):
        fault = _FAULT  # the sentence names folders of the server, and anybody may ask this
    return Readiness(
        status="ready",
        generation=manifest.generation,
        documents=manifest.documents,
        passages=manifest.passages,
        broken_generation=fault,
        overloaded=limits.searches.is_full,
        audit_failing=audit.fault is not None,
    )


@router.get("/metrics", summary="Prometheus 指标", response_class=Response, responses=documented(403))
def metrics(request: Request) -> Response:
    """请求数、用时、正在办和排队的件数、拒绝的原因、索引的状态、进程占用的内存等；要有 admin 权利。"""
    require_right(request, "admin", "指标只给管理员看：请在请求里带上有 admin 权利的令牌，或从服务器本机上取。")
    figures: Metrics = request.app.state.metrics
    return Response(figures.exposition(), media_type=CONTENT_TYPE)
