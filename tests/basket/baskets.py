"""Baskets of documents whose ids are known, and how one is exported."""

from datetime import date

from starlette.testclient import TestClient

from corpus.masked import masked_document
from corpus.passages import split
from corpus.proposals import Point
from search_api.desk.basket import Basket, Pick
from search_api.types import Band
from tests.letters import parsed

TODAY = date(2026, 3, 9)
CANTEEN, LIFT = "松澜市民政局:长者食堂", "松澜市民政局:加装电梯"
TEXTS = {
    CANTEEN: "一、办理情况\n食堂每餐补贴两元，订餐请拨打86605678。",
    LIFT: "一、补贴\n加装电梯每台补贴十五万元。\n二、审批\n审批压缩到三十日。",
}
POINTS = (
    Point(number=1, text="多建长者食堂。", context="老人吃饭难。\n子女不在身边。"),
    Point(number=2, text="给电梯补贴。", context=""),
    Point(number=3, text="建海底隧道。", context=""),
)


def pick(doc_id: str, number: int = 1, point: int | None = None, band: Band | None = None) -> Pick:
    return Pick(passage_id=named(doc_id, number), point=point, band=band)


def named(doc_id: str, number: int) -> str:
    """The address of a known document's passage; by its number where the document has no such passage."""
    passages = {p.number: p.anchor for p in split(masked_document(parsed(TEXTS[doc_id])))} if doc_id in TEXTS else {}
    return f"{doc_id}#{passages.get(number, number)}"


def filled(*picks: Pick) -> Basket:
    chosen = picks or (pick(CANTEEN, point=1, band="高度相关"), pick(LIFT, 2, 2, "相关"), pick(LIFT))
    return Basket(title="关于一老一小的提案", number="20260031", points=POINTS, without_precedent=(3,), picks=chosen)


def export(client: TestClient, basket: Basket, file_format: str) -> bytes:
    answer = client.post("/basket/export", data={"basket": basket.model_dump_json(), "format": file_format})
    assert answer.status_code == 200, answer.text
    return answer.content


JSON_ONLY = {"accept": "application/json"}
