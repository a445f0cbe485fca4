"""Finds commitments: who will do what by when. Reports of what is done, planned once or merely quoted are none.

A commitment is a clause, or a few, with a time that is still to come, or with a word of intention (将, 拟, 力争).
Not for: whether it was kept, which a later document shows.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

from corpus.facts import promise_words as words
from corpus.facts.deadlines import Deadline, find_deadlines, month_end, without_titles
from corpus.language.numerals import NUMERAL, to_int
from corpus.types import Document, Passage

Strength = Literal["will", "plan", "strive", "study"]
"""How firm the word is: 将 and a bare date, 拟 and 计划, 力争 and 争取, 研究 and 适时."""


class Commitment(NamedTuple):
    """A promise, [start, end) of the text.

    `due` is [start, end) of the words that name the time, `by` its last day; both None where there is none, `by` alone
    where the date of the text is needed and unknown. `who` is as the text says it, or the agency whose text it is.
    """

    start: int
    end: int
    due: tuple[int, int] | None
    by: date | None
    who: str | None
    strength: Strength


class _Clause(NamedTuple):
    start: int
    end: int
    text: str
    deadline: Deadline | None
    heads: bool  # a colon follows


_SENTENCE = re.compile(r"如下[：:]|(?:(?!如下[：:])[^。！!？?\n\t])+")
_PART = re.compile(r"[^；;]+")
_YEAR_OF_NUMBER = re.compile(r"[〔\[［（(【]((?:19|20)[0-9]{2})[〕\]］）)】]")
_COUNTS_TO = re.compile(rf"截[至止](?:今年|本年|(?P<year>20[0-9]{{2}})\s*年)?\s*(?P<month>{NUMERAL})\s*月")
_COLONS = {"：", ":"}
_LIST_HEAD = 1  # characters before its time: 到2025年底
_CLAUSE = re.compile(r"(?:《[^》]*》|“[^”]*”|[（(][^（）()]*[）)]|(?<=\d),(?=\d)|[^，,：:])+")


def find_commitments(
    text: str, written: date | None = None, agency: str | None = None, *, plan: bool = False
) -> list[Commitment]:
    """The commitments of a passage in order. `plan`: it stands under a heading such as 下一步工作.

    >>> text = "去年已完成12家。我局将在年底前再建3家，力争明年上半年开放。"
    >>> [(text[c.start:c.end], str(c.by), c.strength) for c in find_commitments(text, date(2021, 7, 2))]
    [('我局将在年底前再建3家', '2021-12-31', 'will'), ('力争明年上半年开放', '2022-06-30', 'strive')]
    """
    found: list[Commitment] = []
    plain = without_titles(text)
    deadlines = find_deadlines(plain, written)
    for sentence in _SENTENCE.finditer(plain):
        coming, carried = plan or bool(words.NEXT.search(sentence[0])), None
        for part in _PART.finditer(plain, *sentence.span()):
            clauses = _clauses(plain, part.span(), deadlines, written)
            units = list(_units(clauses, coming or carried is not None))
            carried = _heads(clauses) or carried if units else None
            found += [_commitment(plain, unit, None if coming else carried, agency) for unit in units]
    return found


def passage_commitments(document: Document, passage: Passage) -> list[Commitment]:
    """The commitments of a passage of a document, against the document's date and in the name of its agency."""
    plan = document.sections[passage.section].role == "plan"
    return find_commitments(passage.text, written_on(document), document.agency, plan=plan)


def written_on(document: Document) -> date | None:
    """The date of a document; without one, a day of the year of its number on which it may have been written.

    That is the first of the year, or the last day that the text counts up to (截至今年6月底).
    """
    number = _YEAR_OF_NUMBER.search(document.doc_number or "")
    if document.replied_on or not number:
        return document.replied_on
    year = int(number[1])
    months = [to_int(m["month"]) or 0 for m in _COUNTS_TO.finditer(document.text) if m["year"] in (None, number[1])]
    latest = max((month for month in months if month <= 12), default=0)
    return month_end(year, latest) if latest else date(year, 1, 1)


def _heads(clauses: Sequence[_Clause]) -> Deadline | None:
    """The time at the head of a list, which is that of each of its items (到2025年底，…；…, 7月起作三点修正：…；…)."""
    for i, clause in enumerate(clauses):
        if clause.deadline and (clause.heads or (i == 0 and clause.deadline.start - clause.start <= _LIST_HEAD)):
            return clause.deadline
    return None


def _clauses(text: str, span: tuple[int, int], deadlines: Sequence[Deadline], written: date | None) -> list[_Clause]:
    clauses = []
    for match in _CLAUSE.finditer(text, *span):
        inner = match[0].strip()
        start = match.start() + match[0].index(inner) if inner else match.start()
        inside = [d for d in deadlines if start <= d.start and d.end <= match.end()]
        future = _future(inside, text, span[0], written)
        heads = text[match.end() : match.end() + 1] in _COLONS
        clauses.append(_Clause(start, start + len(inner), inner, future, heads))
    return [clause for clause in clauses if clause.text]


def _future(inside: Sequence[Deadline], text: str, start: int, written: date | None) -> Deadline | None:
    """The last of a clause's times that is still to come, without those counted from an event or in a report."""
    found = [d for d in inside if not (_is_length(text, d) and words.FROM_AN_EVENT.search(text[start : d.start]))]
    coming = [d for d in found if d.by is None or written is None or _still(d, written)]
    return coming[-1] if coming else None


def _is_length(text: str, deadline: Deadline) -> bool:
    return text[deadline.start : deadline.end].endswith("内")


def _still(deadline: Deadline, written: date) -> bool:
    by = deadline.by or written
    this = by.year == written.year and (
        deadline.bare or (by.month == written.month and by == month_end(by.year, by.month))
    )
    return by >= written and not (deadline.begins and this)


def _units(clauses: Sequence[_Clause], coming: bool) -> Iterator[list[_Clause]]:
    """The clauses of a sentence that promise, in groups: another time or another item (二是) opens one."""
    unit: list[_Clause] = []
    promised = quoted = False
    coming = coming and not _reports(clauses)
    leads = coming
    for clause in clauses:
        quotes = _quotes(clause)
        quoted = quoted if quotes is None else quotes
        leads = leads or (coming and len(clauses) > 1 and bool(words.ITEM.match(clause.text)))
        promises = not quoted and _promises(clause, leads)
        leads = leads and bool(words.NEXT.fullmatch(clause.text))
        if unit and _opens(clause, unit, promised):
            if promised:
                yield unit
            unit, promised = [], False
        unit.append(clause)
        promised = promised or promises
    if promised:
        yield unit


def _reports(clauses: Sequence[_Clause]) -> bool:
    """Whether a sentence under 下一步 tells how things are, or only names what its next one says."""
    if len(clauses) == 1 and words.NAME.fullmatch(clauses[0].text):
        return True
    return any(p.search(clause.text) for clause in clauses for p in (words.STATES, words.DONE, words.DOUBTED))


def _opens(clause: _Clause, unit: Sequence[_Clause], promised: bool) -> bool:
    if words.ITEM.match(clause.text):
        return True
    if clause.deadline is None:
        return False
    last = next((c.deadline for c in reversed(unit) if c.deadline), None)
    if last is None or last.by is None or clause.deadline.by is None:
        return not promised
    inside = last.bare and not clause.deadline.bare and clause.deadline.by <= last.by
    return last.by != clause.deadline.by and not inside


def _quotes(clause: _Clause) -> bool | None:
    """Whether a clause begins to tell what others ask or rule, or ends it; None where it goes on as before."""
    told = words.ASKED.search(clause.text) or words.RULED.search(clause.text)
    answered = words.ANSWERS.search(clause.text, told.end() if told else 0)
    return False if answered else True if told else None


def _promises(clause: _Clause, leads: bool) -> bool:
    said = clause.text
    if words.DOUBTED.search(said) or words.OF_OTHERS.search(said):
        return False
    if words.DONE.search(said) and not words.DELAYED.search(said):
        return False
    if any(pattern.search(said) for pattern in (words.STRIVES, words.PLANS, words.WILL)):
        return True
    if clause.deadline is None:
        return leads and not words.NEXT.fullmatch(said)
    return not clause.deadline.bare or clause.deadline.begins or bool(words.COMING_VERB.search(said))


def _commitment(text: str, unit: Sequence[_Clause], carried: Deadline | None, agency: str | None) -> Commitment:
    start, end = unit[0].start, unit[-1].end
    deadline = next((c.deadline for c in reversed(unit) if c.deadline), carried)
    due, by = ((deadline.start, deadline.end), deadline.by) if deadline else (None, None)
    return Commitment(start, end, due, by, _who(text[start:end], agency), _strength(text[start:end]))


def _who(said: str, agency: str | None) -> str | None:
    match = words.WHO.search(said)
    return agency if match is None or match[0].startswith("我") else match[0]


def _strength(said: str) -> Strength:
    if words.STRIVES.search(said):
        return "strive"
    if words.STUDIES.search(said):
        return "study"
    return "plan" if words.PLANS.search(said) else "will"
