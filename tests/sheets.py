"""Sheets of chosen passages, written piece by piece; and a Word file read back."""

from datetime import date
from io import BytesIO

import docx

from search_api.desk.sheet import Sheet, SheetPassage, SheetPoint

TODAY = date(2026, 3, 9)


def passage(**changes: object) -> SheetPassage:
    return SheetPassage.model_validate(
        {
            "doc_id": "松民函2021-42",
            "passage_number": 4,
            "title": "关于加快建设长者食堂的建议",
            "agency": "松澜市民政局",
            "doc_number": "松民函〔2021〕42号",
            "proposal_number": "1087",
            "replied_on": date(2021, 7, 2),
            "section": "三、送餐上门。",
            "text": "46家中有28家能送。\n今年送出6.3万份。",
            "band": "高度相关",
            "citation": "松澜市民政局：《关于加快建设长者食堂的建议》答复，松民函〔2021〕42号，2021-07-02，第4段",
            "address": "http://10.1.2.3:8000/documents/松民函2021-42?passage=4",
        }
        | changes
    )


def point(*passages: SheetPassage, **changes: object) -> SheetPoint:
    plain = {"number": 1, "text": "送餐上门。", "context": "老人下不了楼。", "precedent": True}
    return SheetPoint.model_validate({**plain, "passages": passages, **changes})


def sheet(*points: SheetPoint, title: str | None = "关于独居老人的提案", number: str | None = "20260031") -> Sheet:
    return Sheet(title=title, number=number, made_on=TODAY, points=points)


def lines_of(data: bytes) -> list[str]:
    """What stands in a Word file, as python-docx reads it."""
    return [p.text for p in docx.Document(BytesIO(data)).paragraphs if p.text]
