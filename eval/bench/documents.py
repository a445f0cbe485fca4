"""Composes synthetic documents: to the parser and to retrieval they read like replies, and they mean nothing.

A document is a function of seed and number alone, so that queries can be composed about any document of an archive
without reading it. Two filters with known shares are planted: PLANTED_YEAR on every tenth document, PLANTED_AGENCY on
every hundredth.
"""

import json
from collections.abc import Callable, Iterator
from math import exp, log
from pathlib import Path
from random import Random
from typing import NamedTuple

from corpus.parser import parse
from corpus.passages import split
from corpus.types import Block, RawDocument, Source
from eval.bench.vocabulary import Sample, Template, Words, read_sample

PLANTED_YEAR, PLANTED_AGENCY = 2016, "松澜市地震局"
_YEARS = range(2017, 2026)

_MEDIAN_BODY, _SPREAD, _MIN_BODY, _MAX_BODY = 900, 0.5, 300, 6000
"""Characters of a document's body, log-normal. Whole documents have a median of about 1,200; the sample's is 1,324, and
archives also hold brief ones."""

_SLOT_SHARE = 0.5
"""The share of content words and numbers that are replaced. 450,000 characters so made have 20,800 distinct words and
65,500 bigrams; as many of the leader messages' real replies have 19,900 and 71,100."""
_TOPICS, _TOPIC_WORDS, _TOPIC_SHARE = 3000, 15, 0.4  # documents on one matter share words, or no vector could be learnt
_QUESTION_SHARE = 0.2  # messages come with their question, proposals without
HEAD_LINES, CLOSING_LINES = 4, 4
_DOCUMENTS_A_FILE = 1000
_TRIAL_DOCUMENTS = 200  # that tell how many characters make a passage

_PLACES = {
    "松澜市": "松", "临渡区": "临", "梧桐区": "梧", "白鹭区": "白", "高陂区": "高", "石桥县": "石", "云岫县": "云",
}  # fmt: skip
_BUREAUS = {
    "民政局": "民", "教育局": "教", "财政局": "财", "公安局": "公", "司法局": "司", "水务局": "水",
    "医疗保障局": "医保", "交通运输局": "交", "农业农村局": "农", "生态环境局": "环", "自然资源局": "自然资",
    "住房和城乡建设局": "建", "城市管理局": "城管", "卫生健康委员会": "卫", "发展和改革局": "发改",
    "市场监督管理局": "市监", "应急管理局": "应急", "人力资源和社会保障局": "人社", "工业和信息化局": "工信",
    "文化广电旅游体育局": "文旅",
}  # fmt: skip
_NUMERALS = "一二三四五六七八九十"
_SURNAMES, _GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗", "岚宁清远航舟文博雅静思源子涵明哲若云志勇海"


class Document(NamedTuple):
    """A document as a JSON line has it, and the words that were drawn for it, in order of drawing."""

    record: dict[str, str]
    words: tuple[str, ...]


class Written(NamedTuple):
    """The size of what was written: documents, characters of their texts, bytes on disk."""

    documents: int
    characters: int
    bytes: int


class Composer:
    """Composes documents. The same seed gives the same documents, to the byte."""

    def __init__(self, seed: int, sample: Sample | None = None) -> None:
        self._sample = sample or read_sample()
        self._seed = seed
        self._words = Words(self._sample, Random(f"{seed} words"))

    def rng(self, *what: object) -> Random:
        """A random generator of its own for each thing that is composed."""
        return Random(" ".join(map(str, (self._seed, *what))))

    def document(self, number: int) -> Document:
        rng = self.rng("letter", number)  # this word seeds every document: another one gives other archives
        draft = _Draft(self._sample, self._drawing(rng), rng)
        facts = _facts(number, rng)
        subject = f"{rng.choice(_VERBS)}{draft.word()}{draft.word()}{rng.choice(_NOUNS)}"
        title = f"关于{subject}的{facts.what}"
        record = {
            "id": f"synthetic-{number:07d}",
            "title": title,
            "agency": facts.agency,
            "replied_on": f"{facts.year}-{facts.month:02d}-{facts.day:02d}",
            "doc_number": facts.doc_number,
            "proposal_number": facts.proposal_number,
        }
        if rng.random() < _QUESTION_SHARE:
            record["question"] = draft.paragraph("opening", rng.randint(80, 250))
        length = min(max(exp(rng.gauss(log(_MEDIAN_BODY), _SPREAD)), _MIN_BODY), _MAX_BODY)
        record["text"] = "\n".join([*_head(facts, title, rng), *draft.body(length), *_closing(facts, rng)])
        return Document(record, tuple(draft.drawn))

    def text(self, draw: Callable[[], str], rng: Random, length: int) -> str:
        """Running text of exactly so many characters, its words drawn by the caller."""
        # A body may fall short of the length it was asked for, by two fifths at most.
        return "\n".join(_Draft(self._sample, draw, rng).body(2 * length))[:length]

    def _drawing(self, rng: Random) -> Callable[[], str]:
        """A source of words for one text on one topic; common topics come more often."""
        topic_rng = self.rng("topic", int(_TOPICS ** rng.random()))
        topic = [self._words.draw(topic_rng) for _ in range(_TOPIC_WORDS)]
        return lambda: rng.choice(topic) if rng.random() < _TOPIC_SHARE else self._words.draw(rng)


class _Facts(NamedTuple):
    agency: str
    doc_number: str
    proposal_number: str
    what: str
    asked_at: str
    year: int
    month: int
    day: int


def _facts(number: int, rng: Random) -> _Facts:
    place, bureau = rng.choice(list(_PLACES)), rng.choice(list(_BUREAUS))
    agency, short = place + bureau, _PLACES[place] + _BUREAUS[bureau]
    year = rng.choice(_YEARS)
    if number % 10 == 3:
        year = PLANTED_YEAR
    if number % 100 == 7:
        agency, short = PLANTED_AGENCY, "松震"
    term, first = next((term, first) for term, first in (("十", 2022), ("九", 2017), ("八", 2012)) if year >= first)
    meeting = _NUMERALS[year - first]
    what = rng.choice(("提案", "提案", "建议"))
    asked_at = f"市政协{term}届{meeting}次会议" if what == "提案" else f"市人大{term}届{meeting}次会议"
    return _Facts(
        agency,
        f"{short}函〔{year}〕{rng.randint(1, 400)}号",
        f"{year}{number % 10_000:04d}",
        what,
        asked_at,
        year,
        rng.randint(4, 11),
        rng.randint(1, 28),
    )


def _head(facts: _Facts, title: str, rng: Random) -> Iterator[str]:
    yield f"{facts.agency}关于{facts.asked_at}第{facts.proposal_number}号{facts.what}的答复"
    yield facts.doc_number
    yield f"{_name(rng)}{'委员' if facts.what == '提案' else '代表'}："
    yield f"您提出的《{title}》（第{facts.proposal_number}号）收悉。经会同有关部门研究，现答复如下："


def _closing(facts: _Facts, rng: Random) -> Iterator[str]:
    yield "感谢您对我们工作的关心和支持。"
    yield facts.agency
    yield f"{facts.year}年{facts.month}月{facts.day}日"
    yield f"（联系人：{_name(rng)}，联系电话：8660{rng.randint(0, 9999):04d}）"


def _name(rng: Random) -> str:
    return rng.choice(_SURNAMES) + "".join(rng.choices(_GIVEN, k=rng.randint(1, 2)))


_VERBS = ("加强", "完善", "规范", "加快推进", "进一步做好", "解决", "改进", "支持")
_NOUNS = ("工作", "管理", "建设", "服务", "问题", "", "", "")


class _Draft:
    """The running text of one document."""

    def __init__(self, sample: Sample, draw: Callable[[], str], rng: Random) -> None:
        self._sample, self._draw, self._rng = sample, draw, rng
        self.drawn: list[str] = []

    def word(self) -> str:
        self.drawn.append(self._draw())
        return self.drawn[-1]

    def body(self, length: float) -> Iterator[str]:
        """Paragraphs under numbered headings, about `length` characters."""
        roles = self._roles(max(2, min(round(length / 350), len(_NUMERALS))))
        for numeral, role in zip(_NUMERALS, roles, strict=False):
            yield f"{numeral}、{self.fill(self._rng.choice(self._sample.headings[role]))}"
            wanted = length / len(roles) * self._rng.uniform(0.6, 1.4)
            while wanted > 0:
                paragraph = self.paragraph(role, min(wanted, self._rng.randint(100, 350)))
                wanted -= len(paragraph)
                yield paragraph

    def _roles(self, sections: int) -> list[str]:
        roles = ["answer"] * sections
        if self._rng.random() < 0.4:
            roles[0] = "situation"
        if self._rng.random() < 0.8:
            roles[-1] = "plan"
        if sections > 3 and self._rng.random() < 0.3:
            roles[-2] = "difficulty"
        return roles

    def paragraph(self, role: str, length: float) -> str:
        """Whole sentences, `length` characters or a few more."""
        sentences = self._sample.sentences[role if self._rng.random() < 0.3 else "answer"]
        text = ""
        while len(text) < length:
            text += self.fill(self._rng.choice(sentences))
        return text

    def fill(self, template: Template) -> str:
        return "".join(self._slot(piece) if i % 2 else piece for i, piece in enumerate(template))

    def _slot(self, piece: str) -> str:
        if self._rng.random() >= _SLOT_SHARE:
            return piece
        if not piece.isdecimal():
            return self.word()
        if len(piece) == 4 and piece.startswith("20"):
            return str(self._rng.randint(2014, 2026))
        return str(self._rng.randrange(10 ** (len(piece) - 1), 10 ** len(piece)))


def write_archive(folder: Path, composer: Composer, passages: int) -> Written:
    """JSON lines, 1,000 documents a file, with `passages` passages or a few per cent more or less."""
    wanted = passages * _characters_a_passage(composer)
    written = Written(0, 0, 0)
    while written.characters < wanted:
        lines: list[str] = []
        documents, characters, size = written
        while characters < wanted and len(lines) < _DOCUMENTS_A_FILE:
            record = composer.document(documents).record
            lines.append(json.dumps(record, ensure_ascii=False) + "\n")
            documents += 1
            characters += len(record["text"])
        data = "".join(lines).encode("utf-8")
        (folder / f"documents-{written.documents:07d}.jsonl").write_bytes(data)
        written = Written(documents, characters, size + len(data))
    return written


def _characters_a_passage(composer: Composer) -> float:
    characters = passages = 0
    for number in range(_TRIAL_DOCUMENTS):
        text = composer.document(number).record["text"]
        blocks = tuple(Block(line) for line in text.split("\n"))
        document = parse(RawDocument(blocks=blocks, fields={}, source=Source(path="", media_type="text/plain")))
        characters += len(text)
        passages += len(split(document))
    return characters / passages
