"""What machines ask of the server itself."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from search_api.web.api import Live
from search_api.web.metrics import CONTENT_TYPE, Metrics
from search_api.web.problems import documented

router = APIRouter(tags=["运行"])


class Health(BaseModel):
    status: str


class Readiness(BaseModel):
    """`generation` is the number of the live one."""

    status: str
    generation: int
    documents: int
    passages: int


@router.get("/healthz", summary="进程是否在运行")
async def healthz() -> Health:
    """只要进程在运行就答 200，不看索引。"""
    return Health(status="ok")


@router.get("/readyz", summary="能否回答检索", responses=documented(503))
def readyz(live: Live) -> Readiness:
    """索引已打开时答 200；没有索引或索引打不开时答 503 并说明原因，索引就绪后自动恢复。"""
    manifest = live.generation().manifest
    return Readiness(
        status="ready", generation=manifest.generation, documents=manifest.documents, passages=manifest.passages
    )


@router.get("/metrics", summary="Prometheus 指标", response_class=Response)
def metrics(request: Request) -> Response:
    """请求数、各路径的用时分布、世代编号、答复与段落数。"""
    figures: Metrics = request.app.state.metrics
    return Response(figures.exposition(), media_type=CONTENT_TYPE)
