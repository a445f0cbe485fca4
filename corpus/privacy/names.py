"""Finds names of residents and contacts by what stands around them: a label before, a title or a verb behind.

Not here: officials who sign, and members and deputies who propose. A name that nothing calls a resident's or a
contact's is not masked, unless a label gave it elsewhere in the document.
"""

import re
from collections.abc import Collection, Iterator

from corpus.privacy.folding import HAN
from corpus.privacy.labels import LABELS, either
from corpus.privacy.surnames import COMMON, COMPOUND, DOUBTFUL, TITLES, begins_a_word, is_name, name_end

Span = tuple[int, int]

TITLE = (
    "(?:同志|先生|女士|小姐|老师|工程师|警官|秘书长|书记|主席|干事|经理|(?:[一二三四]级)?(?:主任)?(?:科员|调研员)"
    "|副?(?:主任|[科处局股所站队院校部镇乡区县市厅司组]长))"
)
_ASIDE = r"(?:\([^()\n]{0,20}\))?"
_MORE = (
    r"(?:的?(?:姓名|名字|名称|全名))?(?:[/及和与、](?:其)?(?:联系)?(?:电话|手机|方式|号码)|及?其?(?:联系)?(?:电话|方式))?"
    r"\d{0,2}"
)
# A colon and what is written for one; `(` begins a name as well as an aside: 投诉人(王小石).
_COLON = r"[\s*]{0,3}[:=|/>→_\-]{1,3}[\s*]{0,3}[(\[“\"'‘「《]?|\s?[(\[“\"'‘「《]"
_SOMEONE = [f"{doing}{who}" for doing in LABELS["does"] for who in ("人", "者")]
_LABELS = either("role", "kin", "named", "self", "contact", and_also=_SOMEONE)
_LABEL = re.compile(
    rf"(?P<label>{_LABELS})(?!们|员(?!姓名|[:=]))员?"
    rf"{_MORE}(?:{_ASIDE}(?P<colon>{_COLON})|{_ASIDE}(?P<verb>名?[为是叫系])|(?P<space> {{1,4}})|)"
)
_IS_CONTACT, _SELF = re.compile(either("contact")), frozenset(LABELS["self"])
_SAID_OF_ONESELF = re.compile(r"$|[^\u4e00-\u9fff]|家住|现?住|反映|今年|男|女|电话|手机|身份|的|是|因|于|来自")
# A label of contacts governs the text up to the end of its line, sentence or bracket.
_STRETCH = re.compile(r" *\n?(?:\([^()\n。]{0,60}\)|[^)\n。]){0,120}")
_RUN = re.compile(rf"(?![电手传邮联] +[话机真箱系]){HAN}(?:{HAN}|·){{1,20}}")
_BEFORE_NAME = re.compile(rf".*(?:{either('office')}|{TITLE})(?={HAN}{{2,3}}$|{HAN}+·{HAN}+$)")
_AFTER_NAME = re.compile(rf"{TITLE}+$")
_LATIN_NAME = re.compile(r"(?:M[rs]s?\.? ?)?[A-Z][a-z]{1,15}(?: [A-Z][a-z]{1,15}){1,2}")
_AND = re.compile(r" ?[、和与及,] ?")

_NAME = rf"(?:(?:{COMPOUND}){HAN}{{1,2}}|[{COMMON}]{HAN}{{1,2}}|{HAN}{{1,6}}·{HAN}{{1,7}})"
_APART = r"(?:^|[^\u4e00-\u9fff])"
# What stands behind a name, and what the text up to there ends with.
_TITLED = (re.compile(either("addressed")), re.compile(rf"(?P<name>{_NAME})$"))
_COURTESY = re.compile("先生|女士|小姐")
_SAYS = (
    re.compile(either("says")),
    re.compile(rf"(?:{_APART}|关于|收到|接到|[对就接])(?P<name>{_NAME})(?:同志|等\d{{0,3}}[人户名]?)?$"),
)
_BIO = (re.compile(rf"[男女](?!{HAN})"), re.compile(rf"{_APART}(?P<name>{_NAME})[,、( ]{{1,2}}$"))
_LONGEST = 18
"""Characters before a title or a verb in which its name is looked for."""
# Words whose last character is a surname, before a verb and 老人: 不许叫老人跑腿, 同时陪老人就医.
_ENDS_A_WORD = re.compile(
    "(?:[不也允准或少特期默容]许|[同及当按有届临平不此定小随准适暂即]时|[有相机海无攸]关|[尽不主只分监]管"
    "|[方一面走转趋导朝]向|[经非日正通往时如照异]常|[道公马铁一线]路|[简名订菜账工清表传]单|[前后地双官南北东西]方"
    "|[治公平]安|[提很最更]高|[不轻容简]易|[大作外]文|[终始至对关]于)$"
)
_SIGNED = re.compile(rf"敬礼[!。]?\s{{0,6}}(?P<name>{_NAME})(?=\s|\d|$)")
_NOT_TITLED = re.compile(f"[某姓老余名位个]|.*[的了在是和与]|{TITLES}")
# What follows the salutation to a member: 陈岚先生：您提出的…提案.
_PROPOSED = re.compile(
    r"[^。\n]{0,6}[:,]?\s{0,4}(?:您好[!。,]?\s{0,4})?(?:您|你们?)[^。\n]{0,12}提出的[^。\n]{0,80}"
    r"(?:提案|第[^。\n]{1,14}建议)"
)
_HOLDS_OFFICE = re.compile("(?:政协|人大)?(?:委员|代表)(?!人)")
_BESIDE = re.compile(
    rf"{_APART}(?P<name>{_NAME})[ ,:(/]{{0,3}}(?:(?:电话|手机|联系电话|身份证)(?:号码?)?[: ]{{0,2}})?$"
)
_BEHIND = re.compile(rf"[ ,)/]{{0,2}}(?P<name>{_NAME})(?!{HAN})")


def names(text: str) -> Iterator[Span]:
    """Names behind labels and before titles and verbs, in no order; spans may overlap."""
    limit = len(text)
    for label in reversed(list(_LABEL.finditer(text))):
        if _IS_CONTACT.fullmatch(label["label"]):
            yield from _contacts(text, label, limit)
            limit = label.start()
        else:
            yield from _residents(text, label)
    for behind, before in (_TITLED, _SAYS, _BIO):
        for match in behind.finditer(text):
            yield from _named_before(text, match.start(), before)
    for match in _SIGNED.finditer(text):
        yield match.span("name")


def names_beside(text: str, start: int, end: int) -> Iterator[Span]:
    """The name right before or right behind a number that is a person's own."""
    before = max(start - 16, 0)
    if match := _BESIDE.search(text[before:start]):
        at = before + match.start("name")
        if is_name(match["name"], sure=False):
            yield at, at + len(match["name"])
    if (behind := _BEHIND.match(text, end)) and is_name(behind["name"], sure=False):
        yield behind.span("name")


def mentions(text: str, known: Collection[str]) -> Iterator[Span]:
    """Every place where one of the names stands, but for those before the title of a member or deputy."""
    lengths = sorted({len(name) for name in known}, reverse=True)
    if not lengths:
        return
    first = re.compile("[" + "".join({name[0] for name in known}) + "]")
    for match in first.finditer(text):
        at = match.start()
        for length in lengths:
            if text[at : at + length] in known:
                if not _HOLDS_OFFICE.match(text, at + length):
                    yield at, at + length
                break


def may_be_known(name: str) -> bool:
    """Whether a name that a label gave may be looked for elsewhere: 高明 might be a word there."""
    return len(name) >= 2 and (len(name) > 2 or not begins_a_word(name))


def _named_before(text: str, end: int, pattern: re.Pattern[str]) -> Iterator[Span]:
    """The name right before a title or a verb, but for a member's: 陈岚先生：您提出的…提案."""
    start = max(end - _LONGEST, 0)
    match = pattern.search(text[start:end])
    if match is None or match["name"] in LABELS["famous"] or _NOT_TITLED.match(match["name"], 1):
        return
    titled = pattern is _TITLED[1]
    if not is_name(match["name"], sure=titled and bool(_COURTESY.match(text, end))):
        return
    if match["name"][0] in DOUBTFUL and not titled:  # 向政府反映
        return
    if _ENDS_A_WORD.search(text, 0, start + match.start("name") + 1):
        return
    if not _PROPOSED.match(text, end):
        yield start + match.start("name"), start + match.end("name")


def _residents(text: str, label: re.Match[str]) -> Iterator[Span]:
    """The name right after a label, or a list of them."""
    start, sure = label.end(), bool(label["colon"])
    said = not sure and label["label"] in _SELF
    while start < len(text):
        if sure and (latin := _LATIN_NAME.match(text, start)):
            yield latin.span()
            return
        end = name_end(text, start, sure=sure)
        if end is None or (said and not _SAID_OF_ONESELF.match(text, end)):
            return
        yield start, end
        another = _AND.match(text, end)
        if another is None:
            return
        start = another.end()


def _contacts(text: str, label: re.Match[str], limit: int) -> Iterator[Span]:
    """Names in a list of contacts, without office and title. `limit`: where the next label of contacts begins."""
    start, sure = label.end(), bool(label["colon"])
    if not (sure or label["verb"] or label["space"]):
        yield from _residents(text, label)
        return
    stretch = _STRETCH.match(text, start, limit)
    for run in _RUN.finditer(text, start, stretch.end() if stretch else start):
        name = _AFTER_NAME.sub("", run[0])
        before = _BEFORE_NAME.match(name)
        at = run.start() + (before.end() if before else 0)
        end = name_end(text, at, sure=sure)
        if end and (at == start or end == run.start() + len(name)):
            yield at, end
