"""Finds what a passage does with an ask: adopts it, in part, declines it, has done it, plans, refers or explains it.

Words decide, and where none does, so does nothing: many passages tell how things stand and have no verdict.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

from corpus.facts.commitments import Commitment, find_commitments, written_on
from corpus.facts.deadlines import without_titles
from corpus.parser.sections import heading_path
from corpus.types import Document, Passage, SectionRole

Verdict = Literal["adopted", "partly", "declined", "done", "planned", "referred", "explained"]
VERDICTS: tuple[Verdict, ...] = ("adopted", "partly", "declined", "done", "planned", "referred", "explained")


class VerdictFound(NamedTuple):
    """A verdict and the words that give it, [start, end) of the text."""

    verdict: Verdict
    start: int
    end: int


_BODY = r"(?:[\u4e00-\u9fff]{0,12}(?:局|委|厅|政府|部门|支队|中心|公司|总会|总工会|编办)|我们|[贵我][局委会])"
_PARTLY = re.compile(r"部分(?:予以)?采纳")
_ADOPTED_AT_ONCE = re.compile(
    r"(?:^|[，。：])\s*(?:[该此这]?[项条]?建议)?(?:我们|我[局委会])?(?:已经|予以|全部|原则)?采纳[。，；]"
)
_ADOPTED = re.compile(
    rf"(?<![不未没有部分能暂作会难以])(?:予以|已经|已|全部|充分|积极|认真|原则|{_BODY})?采纳(?!的?[情意建与])"
    rf"|{_BODY}(?:也|均|都|已|当即|原则|非常|完全|十分)?(?:同意|赞成|赞同|决定)(?!的|见|合并|并案)"
    r"|[\u4e00-\u9fff]{2,6}[区县市]决定|原则(?:上)?(?:采纳|赞成|赞同|同意)"
    r"|已?(?:经)?吸收(?:在内|到|进)|可以(?:改|办|实行|有条件|开放|提供|纳入|试行)"
)
_NOT_ADOPTED = re.compile(r"(?:不|未|没有|未能|暂不|不予|未予|暂未|难以|不能|不作)采[纳用]")
_DECLINED = re.compile(
    rf"{_NOT_ADOPTED.pattern}|"
    r"(?:暂|现阶段|本次|本轮|近期)不(?!公布|再|变|能确定|享受)[\u4e00-\u9fff]{1,2}"
    r"|暂维持|维持(?:原[处状样]|现[状行标])|(?:今年|本年)不(?:调整|安排)|仍限于|还是以[^，。；]{1,12}为主|不宜|(?<!没有)不(?:赞成|同意|认同|可行|予支持)|不能松口|(?:办|做|免)不[了到成]|不能(?:办理|答应|办成|承诺|由我)|不作调整"
    r"|(?:不具备|没有|不符合|缺乏)[\u4e00-\u9fff]{0,6}条件|没有(?:政策|法律|资金)[\u4e00-\u9fff]{0,2}(?:依据|渠道)|(?:因此|本次|此次|本批|暂|故|均|都)没有(?:列入|纳入)|没有(?:写进|安排|同意)"
    r"|难以(?:安排|做到|承受|普降|实现|满足|办到|支持)|财力(?:不足|难以|顾不过来)|步子偏大"
)
_POWERLESS = re.compile(
    r"无权|超出[\u4e00-\u9fff]{0,6}(?:权限|财力)|不(?:属于|在)[\u4e00-\u9fff]{0,6}(?:职能|职责|职权|权限)|没有[\u4e00-\u9fff]{0,6}(?:职能|权限|定价权)"
)
_INSTEAD = re.compile(
    r"可先|可以先|部分解决|过渡|拟先|能够做到|先做|先在|先行|先选|先从|替代|由[^，。；]{1,12}提高到|另发|增加“"
)
_REFERRED = re.compile(
    r"已?(?:转(?:请|交|给|送|至|由|市|区|县|省|去)|移交|一并报送|书面函告|函告|反映给|建议)[^，。；]{0,24}"
    r"(?:局|委员会|委|厅|部门|中心|公司|机关|研究|办理|处理)"
    r"|由(?:该局|[市省区县])[^，。；]{0,14}(?:牵头|研究|负责|另行答复|统一答复)"
)
_SENT = re.compile(
    r"已(?:将|把|经)?[^，。；]{0,16}(?:转|移交|报送|函告|反映|建议)|将[^，。；]{2,16}(?:转|函告|反映|报送)"
)
_DONE = re.compile(
    r"已(?:经)?(?:全部|基本|于[^，。；]{2,12})?(?:完成|建成|整改|开通|印发|取消|付清|清退|投用|实施|启用|并为|改[为了]|解决|做到|恢复|落实"
    r"|覆盖|更换|修复|采取|将[^，。；]{2,16}(?:移|改|调|换))"
    r"|恢复并扩大到|从[^，。；]{1,6}起[^，。；]{0,12}(?:改为|由)|全部(?:付清|整改|取消)|[做采][了取](?:以下)?[一二三四五六]项|已(?:要求|责令|责成|更正|办结|拆除|收回|查处|退还|补发|复核)|责令改正|处理(?:结果|情况)[是：如]|现已|改了户头"
    r"|[自从][^，。；]{1,10}起，?[^，。；]{0,16}(?:实行|执行|施行|改为|改由|合用|统一|取消|停收|开放)"
)
_EXPLAINED = re.compile(
    r"需要?(?:向[您你代][们表]?|如实|特别)?(?:说明|解释|澄清|重申|指出)|有必要(?:说明|澄清)|如实说明|原因(?:主要)?[有是在，：]|根子在|是因为"
    r"|主要(?:难|卡)在|说清楚|不准确|与实际不符|(?:规则|政策)没有变|我[局委会](?:的)?意见是|由[\u4e00-\u9fff]{2,4}自行(?:商定|决定)|不在目录"
    r"|[两三四]条原因|晚在"
)
_ASK = re.compile(
    r"(?:您|你们?|贵[委会]|提案|代表|委员)[^，。；]{0,12}(?:提出|(?<!的)建议|主张|希望|要求|提到)|提案建议|(?:的|两条|这条|这项)建议|关于“[^”]+”"
)
_NOT = re.compile(
    r"(?:暂|尚|目前|现阶段|近期|本次|本轮|今年)?(?:不(?![少断仅但足再到等得含计收变多清愿明满好了误限过存符够]|同(?!意)|超过|低于|高于)|未(?![来成])"
    r"|没有(?=[采同写列纳安政依条渠保延])|难以|无法|暂缓)[^，。；]{1,8}"
)
_NAMES_AN_ASK = re.compile(r"建议|问题|诉求|提案|要求|意见|采纳|“")
_NAMES_A_SITUATION = re.compile(
    r"现状|底数|情况|困难|难[点题处]|难以|家底|账|短板|多大|清楚|成效|为什么|原因|如期|关停|回顾|不足"
)
_DID = re.compile(
    r"已(?!经不|经拖|有|知|是|达|注册|登记)(?:经)?[\u4e00-\u9fff]{2,10}|[建装设签办配开购培制成组出增拿定腾]了|推出|由[^，。；]{1,20}(?:延长|提高|扩大|增加|调整|缩短)[到至为]|立案[0-9]+[宗起件]|印发|(?:今年|上半年|去年|[0-9]月(?:份|[0-9]{1,2}日)?)起?[^，。；]{0,8}(?:开展|组织|启用|开通|开设|建立|安装|实行|开始|恢复|试行)"
)
_QUOTED = re.compile(r"“[^”]*”")
_ATTRIBUTE = re.compile(r"[^，。；]{0,6}的(?=[\u4e00-\u9fff，、])")
_PROCEDURE = re.compile(r"(?:报?经|商).*政府")
_MANY = 2  # commitments: a passage with as many is a plan, whatever else it says


def find_verdict(
    text: str, written: date | None = None, *, plan: bool = False, asked: bool | None = None
) -> VerdictFound | None:
    """What the passage does with the ask that it answers; None where its words do not say.

    `plan`: as for commitments. `asked`: whether the passage stands under an ask, so that what was
    done is the answer to it; None where that is unknown.

    >>> find_verdict("提案建议提高到20万元，本年度财力难以安排，暂不能采纳。").verdict
    'declined'
    >>> find_verdict("2019年全县柑橘种植6.8万亩，产值4.7亿元。") is None
    True
    """
    plain = without_titles(text)
    commitments = find_commitments(text, written, plan=plan)
    for found in (
        _said(_PARTLY, plain, "partly"),
        _at_once(plain),
        _declined(plain, commitments),
        _agreed(plain, commitments),
        _said(_REFERRED, plain, "referred") if _SENT.search(plain) and len(commitments) < _MANY else None,
        _reported(plain, commitments, asked),
        _said(_DID, plain, "done") if asked or _ASK.search(plain) else None,
    ):
        if found:
            return found
    return None


def passage_verdict(document: Document, passage: Passage) -> VerdictFound | None:
    """The verdict of a passage of a document, read with the headings above it and against the document's date."""
    headings = heading_path(document.sections, passage.section)
    return find_verdict(
        passage.text,
        written_on(document),
        plan=document.sections[passage.section].role == "plan",
        asked=_answers(document, document.sections[passage.section].role, headings),
    )


def _answers(document: Document, role: SectionRole, headings: Sequence[str]) -> bool | None:
    """Whether what stands under these headings is the answer to an ask."""
    if document.proposal_kind == "message" or any(_NAMES_AN_ASK.search(heading) for heading in headings):
        return True
    if role in ("situation", "difficulty") or any(_NAMES_A_SITUATION.search(heading) for heading in headings):
        return False
    return True if role == "answer" and headings else None


def _said(pattern: re.Pattern[str], plain: str, verdict: Verdict) -> VerdictFound | None:
    match = pattern.search(plain)
    return VerdictFound(verdict, *match.span()) if match else None


def _at_once(plain: str) -> VerdictFound | None:
    """What a passage that says 采纳 and stops does: it adopts, in part where it refuses something further on."""
    adopted = _said(_ADOPTED_AT_ONCE, plain, "adopted")
    if adopted is None or _NOT_ADOPTED.search(plain):
        return None
    refused = any("入" not in m[0] and not _ATTRIBUTE.match(plain, m.end()) for m in _DECLINED.finditer(plain))
    return adopted._replace(verdict="partly") if refused else adopted


def _declined(plain: str, commitments: Sequence[Commitment]) -> VerdictFound | None:
    """A refusal; in part where something is agreed too, or done or planned before it, or offered instead."""
    refusals = [m for m in _DECLINED.finditer(plain) if not _ATTRIBUTE.match(plain, m.end())]
    powerless = _POWERLESS.search(plain)
    if powerless and _SENT.search(plain) and not refusals:
        return _said(_REFERRED, plain, "referred")
    refusals += _after_asks(plain)
    if powerless:
        refusals.append(powerless)
    if not refusals:
        return None
    first = min(refusals, key=lambda m: m.start())
    before = any(c.start < first.start() for c in commitments) or bool(_DONE.search(plain, 0, first.start()))
    partly = before or _ADOPTED.search(plain) or _INSTEAD.search(plain)
    return VerdictFound("partly" if partly else "declined", *first.span())


def _after_asks(plain: str) -> list[re.Match[str]]:
    """What is said no to in the sentence that tells an ask, and in the next, quotations aside."""
    plain = _QUOTED.sub(lambda found: "“" + "□" * (len(found[0]) - 2) + "”", plain)
    found: list[re.Match[str]] = []
    for ask in _ASK.finditer(plain):
        ends = [m.end() for m in re.finditer("。", plain[ask.end() :])]
        found += _NOT.finditer(plain, ask.end(), ask.end() + (ends[:2] or [len(plain)])[-1])
    return found


def _agreed(plain: str, commitments: Sequence[Commitment]) -> VerdictFound | None:
    """An agreement; where the passage is a plan and only mentions one further on, there is none."""
    match = next((m for m in _ADOPTED.finditer(plain) if not _PROCEDURE.match(m[0])), None)
    if match is None or (len(commitments) > _MANY and match.start() > commitments[0].start):
        return None
    return VerdictFound("adopted", *match.span())


def _reported(plain: str, commitments: Sequence[Commitment], asked: bool | None) -> VerdictFound | None:
    """What a passage without a word on the ask itself comes to: a plan, an explanation or a report."""
    dated = [c for c in commitments if c.due]
    explained, done = _said(_EXPLAINED, plain, "explained"), _said(_DONE, plain, "done")
    done = done if asked is not False else None
    if len(commitments) < _MANY and (explained or done):
        return explained or done
    planned = dated[0] if dated else commitments[0] if len(commitments) >= _MANY else None
    return VerdictFound("planned", planned.start, planned.end) if planned else None
