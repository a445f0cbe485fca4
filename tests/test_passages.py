"""Passages: offsets that hold, sections that are not crossed, sizes that can be read at a glance."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.documents import read_documents
from corpus.passages import LONGEST, split
from corpus.types import Document
from tests.letters import SAMPLE, letter, parsed

FILES = sorted(p for p in SAMPLE.rglob("*") if p.is_file())


def check_offsets(document: Document) -> None:
    passages = split(document)
    assert passages
    assert [p.number for p in passages] == list(range(1, len(passages) + 1))
    before = 0
    for passage in passages:
        section = document.sections[passage.section]
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.text == passage.text.strip()
        assert section.start <= passage.start < passage.end <= section.end
        assert passage.start >= before
        assert len(passage.text) <= LONGEST
        before = passage.end
    for first, second in zip(document.sections, document.sections[1:], strict=False):
        assert first.end <= second.start
    for citation in document.citations:
        assert (
            document.text[citation.start : citation.end] == f"《{citation.title}》" or citation.title in document.text
        )


def test_the_sample_archive_is_there() -> None:
    assert len(FILES) >= 60


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_offsets_hold_on_every_sample_letter(path: Path) -> None:
    for document in read_documents(path, path.name):
        assert isinstance(document, Document)
        check_offsets(document)


_line = st.one_of(
    st.text(alphabet="养老服务街道食堂补贴今年新建，、。；：“”《》（）0123 ", min_size=1, max_size=600),
    st.sampled_from(
        ["一、基本情况", "（一）加密布点。", "1.送餐。", "一是好；二是快。", "下一步，我局将努力。", "松澜市民政局"]
    ),
    st.sampled_from(["陈岚委员：", "2023年6月18日", "感谢您的关心。", "现答复如下：", "— 3 —", ""]),
)


@settings(max_examples=150, deadline=None)
@example(["陈岚委员：", "一、基本情况", "一、基本情况"])
@given(st.lists(_line, min_size=1, max_size=25))
def test_offsets_hold_on_generated_texts(lines: list[str]) -> None:
    document = parsed("食堂\n" + "\n".join(lines))
    check_offsets(document)


def test_salutation_stock_opening_thanks_signature_and_contact_are_no_passages() -> None:
    shown = "".join(p.text for p in split(parsed(letter())))
    assert "全市现有长者食堂六十八家" in shown
    for absent in ("陈岚委员", "收悉", "答复如下", "感谢您", "周小平", "2023年6月18日"):
        assert absent not in shown


def test_what_an_opening_says_besides_its_formulas_is_a_passage() -> None:
    opening = "您提出的《关于增设食堂的提案》收悉。东塘街道去年关停的两家食堂均因租金上涨。现答复如下："
    assert split(parsed(letter(opening=opening)))[0].text == "东塘街道去年关停的两家食堂均因租金上涨。"


def test_short_paragraphs_of_one_section_go_together_and_long_ones_are_cut_at_sentences() -> None:
    short = "今年新建食堂十二家。\n每餐补贴两元。\n失能老人送餐上门。"
    long = "我局会同街道逐一核查了全部食堂的用房、消防和价格情况。" * 40
    passages = split(parsed(letter(body=f"一、基本情况\n{short}\n二、办理情况\n{long}")))
    assert passages[0].text == short
    assert len(passages) > 3
    assert all(p.text.endswith("。") for p in passages)


def test_a_letter_of_formulas_alone_can_still_be_found() -> None:
    document = parsed(
        "陈岚委员：\n您提出的《关于增设食堂的提案》收悉，该提案具有重要的指导意义。\n松澜市民政局\n2023年6月18日"
    )
    assert len(split(document)) == 1
