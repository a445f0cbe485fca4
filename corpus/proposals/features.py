"""Says what stands in a clause or sentence: few general features of its words and of its place, for `labeller`.

Reads folded text, in which quotations and titles have no stops. Not for: what follows from the features.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from corpus.language.agencies import SUFFIX, compact
from corpus.proposals.requests import (
    LINK,
    WE,
    is_demand,
    is_duty,
    is_question,
    is_request,
    names_problem,
    starts_with_verb,
)

_COMMA = re.compile("[，：]+")
_LINKED = re.compile(rf"(?P<link>{LINK})(?P<we>{WE})")
_QUOTED = re.compile(r"《[^《》]*》|“[^“”]*”|「[^「」]*」|『[^『』]*』")
_OFFICE = (
    rf"(?:[各由请让把将市区县省镇]{{0,2}}[\u4e00-\u9fff]{{0,12}}?"
    rf"(?:{SUFFIX}|部门|单位|街道|企业|平台|机构|社区|学校|财政|当局))"
)
_ACTOR = re.compile(
    rf"(?P<by>[由请让]?){_OFFICE}(?:[、和与及会同等]{{1,3}}{_OFFICE}){{0,4}}等?(?P<next>[\u4e00-\u9fff]{{0,2}})"
)
_WORDS = """
建议 恳请 希望 请 望 盼 期望 期待 期盼 呼吁 促请 敦促 要求 麻烦 拜托 提请 请求 请问 想问 想请 咨询 应当
应该 应 须 必须 务必 需要 需 宜 有必要 要 可以 可 不妨 最好 能不能 能否 可否 可不可以 是不是 是否 不得
不能 不应 一律 严禁 禁止 不准 该 就该 由 把 将 对 给 让 从 在 为 按 以 凡 当 用 与 了 已 已经 曾 过 着
目前 当前 现有 现在 近年 去年 今年 上月 至今 截至 存在 缺 不足 难 没有 无 只有 仅 仍 有的 不少 往往 常常
据 调查 反映 显示 指出 规定 提出 表示 说 认为 讲 写 发现 因为 由于 导致 造成 使得 这 此 我 我们 他 她
群众 居民 市民 老人 是 有 多 达 占 才 就 也 都 还 再 同时 并 另 此外 吗 呢 吧 ？ 什么时候 怎么 谁 为什么
如何 谢 祝 尽快 及时 进一步 逐步 统一 定期 每年 不少于 至少 以上 以内 给予 纳入 建立 力争 确保 便于 避免
从而 才能 否则 相信
"""
_COORDINATION = re.compile(
    r"(?P<word>同时|另外|此外|还有|再就是|再一个|最后|另|并且?|而且|也|还|其次|首先|与此同时|再次|二来|对了|以及|或者|如果|若|要是"
    r"|但|因此|所以|以|让|使|避免|防止|否则|这样)"
)

_SIGNS = {
    "quotes": re.compile("[“「]"),
    "cites": re.compile("《"),
    "figure": re.compile("[0-9%]|百分之|[一二三四五六七八九十百千万]{2}"),
}
_DIGITS = re.compile(r"\d+")
_GRAMS = (1, 2, 3)
_EARLY = 10
"""Characters of a clause among which its verb stands."""
_RULES: dict[str, Callable[[str], bool]] = {
    "request": is_request,
    "duty": is_duty,
    "demand": is_demand,
    "question": is_question,
    "problem": names_problem,
}


def clause_spans(sentence: str) -> Iterator[tuple[int, int]]:
    """[start, end) of each clause of a folded sentence, its comma included; together they cover it.

    >>> [span for span in clause_spans("修好路灯，并公布电话。")]
    [(0, 5), (5, 11)]
    """
    start = 0
    for match in _COMMA.finditer(sentence):
        if sentence[start : match.end()].strip() and match.end() < len(sentence):
            yield start, match.end()
            start = match.end()
    yield start, len(sentence)


def grams(text: str) -> set[str]:
    """Every one to three characters that stand together in a text; figures are all alike."""
    plain = _DIGITS.sub("0", compact(text))
    return {f"gram:{plain[at : at + length]}" for length in _GRAMS for at in range(len(plain) - length + 1)}


def of_clause(clause: str) -> set[str]:
    """The features of one clause by itself."""
    plain = compact(clause)
    linked = _LINKED.match(plain)
    rest = plain[linked.end() :] if linked else plain
    bare = _QUOTED.sub("“”", rest).rstrip("，。；：！？")
    found = {f"starts:{rest[:1]}", f"starts:{rest[:2]}", f"ends:{bare[-1:]}", f"ends:{bare[-2:]}"}
    if linked and linked["we"]:
        found.add("we")
    if joined := _COORDINATION.match(plain):
        found.add(f"joins:{joined['word']}")
    if starts_with_verb(rest):
        found.add("verb")
    found |= _office_in(rest)
    for word in _WORDS.split():
        at = (plain if word == "？" else bare).find(word)
        if at >= 0:
            found |= {f"has:{word}", f"has:{word}:{'first' if at == 0 else 'early' if at < _EARLY else 'late'}"}
    found |= {name for name, pattern in _SIGNS.items() if pattern.search(bare if name == "figure" else rest)}
    found.add(f"length:{min(len(bare) // 6, 6)}")
    return found


def _office_in(rest: str) -> set[str]:
    """What an office at the start of a clause is told to do."""
    actor = _ACTOR.match(rest)
    if not actor:
        return set()
    found = {"office", f"office:{actor['by']}", f"office:{actor['by']}:{actor['next'][:1]}"}
    told = starts_with_verb(rest[actor.end() - len(actor["next"]) :])
    return found | ({"office:verb"} if told else set())


def of_sentence(sentence: str) -> set[str]:
    """The features of a sentence: those of its first clause, of any, and of its last if it has several."""
    clauses = [of_clause(sentence[start:end]) for start, end in clause_spans(sentence)]
    found = grams(sentence) | {f"first:{name}" for name in clauses[0]}
    if len(clauses) > 1:
        found |= {f"last:{name}" for name in clauses[-1]}
    for clause in clauses:
        found |= {f"any:{name}" for name in clause}
    found |= {name for name, holds in _RULES.items() if holds(sentence)}
    found.add(f"clauses:{min(len(clauses), 5)}")
    found.add(f"stop:{sentence.rstrip()[-1:]}" if sentence.rstrip()[-1:] in "。？；！：" else "stop:none")
    return found


def of_boundary(clauses: Sequence[str], at: int, begun: int, asks: Callable[[str], float]) -> set[str]:
    """The features of the boundary before clause `at` of a sentence whose latest ask began with clause `begun`; `asks`
    gives the log odds that some words ask."""
    after, begins = of_clause(clauses[at]), of_clause(clauses[begun])
    found = grams(clauses[at]) | {f"after:{name}" for name in after if not name.startswith("ends")}
    found |= {f"begun:{name}" for name in begins if name.startswith(("office", "verb", "has:", "joins"))}
    shared = [name for name in after & begins if name.startswith(("office:", "has:")) and name.endswith(":first")]
    found |= {f"both:{name}" for name in shared}
    pair = "".join("ov"[kind == "verb"] for kind in ("office", "verb") if kind in begins)
    found |= {f"{pair}>{kind}" for kind in ("office", "verb", "office:verb") if kind in after}
    found |= {f"before:{name}" for name in of_clause(clauses[at - 1]) if name.startswith(("ends", "length"))}
    if is_request(clauses[at]):
        found.add("asks again" if is_request("".join(clauses[begun:at])) else "asks first")
    found |= _likeness(clauses[begun], clauses[at])
    if at + 1 < len(clauses):
        found |= {f"then:{name}" for name in of_clause(clauses[at + 1]) if name.startswith(("office", "verb", "joins"))}
    for name, words in (("so far", clauses[begun:at]), ("next", clauses[at : at + 1]), ("rest", clauses[at:])):
        found |= {f"{name} asks:{limit}" for limit in (-3, -2, -1, 0, 1, 2, 3) if asks("".join(words)) > limit}
    found.add(f"left:{min(len(clauses) - at, 3)}")
    found.add(f"ask_length:{min(sum(map(len, clauses[begun:at])) // 8, 5)}")
    found.add(f"clauses:{min(at - begun, 3)}")
    return found


def _likeness(one: str, other: str) -> set[str]:
    """What two clauses share: their first words, and whether each tells another office to do something."""
    first, second = (_LINKED.sub("", compact(clause), count=1) for clause in (one, other))
    found = set()
    for words in (first, first.removeprefix("建议"), first.removeprefix("请"), first.removeprefix("希望")):
        if words[:1] == second[:1]:
            found |= {"same start"} | ({"same two"} if words[:2] == second[:2] else set())
    offices = [match.group() for match in (_ACTOR.match(first), _ACTOR.match(second)) if match]
    if len(offices) == 2:
        found.add("another office" if offices[0][:6] != offices[1][:6] else "the same office")
    if 2 * len(second) < len(first):
        found.add("shorter by half")
    return found
