"""Which of an archive's agencies does a text name? In full, in short (市民政局, 卫健委), or spelt by ear (民正局).

A short form drops the place, words of the name, or all but the first character of a word; what ends it stays. The forms
are made from the names alone, and so hold for agencies that nobody has listed.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from corpus.language.agencies import compact, without_place
from search_api.suggest.pinyin import syllables

_ENDING = re.compile("委员会|联合会|办公室|办事处|管委会|支队|大队|总队|中心|分局|总局|总会|公司|[局委办厅署会院部]$")
# What people write for an ending; bureaus that became commissions are called either.
_ENDINGS = {
    "局": "局|委员会|委", "委员会": "委员会|委|局", "联合会": "联合会|联", "支队": "支队|大队|队", "大队": "大队|队",
    "办公室": "办公室|办", "办事处": "办事处|办",
}  # fmt: skip
_ENDS_A_NAME = "局委办厅署会联队心处室部院司"
_GOES_ON = r"(?![限势面促长员派托合])"
"""教育局限 and 委员 are other words; a name's last character is none of theirs."""
_JOINS = frozenset("和与及暨")
_EVERYDAY = (
    ("公安局交通警察支队", "交警"),
    ("公安局交通管理大队", "交警"),
    ("住房公积金管理中心", "公积金中心"),
    ("生态环境局", "环保局"),
)
"""Names by which a body is known that no rule makes from its own."""
_NAMES_WITHOUT_RULE = ("团", "共青团", *(everyday for _, everyday in _EVERYDAY))
_YOUTH_LEAGUE = re.compile(r"共青团(?P<place>.*?[省市区县])委员会")
_MIN_LENGTH = 3  # of a short form without its place: 教局 and 财局 are nobody's words
_MIN_LONE = 3  # characters of a word that names an agency without the words before it: 公积金中心, not 管理局


class Found(NamedTuple):
    """text[start:end] names these agencies."""

    start: int
    end: int
    agencies: tuple[str, ...]


@dataclass(frozen=True)
class _Body:
    """What bureaus of several places are called alike, and each of them by its places' forms."""

    rest: str
    pattern: re.Pattern[str]
    words: tuple[str, ...]
    by_place: tuple[tuple[str, tuple[str, ...]], ...]  # the longest form first


class Agencies:
    """The agencies of an archive by all forms of their names. `words` cuts a text into its words."""

    def __init__(self, names: Iterable[str], words: Callable[[str], Sequence[str]]) -> None:
        of_rest: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for name in names:
            place, rest = _parts(name)
            if len(rest) >= _MIN_LENGTH:
                of_rest[rest][name] = place
        self._bodies = [_body(rest, places, words) for rest, places in sorted(of_rest.items())]

    def found(self, text: str) -> list[Found]:
        """Every stretch that names an agency; they may overlap."""
        if not any(ending in text for ending in _ENDS_A_NAME) and "交警" not in text:
            return []
        written = [found for body in self._bodies for found in _written(body, text)]
        return _joined(written or [found for body in self._bodies for found in _by_ear(body, text)])


def _joined(found: Iterable[Found]) -> list[Found]:
    """One for each stretch: 住建局 is 住房和城乡建设局 and 住房和建设局."""
    named: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for start, end, agencies in found:
        named[start, end].update(agencies)
    return [Found(start, end, tuple(sorted(agencies))) for (start, end), agencies in sorted(named.items())]


def _parts(name: str) -> tuple[str, str]:
    if league := _YOUTH_LEAGUE.fullmatch(compact(name)):
        return league["place"], "共青团委员会"
    return without_place(name)


def _body(rest: str, places: dict[str, str], words: Callable[[str], Sequence[str]]) -> _Body:
    by_form: defaultdict[str, list[str]] = defaultdict(list)
    for name, place in places.items():
        for form in _place_forms(place):
            by_form[form].append(name)
    by_form[""] = list(places)
    ordered = sorted(by_form.items(), key=lambda form: -len(form[0]))
    stem, ending = _stem(rest)
    contents = tuple(_pieces(words(stem)))
    pattern = re.compile(f"(?:{'|'.join(_alternatives(rest, contents, ending))}){_GOES_ON}")
    return _Body(rest, pattern, contents, tuple((form, tuple(sorted(names))) for form, names in ordered))


def _place_forms(place: str) -> set[str]:
    """松澜市: 松澜市, 松澜, 市."""
    return {place, place[:-1], place[-1:]} - {""} if len(place) > 1 else {place} - {""}


def _stem(rest: str) -> tuple[str, str]:
    endings = [found for found in _ENDING.finditer(rest) if found.end() == len(rest)]
    start = endings[0].start() if endings else len(rest)
    return rest[:start], rest[start:]


def _pieces(words: Sequence[str]) -> Iterator[str]:
    """The words of a name, without the small ones that search mode adds, and long ones in pairs: 交通警察 is two."""
    whole = [word for word in words if not any(word != other and word in other for other in words)]
    for word in whole:
        if len(word) >= 4 and len(word) % 2 == 0:
            yield from (word[at : at + 2] for at in range(0, len(word), 2))
        elif word not in _JOINS:
            yield word


def _alternatives(rest: str, words: tuple[str, ...], ending: str) -> Iterator[str]:
    """Patterns of the name and its short forms; which of the matches are too short is seen afterwards."""
    yield re.escape(rest)
    if rest == "共青团委员会":
        yield "团[省市区县]?委|共青团"
    for name, everyday in _EVERYDAY:
        if rest == name:
            yield everyday + "(?:支队|大队|队)?"
    if ending and words:
        short = "".join(f"(?:{re.escape(word)}|{re.escape(word[0])})?[和与及]?" for word in words)
        yield f"{short}(?:{_ENDINGS.get(ending, re.escape(ending))})"


def _written(body: _Body, text: str) -> Iterator[Found]:
    for match in body.pattern.finditer(text):
        if _says_enough(body, match[0]):
            yield _placed(body, text, match.start(), match.end())


def _says_enough(body: _Body, form: str) -> bool:
    """Whether a form begins as the name does, or has two words of it, or a long one."""
    if form == body.rest or form.startswith(_NAMES_WITHOUT_RULE):
        return True
    if len(form) < _MIN_LENGTH and not form.endswith("联"):
        return False
    begun = form[0] == body.words[0][0]
    named = [word for word in body.words if word in form or word[0] in form]
    return begun or len(named) > 1 or any(word in form and len(word) >= _MIN_LONE for word in named)


def _placed(body: _Body, text: str, start: int, end: int) -> Found:
    """With the place before it; a place without such a bureau leaves those of all places."""
    before = text[:start]
    form, names = next((form, names) for form, names in body.by_place if before.endswith(form))
    return Found(start - len(form), end, names)


def _by_ear(body: _Body, text: str) -> Iterator[Found]:
    """Stretches that are read as the name, with its last character and another one of its own: 民正局."""
    length, last = len(body.rest), body.rest[-1]
    for end in range(length, len(text) + 1):
        piece = text[end - length : end]
        if piece == body.rest or re.match(_GOES_ON, text[end:]) is None:
            continue
        if piece[-1] != last or sum(a == b for a, b in zip(piece, body.rest, strict=True)) < 2:
            continue
        if syllables(piece) == syllables(body.rest):
            yield _placed(body, text, end - length, end)
