"""Nothing that answers is lost: passages and what is left out, each of a listed kind, make up every text."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.documents import read_documents
from corpus.masked import masked_document
from corpus.parser import parse
from corpus.passages import LeftOutKind, left_out, split
from corpus.types import Document
from tests.letters import SAMPLE, SHARED, letter, parsed, raw

DATA = Path(__file__).parent / "data"
ARCHIVES = [SAMPLE, DATA / "reading", DATA / "proposals", SHARED / "letters", SHARED / "data" / "leader_messages"]
_MAX_DOCUMENTS = 400  # of a file; the messages are twenty thousand


def documents(archive: Path) -> Iterator[Document]:
    """The documents of every file of an archive."""
    for path in sorted(path for path in archive.rglob("*") if path.suffix in (".txt", ".md", ".html", ".docx", ".gz")):
        for number, document in enumerate(read_documents(path, path.name)):
            if number == _MAX_DOCUMENTS:
                break
            if isinstance(document, Document):
                yield masked_document(document)


def check(document: Document) -> None:
    """Every character but white space is in one passage or one stretch that is left out, and only there."""
    spans = [(p.start, p.end) for p in split(document)] + [(part.start, part.end) for part in left_out(document)]
    at = 0
    for start, end in sorted(spans):
        assert at <= start < end
        assert not document.text[at:start].strip(), document.text[at:start]
        at = end
    assert not document.text[at:].strip(), document.text[at:]
    assert {part.kind for part in left_out(document)} <= set(get_args(LeftOutKind))


@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.name)
def test_passages_and_what_is_left_out_make_up_each_text(archive: Path) -> None:
    if not archive.is_dir():
        pytest.skip(f"{archive.name} is not here")
    found = list(documents(archive))
    assert len(found) >= 5
    for document in found:
        check(document)


@pytest.mark.parametrize("archive", ARCHIVES[:2], ids=lambda path: path.name)
def test_what_is_left_out_states_no_figures(archive: Path) -> None:
    """No formula states how many."""
    for document in documents(archive):
        for part in left_out(document):
            text = document.text[part.start : part.end]
            if part.kind in ("opening", "thanks"):
                assert not any(f"{digit}{unit}" in text for digit in "0123456789" for unit in "个家亩万元盏"), text


_LINES = st.sampled_from(
    [
        *(
            "陈岚委员：",
            "您好！",
            "您提出的《关于食堂的提案》收悉。",
            "现答复如下：",
            "现答复如下：食堂已建成。",
            "松澜市民政局",
        ),
        *(
            "一、基本情况",
            "二、食堂已建成。",
            "（一）加密布点。今年新建十二家。",
            "一是补贴。",
            "二是送餐上门。",
            "感谢您的关心。",
        ),
        *(
            "感谢您的关心。明年再建五家。",
            "2023年6月18日",
            "联系人：周小平",
            "附件：食堂名单",
            "东塘食堂 | 12",
            "【关闭】",
            "今年新建。",
        ),
        *(
            "抄送：市政府督查室。",
            "来源：区民政局",
            "",
            "内容：",
            "答复内容：",
            "下一步，我局将努力。",
            "— 3 —",
            "# 标题",
        ),
    ]
)


@settings(max_examples=300, deadline=None)
@example(["陈岚委员：", "一、基本情况", "一、基本情况"])
@given(st.lists(_LINES, min_size=1, max_size=16))
def test_generated_letters_lose_nothing(lines: list[str]) -> None:
    if document := parse(raw("\n".join(lines))):
        check(document)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("现答复如下：坏灯已全部换新。", "坏灯已全部换新。"),
        ("您提出的《关于修路的建议》收悉，村道已列入明年计划。", "村道已列入明年计划。"),
        ("我局会同街道研究，已换灯46盏，现答复如下：", "我局会同街道研究，已换灯46盏，现答复如下："),
        ("同意您提出的建议。", "同意您提出的建议。"),
        ("您提出的建议，我局予以采纳。", "您提出的建议，我局予以采纳。"),
        ("感谢您的建议，我局将在东侧修建停车场。", "感谢您的建议，我局将在东侧修建停车场。"),
    ],
)
def test_an_opening_that_also_answers_is_kept(text: str, kept: str) -> None:
    assert split(parsed(letter(opening=text, body="停车场年内建成。")))[0].text.startswith(kept)


@pytest.mark.parametrize(
    "lines",
    [
        ["一、拆除废弃锅炉房，改为停车场。", "二、机关院子夜间向居民开放。", "三、施划夜间限时车位九百个。"],
        ["1.拆除废弃锅炉房", "2.机关院子夜间开放", "3.施划夜间限时车位"],
        ["（1）拆除废弃锅炉房；", "（2）机关院子夜间开放；", "（3）施划夜间限时车位。"],
        ["一是拆除废弃锅炉房。", "二是机关院子夜间开放。", "三是施划夜间限时车位。"],
        ["第一，拆除废弃锅炉房。", "第二，机关院子夜间开放。", "第三，施划夜间限时车位。"],
    ],
)
def test_measures_of_one_sentence_are_a_passage(lines: list[str]) -> None:
    document = parsed(letter(body="\n".join(["我局采取以下措施：", *lines])))
    assert all(any(line in passage.text for passage in split(document)) for line in lines)
    assert not [section.heading for section in document.sections if section.heading]


@pytest.mark.parametrize(
    "line",
    [
        *(
            "【打印】 【关闭窗口】",
            "上一条：关于第2号提案的答复 下一条：关于第5号提案的答复",
            "同领域留言更多>>",
            "责任编辑：苗青",
        ),
        *(
            "相关稿件：",
            "互联网新闻信息服务许可证编号：51120170000",
            "转载事宜请联系云岭日报全媒体 联系电话：0555-86960000",
        ),
        *("感谢您对养老工作的关心！", "特此答复。", "如有疑问，请与我局联系。", "2023年6月18日", "领导签发：方知远"),
    ],
)
def test_what_stands_at_an_unsigned_end_is_no_passage(line: str) -> None:
    text = letter(body="全市有食堂六十八家。", closing=line)
    assert [passage.text for passage in split(parsed(text))] == ["全市有食堂六十八家。"]


def test_an_attachment_below_the_signature_is_searched() -> None:
    rows = "\n".join(f"{i} | 东塘街道第{i}食堂 | 每日{i}00份" for i in range(1, 8))
    document = parsed(letter(closing=f"松澜市民政局\n2023年6月18日\n附件：食堂名单\n{rows}"))
    assert any("东塘街道第7食堂" in passage.text for passage in split(document))
    check(document)


def test_a_form_below_the_signature_is_not() -> None:
    form = "附件\n提案办理情况征询意见表\n" + "\n".join(
        f"对第{i}项办理结果的意见 | 满意 | 基本满意 | 不满意" for i in range(9)
    )
    document = parsed(letter(closing=f"松澜市民政局\n2023年6月18日\n{form}"))
    assert not any("基本满意" in passage.text for passage in split(document))
    check(document)
