"""From a sheet to a draft: its points in their order, with what must be known of each passage."""

from collections.abc import Iterable, Sequence

from indexer.snapshot import Snapshot
from search_api.analyses.commitments import open_commitments
from search_api.analyses.newer import NewerFigure, newer_figures
from search_api.desk.draft import wording
from search_api.desk.draft.model import Draft, DraftPoint, Material, OpenCommitment
from search_api.desk.sheet import Sheet, SheetPassage, SheetPoint
from search_api.desk.sheet.wording import one_line


def drafted(snapshot: Snapshot, sheet: Sheet, commitments: Sequence[OpenCommitment] = ()) -> Draft:
    """The sheet as a draft. `commitments` are the open ones of its documents; those of other documents are left out."""
    chosen = [passage for point in sheet.points for passage in point.passages]
    newer = newer_figures(snapshot, {passage.passage_id for passage in chosen})
    points, note = [], 0
    for place, point in enumerate(sheet.points, 1):
        materials = []
        for passage in point.passages:
            note += 1
            remarks = [
                *wording.remarks_on(passage),
                *map(_of_figure, newer.get(passage.passage_id, ())),
                *_of_commitments(passage, commitments),
            ]
            materials.append(Material(passage=passage, note=note, remarks=tuple(remarks)))
        points.append(_point(point, place, materials))
    return Draft(
        title=sheet.title,
        number=sheet.number,
        kind=wording.kind_of(sheet.title, sheet.number),
        made_on=sheet.made_on,
        points=tuple(points),
    )


def draft_of(snapshot: Snapshot, sheet: Sheet) -> Draft:
    """The draft of a sheet, with the commitments of its passages that are not due yet."""
    chosen = {passage.passage_id for point in sheet.points for passage in point.passages}
    open_ones = open_commitments(snapshot, chosen, sheet.made_on)
    told = [OpenCommitment(doc_id=c.doc_id, passage_id=c.passage_id, quote=c.quote, by=c.due.by) for c in open_ones]
    return drafted(snapshot, sheet, told)


def _point(point: SheetPoint, place: int, materials: Iterable[Material]) -> DraftPoint:
    return DraftPoint(
        number=point.number,
        heading=wording.heading_of(point, place),
        materials=tuple(materials),
        remarks=tuple(wording.remarks_of(point)),
    )


def _of_figure(found: NewerFigure) -> str:
    old, new = found.stated, found.newer
    return (
        f"数据有更新：{found.place}{found.indicator}，{old.period}为{old.value}{found.unit}（“{one_line(old.quote)}”），"
        f"{new.period}为{new.value}{found.unit}（“{one_line(new.quote)}”，见 {new.passage_id or new.doc_id}）。"
    )


def _of_commitments(passage: SheetPassage, commitments: Sequence[OpenCommitment]) -> list[str]:
    """The open commitments of a passage, and those of its document that stand in no passage."""
    return [
        f"这里有尚未见到兑现的承诺：“{one_line(each.quote)}”" + (f"，期限 {each.by}。" if each.by else "，没有写期限。")
        for each in commitments
        if each.passage_id == passage.passage_id or (each.passage_id is None and each.doc_id == passage.doc_id)
    ]
