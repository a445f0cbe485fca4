"""Passages: offsets hold, no passage crosses a section or is too long, and anchors survive new sections."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.addresses import anchors, is_old_number, parse_passage_id, passage_id
from corpus.documents import read_documents
from corpus.masked import masked_document
from corpus.passages import MAX_LENGTH, split
from corpus.types import Document
from tests.letters import SAMPLE, letter, parsed

FILES = sorted(p for p in SAMPLE.rglob("*") if p.is_file())


def check_offsets(document: Document) -> None:
    passages = split(document)
    assert passages
    assert [p.number for p in passages] == list(range(1, len(passages) + 1))
    assert len({p.anchor for p in passages}) == len(passages)
    before = 0
    for passage in passages:
        section = document.sections[passage.section]
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.text == passage.text.strip()
        assert section.start <= passage.start < passage.end <= section.end
        assert passage.start >= before
        assert len(passage.text) <= MAX_LENGTH
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


def test_an_anchor_is_eight_digits_of_the_hash_of_the_masked_text_without_white_space() -> None:
    body = "一、办理情况\n食堂　已经建成。\n请咨询联系人：周小平，电话：86601234。"
    [passage] = split(masked_document(parsed(letter(body=body))))
    assert passage.text == "食堂　已经建成。\n请咨询联系人：周**，电话：86******。"
    # printf 食堂已经建成。请咨询联系人：周**，电话：86******。 | sha256sum
    assert passage.anchor == "5882336a"


def test_an_anchor_gives_no_hint_at_what_is_masked() -> None:
    one, other = (
        split(masked_document(parsed(letter(body=f"一、办理情况\n请咨询联系人：{name}，电话：{number}。"))))[0]
        for name, number in (("周小平", "86601234"), ("周大同", "86609999"))
    )
    assert one.anchor == other.anchor


def test_the_same_text_again_has_a_suffix() -> None:
    body = "\n".join(f"{number}、第{number}项\n已办结。" for number in "一二三") + "\n四、补贴\n每餐两元。"
    texts = [p.text for p in split(parsed(letter(body=body)))]
    found = [p.anchor for p in split(parsed(letter(body=body)))]
    assert texts == ["已办结。", "已办结。", "已办结。", "每餐两元。"]
    # printf 已办结。 | sha256sum; printf 每餐两元。 | sha256sum
    assert found == ["c798fc74", "c798fc74.2", "c798fc74.3", "8f1ed0ee"]


_PARAGRAPH = st.text(alphabet="养老服务街道食堂补贴今年，、；。0123 ", min_size=1, max_size=600)


@settings(max_examples=100, deadline=None)
@given(st.lists(_PARAGRAPH, min_size=1, max_size=6), st.integers(0, 5))
def test_a_new_section_leaves_the_anchors_of_the_others(paragraphs: list[str], place: int) -> None:
    sections = [f"{number}、办理情况\n今年{text}。" for number, text in zip("一二三四五六", paragraphs, strict=False)]
    new = "七、全新\n此节为后来所增。"
    before = split(parsed(letter(body="\n".join(sections))))
    after = split(parsed(letter(body="\n".join([*sections[:place], new, *sections[place:]]))))
    assert [p.text for p in after if p.text == "此节为后来所增。"]
    assert [(p.anchor, p.text) for p in after if p.text != "此节为后来所增。"] == [(p.anchor, p.text) for p in before]


@given(st.text(), st.lists(st.text(max_size=3), min_size=1, max_size=20))
def test_an_address_gives_back_the_document_and_the_anchor(doc_id: str, texts: list[str]) -> None:
    found = anchors(texts)
    assert len(set(found)) == len(texts)
    for anchor in found:
        assert parse_passage_id(passage_id(doc_id, anchor)) == (doc_id, anchor)
        assert not is_old_number(anchor)


@given(st.text(), st.integers(1, 9999))
def test_an_old_address_gives_back_the_document_and_the_number(doc_id: str, number: int) -> None:
    assert parse_passage_id(f"{doc_id}#{number}") == (doc_id, str(number))
    assert is_old_number(str(number))
