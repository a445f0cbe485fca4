"""The formulas that a reply opens and closes with. They answer nothing, whatever the reply is about.

When in doubt, a sentence is none: one that also says something is cut behind its formula or kept whole.
"""

import re
from collections.abc import Iterator

from corpus.language.leave import takes_leave
from corpus.language.sentences import sentence_spans
from corpus.language.spacing import closed_up

_BRACKETED = re.compile(
    r"《[^《》]*(?:《[^《》]*》[^《》]*)*》|“[^“”]*”|〈[^〈〉]*〉|「[^「」]*」|[（(][^（）()]*[)）]"
)
_CLAUSE_END = re.compile(r"(?:[，：:；;。！!？?\n]|,(?!\d))+[”’」』）)】]*|(?<=如下)\s+")
_AROUND = " \u3000，,：:；;。！!？?\n"
_BLANK = "□"  # for what stands in brackets or quotation marks: a title is none of the reply's own words

# A sentence is a formula up to the end of the last clause with one of these: they name the proposal or announce the
# answer. That another bureau was given the matter is an answer.
_MARK = re.compile(
    r"收悉|(?:已|均|业已|现已)收到|收到了?$|^收到|^现在(?:答复|回复)(?:您|你)?们?$|^现[将把].{0,20}(?:(?:告诉|告知|转给|报给|发给|送给)(?:您|你)们?|报上|呈上|送上)$|(?:转交?|移交|"
    r"交)(?:由|给|至|办)?[我本][^，]{0,24}(?:办理|"
    r"承办|研究|处理|答复|主办|会办)了?$"
    r"|(?:[答回函致]复|现复|复函|报告|反馈|说明|汇报|函告|告知|通报|通知|回应|解答|报送|呈报|上报)(?:意见|情况)?(?:说明)?(?:如下|于后)"
    r"|(?:现|将|就|有关|相关|办理|调查|处理|核实|会办|协办|分办)[^，]{0,40}(?:情况|意见|介绍)如下"
    r"|如下(?:答复|回复|说明|反馈|报告|会办意见|意见)$|^现?如下$|^(?:有关|具体|办理)?情况如下$|^(?:现|我们?|我[局委办厅会])也?(?:逐条|逐一|逐项|逐点|一一|照实|如实|据实)(?:作|做|给您)?(?:个|出)?(?:回应|回答|答复|回复|说|说明|汇报|报告|禀告)$"
)
_NAMES_THE_PROPOSAL = re.compile(
    r"^.{0,24}?(?:您|你|贵|代表|委员|市民|网友|群众|提案人|由).{0,40}?(?:提出|提交|反映|来信|来函|来访|来电|留言|咨询|"
    r"关注|关心|写给|寄给|寄来)"
    r"(?:.*(?:提案|建议|议案|来信|留言|来函|问题|诉求|事项|收悉|的信件?|□)后?)?$"
)
_WORKED = "对接|衔接|核查|勘查|研究|调研|研讨|办理|核实|调查|会议|梳理|分析|学习|讨论|查看|了解|协商|沟通"
_WEAK = re.compile(
    r"^(?:尊敬的.{0,20}|.{0,12}(?:您|你)们?好|(?:网友|网民|市民|楼主)□?)$|^.{0,8}(?:关于|针对|对于?)?(?:您|你|"
    r"贵)[们□]*[^，]{0,16}(?:提案|建议|议案|诉求|来信|来函|留言|问题)$"
    r"|(?:会议|大会|全会)(?:上|期间|中)?$|^[^，]{0,20}(?:高度|非常|十分|极为|格外|特别|很是?)(?:重视|关注|看重|珍视)(?!程度)[^，]{0,12}$"
    r"|^(?:□|第|号|\s)*的?(?:提案|建议|议案|来信|留言)?$|^(?:经|根据|按照|结合)[^，]{0,30}(?:意见|要求|职责|"
    r"职能|分工|实际|情况)后?$"
    rf"|^(?:现|特|兹)?(?:经|会同|商|综合|征求|结合|我|本|立即)[^，]{{0,30}}(?:{_WORKED})[后了]?$|^经商.{{0,60}}$"
    r"|^(?:根据|按照)[^，]{0,30}□(?:的?(?:要求|规定|精神|安排))?$"
    rf"|^(?:组织|认真|专题|多次|深入|反复|仔细|立即|迅速|依法)*(?:{_WORKED})了?$"
    r"|^(?:接|收到)(?:你|贵)[^，]{0,10}□.{0,6}$|(?:认真|专题|仔细|集体)研究[了过]?$|^反映□(?:一事|的?问题)?$"
    r"|(?:承办|办理|主办)的.{0,60}已经?办[理结](?:完毕)?$"
    r"|具有[^，]{0,16}(?:意义|作用|价值)|(?:很有|富有|很强的|极具|具有)(?:针对性|指导性|建设性|前瞻性|"
    r"参考价值|现实意义)"
    r"|^.{0,6}(?:提案|建议|您).{0,24}(?:很?有针对性|客观|深入|中肯|全面|透彻|到位|准确|合理|可行)$"
    r"|^.{0,10}(?:提案|建议|议案)由.{0,30}(?:主办|会办|协办|办理)$|^.{0,24}(?:会办|协办)$"
    r"|提出以下.{0,6}意见$|供(?:你|贵|您).{0,26}(?:参考|采用|采纳|使用|参阅|汇总|参照)|^现[将就][^，]{0,40}(?:答复|情况|意见)$"
)
_ANNOUNCES = re.compile("如下")
# What was done before the answer was written; a formula where the answer is announced in the same sentence.
_PROCEDURE = re.compile(
    rf"{_WORKED}|受理|意见|会商|商议|会办|主办|协办|走访|座谈|听取|征求|邀请|当面|踏勘|蹲点|暗访|核对|汇总|合并|"
    rf"相近|内容(?:相关|类似|相似|一致|相同)|并案|通过电话|联系了?您|分工|经商|参加|会同|牵头|承办|专人|专班|责成"
)
# Before the answer is announced: 您自己就是一名骑手，讲的都是亲眼所见，我们逐条回应。
_TELLS_OF_WRITER = re.compile(
    r"(?:您|你)(?:自己|本人|家)?(?:就|也|正|曾|常年|长期)?(?:是|身为|作为|在|住|种|当|做|从事|来自|经营|开).{0,14}$"
    r"|(?:您|你|提案|建议|信)?(?:里|中)?(?:所)?(?:讲|说|写|提|反映)的?(?:都|全|句句)?是.{0,10}$"
)
_FIGURE = re.compile(
    r"[0-9０-９.]+\s*[余多]?\s*(?:[%％万亿千百个家辆元亩户处所座台次盏吨张套栋间米]|平方|公里)"
    r"|[一二三四五六七八九十百千两]+余?(?:个|家|辆|元|亩|户|处|所|座|台|盏|吨|套|栋|间|平方|公里)"
)
_VERDICT = re.compile(
    "同意|采纳|赞同|接受|落实|认可|不宜|不予|无法|难以|暂不|(?:已|将|完)[^，]{0,8}(?:解决|完成|建成|修复|整改|列入)"
)
_MAX_COURTESY = 60  # characters of a clause; a longer one has something to say
_LONGEST = 200  # characters of a clause that is looked at; the longest title has 80
_SHORT = 24  # characters before an announcement: 新村街道教育办现回复如下


def formula_end(sentence: str) -> int:
    """How much of a sentence, from its start, is formulas: all of it, its beginning, or nothing.

    >>> formula_end("您提出的《关于停车的建议》收悉。"), formula_end("全区新增泊位1200个。")
    (16, 0)
    >>> formula_end("您提出的《关于停车的建议》收悉，现答复如下：泊位已增加。")
    22
    """
    clauses = list(_clauses(sentence))
    marks = [i for i, (_, clause) in enumerate(clauses) if _MARK.search(clause)]
    after = marks[-1] + 1 if marks else 0
    said = (clause for _, clause in clauses[:after] if _says_something(clause))
    if not all(_tells_procedure(clause) or _TELLS_OF_WRITER.match(clause) for clause in said):
        return 0
    if not any(_says_something(clause) for _, clause in clauses[after:]):
        return len(sentence)
    return clauses[after - 1][0] if after else 0


def is_formula(sentence: str) -> bool:
    """Whether a sentence names the proposal, announces the answer or gives thanks for it, and says nothing else.

    >>> is_formula("您提出的《关于停车的建议》收悉。"), is_formula("全区新增泊位1200个。")
    (True, False)
    """
    return formula_end(sentence) == len(sentence)


def is_thanks(text: str) -> bool:
    """Whether every sentence of a text thanks, takes leave or offers further answers.

    >>> is_thanks("感谢您对养老工作的关心！如有疑问，请与我局联系。"), is_thanks("感谢您的关心。食堂已增加12家。")
    (True, False)
    """
    return all(_takes_leave(text[start:end].strip()) for start, end in sentence_spans(text))


def unsaid(text: str, *, opening: bool) -> tuple[int, int]:
    """[start, end) of what a paragraph says between the formulas that it begins and ends with; empty if nothing.

    In an `opening`, sentences that name the proposal are formulas too; elsewhere thanks alone are.
    """
    start, end = 0, len(text)
    spans = list(sentence_spans(text))
    announced = max((i for i, (s, e) in enumerate(spans) if _ANNOUNCES.search(text[s:e])), default=0)
    for i, (first, last) in enumerate(spans):
        sentence = text[first:last]
        start = first + (_opens(sentence, announced=i < announced) if opening else 0)
        if start < last and not (opening and _takes_leave(sentence)):
            break
        start = last
    for first, last in reversed(spans):
        end = last
        if last <= start or not (_takes_leave(text[first:last]) or (opening and is_formula(text[first:last]))):
            break
        end = first
    return (start, end) if start < end else (0, 0)


def _opens(sentence: str, *, announced: bool) -> int:
    """Like `formula_end`; where a later sentence announces the answer, so is what was done before it."""
    end = formula_end(sentence)
    done = announced and all(not _says_something(c) or _tells_procedure(c) for _, c in _clauses(sentence))
    return len(sentence) if done else end


def _clauses(sentence: str) -> Iterator[tuple[int, str]]:
    """Yields the end of each clause and the clause with a blank for whatever stands in brackets."""
    plain = _BRACKETED.sub(lambda found: _BLANK * len(found[0]), sentence)
    start = 0
    for end in (*(match.end() for match in _CLAUSE_END.finditer(plain)), len(plain)):
        if plain[start:end].strip():
            yield end, closed_up(re.sub(f"{_BLANK}+", _BLANK, plain[start:end]).strip(_AROUND))
        start = end


def _says_something(clause: str) -> bool:
    """Whether a clause, its brackets blanked, says more than formulas do."""
    if len(clause) > _LONGEST:
        return True
    mark = _MARK.search(clause)
    before = clause[: mark.start()].rstrip("已均业现") if mark else clause
    if _VERDICT.search(before):
        return True
    if not clause or _NAMES_THE_PROPOSAL.match(clause):
        return False
    if mark and _says_something(clause[mark.end() :]):
        return True
    if mark:
        introduced = (
            _NAMES_THE_PROPOSAL.match(before)
            or len(before) <= _SHORT
            or re.match("现[将就]", before)
            or _WEAK.search(before)
        )
        return bool(_FIGURE.search(before)) or not introduced
    return len(clause) > _MAX_COURTESY or bool(_FIGURE.search(clause)) or not _is_courtesy(clause)


def _tells_procedure(clause: str) -> bool:
    told = len(clause) <= _MAX_COURTESY and _PROCEDURE.search(clause) and not _MARK.search(clause)
    return bool(told) and not (_FIGURE.search(clause) or _VERDICT.search(clause))


def _is_courtesy(clause: str) -> bool:
    return bool(_WEAK.search(clause)) or takes_leave([clause])


def _takes_leave(sentence: str) -> bool:
    clauses = [clause for _, clause in _clauses(sentence) if clause]
    brief = all(len(clause) <= _MAX_COURTESY and not _FIGURE.search(clause) for clause in clauses)
    return brief and takes_leave(clauses)
