"""Reads the head of a proposal: keeps title and number, leaves out the form around them, names and salutations.

The head ends at the first line that no rule knows. Not for: the tail, which is in `tail`.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import islice

from corpus.language.agencies import compact
from corpus.language.dates import is_date_line
from corpus.language.numbering import numbering
from corpus.language.numerals import to_int
from corpus.proposals.folding import fold
from corpus.proposals.headings import announced_part, heading_part
from corpus.proposals.labels import NUMERAL, STATED_NUMBER, label_of
from corpus.proposals.model import Piece, Role
from corpus.proposals.requests import is_demand, is_request
from corpus.proposals.tail import is_signature

_NUMBER = re.compile(rf"第\s*(?P<number>{NUMERAL})\s*号")
_NUMBER_FIRST = re.compile(
    rf"\s*[（【]?[^，。；：《]{{0,24}}?第\s*{NUMERAL}\s*号\s*(?:代表)?(?:提案|建议|议案)?\s*[）】：]?\s*"
)
_NUMBER_ALONE = re.compile(
    rf"\s*+[（【]?\s*+(?:(?:提案|建议|议案)?编?号|案号)\s*+[：]?\s*+第?\s*+{NUMERAL}\s*+号?\s*+[）】]?\s*"
)
_NUMBER_LAST = re.compile(rf"\s*[（][^（）]{{0,14}}?{NUMERAL}\s*号?[^（）]{{0,6}}[）]\s*$")

_KIND = r"(?:提案|建议案?|议案|倡议|意见)"
_TITLE = re.compile(rf"《?关于.{{2,90}}?(?:{_KIND}|问题|思考|对策|报告|函|诉求|请求)》?")
_TITLE_END = re.compile(rf"[^。；，：]*{_KIND}》?")
_TITLE_FIRST = re.compile(rf"\s*《?关于[^。；！？\n]{{2,70}}?的[^，。；：]{{0,8}}?{_KIND}》?(?![》”、和及与收的书])")
_MAX_TITLE_LENGTH = 80
_MAX_PLAIN_TITLE_LENGTH = 40
"""Characters, for a title that does not begin with 关于."""

_MAX_PIECES = 200
"""A form has some forty labels and values. Each piece reads the rest of its line again, which may be the whole text."""

_PAPER = "(?:表|纸|书|稿|原文|全文)?"
_FORM = re.compile(
    rf"(?:提案|议案|建议案|代表建议|委员提案){_PAPER}"
    rf"|[^，。；：关]{{0,40}}(?:届|次|会议|大会|集体|委员|代表|党派|联名|政协|人大|[市区县省委])(?:提案|建议|议案){_PAPER}"
)
_OFFICE = (
    r"(?:领导|委员|代表|主任|主席|书记|[市区县镇局省院校厅]长|同志|先生|女士|老师|提案委(?:员会)?|办公[室厅]|政府|[市区县省]委"
    r"|人大常委会|政协|局|大会|主席团)们?"
)
_NAME = r"[^，。！：；\n]"
_SALUTATION = re.compile(
    rf"\s*(?:(?:尊敬的|各位|致(?![使力])){_NAME}{{1,30}}[：，！]|{_NAME}{{0,20}}{_OFFICE}：)?\s*(?:大家|{_NAME}{{0,16}}{_OFFICE})?"
    r"，?[您你]?们?好(?=[！，。：\s]|$)[！，。：\s]*"
    rf"|\s*(?:(?:尊敬的|致(?![使力])){_NAME}{{1,30}}|(?:各位)?{_NAME}{{0,20}}{_OFFICE})[：！]\s*"
)


def take_head(lines: Sequence[str]) -> tuple[list[Piece], list[str]]:
    """The pieces of the head, and the lines below it."""
    head = _Head(lines)
    rules = (
        head.blank,
        head.labelled,
        head.salutation,
        head.subtitle,
        head.furniture,
        head.number_alone,
        head.title,
        head.number,
    )
    while head.waiting and len(head.pieces) < _MAX_PIECES and any(rule() for rule in rules):
        pass
    return head.pieces, head.waiting[::-1]


def number_of(published: str) -> str:
    """The published number, in digits.

    >>> number_of("一百二十三"), number_of("２０２４０１２３"), number_of("DH0271")
    ('123', '20240123', 'DH0271')
    """
    plain = unicodedata.normalize("NFKC", published)
    value = None if re.search("[0-9]", plain) else to_int(plain)
    return plain if value is None else str(value)


class _Head:
    """The lines not yet read, the next one last, and the pieces of the others. Each rule tells whether it took any."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.waiting = list(reversed(lines))
        self.pieces: list[Piece] = []
        self._seen: set[Role] = set()

    def blank(self) -> bool:
        if self.waiting[-1].strip():
            return False
        self.waiting.pop()
        return True

    def labelled(self) -> bool:
        line = self.waiting[-1]
        label = label_of(line)
        if label is None:
            return False
        if label.kind == "title":
            return self._labelled_title(line, label.start)
        self._pop()
        if label.kind == "body":
            self._take("left_out", line[: label.start])
            self.waiting.append(line[label.start :])
        elif label.kind == "number" and not line[label.start :].strip() and self._next_is_number():
            self._take("left_out", line)
            self._numbered(self._pop(), 0, stated=True)
        else:
            self._numbered(line[: label.end], label.start, stated=label.kind == "number")
            self._put_back(line[label.end :])
        return True

    def salutation(self) -> bool:
        match = _SALUTATION.match(fold(self.waiting[-1]))
        if not match or not match[0].strip() or is_request(match[0]):
            return False
        line = self._pop()
        self._take("left_out", line[: match.end()])
        self._put_back(line[match.end() :])
        return True

    def subtitle(self) -> bool:
        line = self.waiting[-1].strip()
        if not (self._has("title") and re.match("[—–-]{1,2}[^—–-]", line) and _may_be_title(line)):
            return False
        self._take("title", self._pop().strip())
        return True

    def title(self) -> bool:
        if self._has("title"):
            return False
        line, following = self.waiting[-1], self._following()
        folded = fold(line).strip()
        if _is_half_title(folded, fold(following).strip()):
            self._take("title", self._pop().strip())
            self._titled(self._pop())
            return True
        if len(folded) > _MAX_TITLE_LENGTH or "。" in folded:
            return self._title_first()
        if not self._is_title(folded, fold(following).strip()):
            return False
        self._titled(self._pop())
        return True

    def number_alone(self) -> bool:
        if not _NUMBER_ALONE.fullmatch(fold(self.waiting[-1])):
            return False
        self._numbered(self._pop(), 0, stated=True)
        return True

    def number(self) -> bool:
        match = _NUMBER_FIRST.match(fold(self.waiting[-1]))
        if match is None or (match.end() < len(self.waiting[-1]) and (not self._has("title") or self._has("number"))):
            return False
        line = self._pop()
        self._numbered(line[: match.end()], 0)
        self._put_back(line[match.end() :])
        return True

    def furniture(self) -> bool:
        """Leaves out lines of the form, dates, and names below the title."""
        folded = fold(self.waiting[-1]).strip()
        named = self._has("title") and is_signature(folded)
        if not (_FORM.fullmatch(compact(folded)) or is_date_line(folded) or named):
            return False
        self._take("left_out", self._pop())
        return True

    def _labelled_title(self, line: str, start: int) -> bool:
        """Takes a labelled title. 案由 may also label the reasons: then there is no title, and the body begins."""
        if self._has("title"):
            return False
        if line[start:].strip():
            match = _TITLE_FIRST.match(fold(line), start)
            if not _may_be_title(line[start:]) and match is None:
                return False
            end = len(line) if match is None or _may_be_title(line[start:]) else match.end()
            self._pop()
            self._take("left_out", line[:start])
            self._titled(line[start:end])
            self._put_back(line[end:])
            return True
        following = self._following()
        if not following or not _may_be_title(following) or heading_part(fold(following)):
            return False
        self._take("left_out", self._pop())
        self._titled(self._pop())
        return True

    def _title_first(self) -> bool:
        """Takes a title at the start of a line in which the body goes on."""
        folded = fold(self.waiting[-1])
        start = max(0, folded.find("关于", 0, _MAX_TITLE_LENGTH))
        match = _TITLE_FIRST.match(folded, start)
        if match is None or (folded[:start].strip() and not _FORM.fullmatch(compact(folded[:start]))):
            return False
        line = self._pop()
        self._take("left_out", line[:start])
        self._titled(line[start : match.end()])
        self._put_back(line[match.end() :])
        return True

    def _is_title(self, line: str, following: str) -> bool:
        """Whether a line without a label is the title: 关于…的提案, or a short line above something longer."""
        number = _NUMBER_FIRST.match(line)
        if _TITLE.fullmatch(_NUMBER_LAST.sub("", line)) or (number and _TITLE.fullmatch(line, number.end())):
            return True
        if not _may_be_title(line) or line[-1] in "，、？" or numbering(line) or announced_part(line) or number:
            return False
        if line.startswith("关于"):
            return bool(following)
        if len(line) > _MAX_PLAIN_TITLE_LENGTH or heading_part(line) or is_request(line):
            return False
        if self._is_first_of_headings(line):
            return False
        below = is_signature(following) or following.startswith("—") or label_of(following) or heading_part(following)
        return bool(below) or len(following) > max(_MAX_PLAIN_TITLE_LENGTH, len(line))

    def _is_first_of_headings(self, line: str) -> bool:
        """Whether lines below are as short and tell what to do as well: then all of them are asks."""
        others = (fold(other).strip() for other in self.waiting[:-1])
        return is_demand(line) and any(
            0 < len(other) <= _MAX_PLAIN_TITLE_LENGTH and other[-1] not in "。；：！？" and is_demand(other)
            for other in others
        )

    def _titled(self, text: str) -> None:
        """Takes a title, and the number printed in the same line."""
        folded = fold(text)
        first = _NUMBER_FIRST.match(folded)
        start = first.end() if first and first.end() < len(text) else 0
        last = _NUMBER_LAST.search(folded, start)
        end = last.start() if last else len(text)
        self._numbered(text[:start], 0)
        self._take("title", text[start:end].strip())
        self._numbered(text[end:], 0, stated=True)

    def _numbered(self, text: str, start: int, *, stated: bool = False) -> None:
        """Leaves `text` out, except the proposal's number in it from `start` on, if there is none yet."""
        folded = fold(text)
        match = None if self._has("number") else _NUMBER.search(folded, start)
        if match is None and stated and not self._has("number"):
            match = STATED_NUMBER.search(folded, start)
        if match is None:
            self._take("left_out", text)
            return
        first, last = match.span("number")
        self._take("left_out", text[:first])
        self._take("number", text[first:last], starts_line=False)
        self._take("left_out", text[last:])

    def _has(self, role: Role) -> bool:
        return role in self._seen

    def _following(self) -> str:
        return next((line for line in islice(reversed(self.waiting), 1, None) if line.strip()), "")

    def _next_is_number(self) -> bool:
        following = next((line for line in reversed(self.waiting) if line.strip()), "")
        return bool(STATED_NUMBER.fullmatch(fold(following).rstrip()))

    def _pop(self) -> str:
        """Removes and returns the next line that is not blank, and removes the blank ones before it."""
        line = self.waiting.pop()
        while not line.strip() and self.waiting:
            line = self.waiting.pop()
        return line

    def _take(self, role: Role, text: str, *, starts_line: bool = True) -> None:
        if text.strip():
            self.pieces.append(Piece(role, text, starts_line))
            self._seen.add(role)

    def _put_back(self, rest: str) -> None:
        if rest.strip():
            self.waiting.append(rest)


def _is_half_title(line: str, following: str) -> bool:
    """Whether a line is the first half of a title that goes on in the next line."""
    if not line.startswith(("关于", "《关于")) or _TITLE.fullmatch(line) or len(line) > _MAX_TITLE_LENGTH:
        return False
    ended = len(following) <= _MAX_PLAIN_TITLE_LENGTH and _TITLE_END.fullmatch(following)
    return bool(ended) or (len(following) <= 2 and bool(_TITLE.fullmatch(line + following)))


def _may_be_title(value: str) -> bool:
    plain = compact(fold(value))
    return 2 <= len(plain) <= _MAX_TITLE_LENGTH and not re.search("[。；！]|：$", plain)
