"""What does a pasted proposal ask? `split_proposal` separates title, number, preamble and points.

Not for: reply letters (`corpus.parser`), and finding answers to a point (`search_api.match`).

The steps: `paragraphs` gives the lines of the pasted text; `head` and `tail` cut off everything around the proposal's
body; `outline` cuts the body at `marks` (numbering) and announcements; `asks`, `items` and `tables` decide by form
which stretches are points, and in running text `labeller` does, by learnt weights of `features`; `pieces` puts all
stretches in order, each with its role; `places` finds them in the pasted text, `unused` what no point has. The
vocabulary is in `headings`, `requests` and, for forms, `labels`.
"""

from corpus.proposals.head import number_of
from corpus.proposals.labeller import Meaning
from corpus.proposals.model import Point, Proposal, Role, Sentence, Stretch
from corpus.proposals.pieces import pieces_of
from corpus.proposals.places import stretches_of
from corpus.proposals.unused import unused_of

__all__ = ["Meaning", "Point", "Proposal", "Sentence", "Stretch", "split_proposal", "stretches_of"]


def split_proposal(text: str, meaning: Meaning | None = None) -> Proposal:
    """The parts of a pasted proposal. Any text that is not blank has at least one point; a single ask is one point.

    The wording stays. Lines broken by a page are joined; the numbers of points, and names and courtesies around the
    proposal, are left out. Where `meaning` is given, what sentences mean counts beside their words.

    >>> proposal = split_proposal('''关于夜间公交的提案（第12号）
    ... 末班车太早。为此建议：
    ... 一、延长运营时间。上夜班的市民回不了家。
    ... 二、在高铁站设夜间专线。''')
    >>> proposal.title, proposal.number, proposal.preamble
    ('关于夜间公交的提案', '12', '末班车太早。为此建议：')
    >>> [(point.text, point.context) for point in proposal.points]
    [('延长运营时间。', '上夜班的市民回不了家。'), ('在高铁站设夜间专线。', '')]
    """
    stretches: dict[tuple[Role, int], list[str]] = {}
    before: tuple[Role, int] | None = None
    pieces = pieces_of(text, meaning)
    for piece in pieces:
        key = piece.role, piece.point
        goes_on = key == before and not piece.starts_line
        stretches.setdefault(key, []).append(piece.text if goes_on else "\n" + piece.text)
        before = key

    def joined(role: Role, point: int = 0) -> str:
        lines = "".join(stretches.get((role, point), ())).split("\n")
        return "\n".join(line.strip() for line in lines if line.strip())

    title = joined("title").replace("\n", "")
    number = joined("number")
    points = max((point for _, point in stretches), default=0)
    return Proposal(
        title=title.removeprefix("《").removesuffix("》") or None,
        number=number_of(number) if number else None,
        preamble=joined("preamble"),
        points=tuple(
            Point(number=point, text=joined("ask", point), context=joined("context", point))
            for point in range(1, points + 1)
        ),
        unused=tuple(unused_of(text, pieces)),
    )
