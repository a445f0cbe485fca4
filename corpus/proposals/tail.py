"""Cuts off the tail of a proposal: 以上建议，请予研究, 此致敬礼, names, telephone numbers, dates, attachments."""

import re
from collections.abc import Sequence

from corpus.language.agencies import bureaus_in_line, is_proposer
from corpus.language.dates import is_date_line
from corpus.language.lines import before_date
from corpus.language.numbering import numbering
from corpus.proposals.folding import fold
from corpus.proposals.headings import heading_part
from corpus.proposals.labels import is_personal
from corpus.proposals.model import Piece
from corpus.proposals.requests import is_demand

# 请予研究 only asks for an answer; 请尽快解决 may be all that a message asks.
_ANSWER = "重视|采纳|研究|考虑|答复|批示|审议|审查|参考|支持|回复|审定|审阅|指正|指示|为盼|为感|为荷|为谢"
_ANSWER_IT = (
    rf"(?:{_ANSWER}|办理|关注|解决|落实|处理|反馈|协调|推动|和|与|并|予以|给予|加以"
    r"|认真|尽快|切实|早日|高度|、|，|一下)"
)
_FORMULAS = (
    # The text above is summed up and handed over.
    r"(?:以上|上述)(?:提案|建议|意见|内容|诉求|几点|各[点条]|[一二三四五六七八九十]+[点条])?.{0,12}?"
    r"(?:供|请|当否|妥否|望|如|谢|是我|仅|不妥|不当).{0,40}",
    r"[妥当可是]否.{0,3}[，：]?\s*(?:请|敬请|望|供).{0,20}",
    r"[特谨]此(?:提案|建议|提出|报告|呈报|说明).{0,6}",
    r"仅?供(?:领导|有关部门|各部门)?(?:决策|研究|工作)?参考",
    rf"(?=.*(?:{_ANSWER}))(?:为此|故此|综上)?，?(?:恳请|敬请|请|希望|望|盼|恳望)[^，。；：]{{0,24}}?(?:能够?|充分|及时|逐[条项]|联合|统筹|积极|共同|大力)?"
    rf"{_ANSWER_IT}{{1,12}}",
    r"[^。；]{0,40}逐[条项](?:答复|回复|说明|反馈|研究).{0,40}",
    # Courtesies.
    r"此\s*致|(?:此致)?\s*敬\s*礼|(?:非常|十分|衷心|万分|多)?(?:感谢|谢谢).{0,24}|顺[祝颂].{0,10}|祝.{0,12}",
)
_FORMULA = re.compile(rf"\s*(?:{'|'.join(_FORMULAS)})[。！\s]*")
_MAX_FORMULA_LENGTH = 80
_STOPS = "。！？；"
_ATTACHMENT = re.compile(r"\s*附\s*件?\s*[：一1]")
_ATTACHMENTS_IN = 12
"""Lines from the end; 附件 among them begins a list of attachments."""

_PERSON = r"[\u4e00-\u9fff·]{2,4}"
_BYLINE = re.compile(
    rf"（?(?:[^，。；：]{{0,30}}?(?:委员|代表|界别?|[主常]委|会长|主任|主席|经理|董事长|提案[人者]|建议人))[、\s]*{_PERSON}"
    rf"(?:[、\s]+{_PERSON}){{0,30}}）?"
)
_BODY = re.compile(rf".{{2,30}}(?:委员?会?|支部|支社|总支|小组|[界组会社盟协联]|政协|代表团)(?:\s+{_PERSON})*")
_RESIDENTS = re.compile(r"[^，、]{0,20}(?:代表|居民|村民|业主|家长|市民|网友|群众)们?")
_NAMES = re.compile(rf"{_PERSON}(?:[、，\s]+{_PERSON})*")


def take_tail(lines: Sequence[str]) -> tuple[list[str], list[Piece]]:
    """The lines before the tail, and the pieces of the tail."""
    attached = next((i for i in range(max(1, len(lines) - _ATTACHMENTS_IN), len(lines)) if _attaches(lines[i])), None)
    kept = list(lines[:attached])
    tail = [Piece("left_out", line) for line in reversed(lines[len(kept) :]) if line.strip()]  # the last piece first
    while kept:
        line = kept.pop()
        at = _tail_start(line, signed=bool(tail)) if line.strip() else 0
        if line[at:].strip():
            tail.append(Piece("left_out", line[at:], starts_line=at == 0))
        if at:
            kept.append(line[:at])
        if at == len(line) > 0:
            break
    return kept, tail[::-1]


def is_signature(line: str) -> bool:
    """Whether a folded line names who proposes: people, a party, a bureau."""
    if len(line) > 40 or re.search("[。；！？：]", line) or numbering(line) or heading_part(line) or is_demand(line):
        return False
    named = _BYLINE.fullmatch(line) or _RESIDENTS.fullmatch(line) or (len(line) <= 24 and _NAMES.fullmatch(line))
    return bool(named or bureaus_in_line(line) or (is_proposer(line) and _BODY.fullmatch(line)))


def _attaches(line: str) -> bool:
    return bool(_ATTACHMENT.match(fold(line)))


def _tail_start(line: str, *, signed: bool) -> int:
    """The offset in a line at which the tail begins: 0 if all of it is tail, its length if nothing is.

    A name alone is a signature only before a date or a formula (`signed`), because 加强宣传 looks like a name."""
    folded = fold(line)
    if is_personal(line) or _ends_proposal(folded.strip(), signed=signed):
        return 0
    last = 1 + max(folded.rfind(stop, 0, len(folded.rstrip()) - 1) for stop in _STOPS)
    return last if last and _ends_proposal(folded[last:].strip(), signed=signed) else len(line)


def _ends_proposal(sentence: str, *, signed: bool) -> bool:
    if not 0 < len(sentence) <= _MAX_FORMULA_LENGTH:
        return False
    name = before_date(sentence).strip()
    dated = name != sentence and is_date_line(sentence[len(name) :].strip())
    if is_date_line(sentence) or (name and (signed or dated) and is_signature(name)):
        return True
    return bool(_FORMULA.fullmatch(sentence)) or bool(_BYLINE.fullmatch(sentence) and is_signature(sentence))
