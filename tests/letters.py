"""Letters for tests, written line by line; and where the real ones lie."""

from pathlib import Path

from corpus.documents import read_documents
from corpus.errors import ReadError
from corpus.parser import parse
from corpus.passages import split
from corpus.types import Block, Document, RawDocument, Source

SHARED = Path(__file__).resolve().parents[2] / "shared"
SAMPLE = Path(__file__).resolve().parents[1] / "corpus" / "sample" / "letters"

PASTED = """关于老旧小区两件事的提案
提案号：20260088
小区里老人多，车也多。为此建议：
一、提高加装电梯的财政补贴。老人上下楼不便。
二、推动机关单位夜间开放停车泊位。
三、在海边建设一座低轨卫星发射场。"""
"""A proposal as people paste it: the sample archive answers its first two points, and nothing like the third."""


def raw(text: str, **fields: str) -> RawDocument:
    """A text file as its reader gives it."""
    blocks = tuple(Block(line) for line in text.strip("\n").split("\n"))
    return RawDocument(blocks=blocks, fields=fields, source=Source(path="信.txt", media_type="text/plain"))


def parsed(text: str, **fields: str) -> Document:
    return parse(raw(text, **fields))


def numbered(i: int) -> str:
    """A letter that is another document for each i."""
    return letter(
        heading=f"松澜市民政局关于市政协十届二次会议第{20230200 + i}号提案的答复",
        opening=f"您提出的《关于第{i}件事的提案》收悉。现答复如下：",
    )


def letter(
    heading: str = "松澜市民政局关于市政协十届二次会议第20230112号提案的答复",
    salutation: str = "陈岚委员：",
    opening: str = "您提出的《关于增设长者食堂的提案》（第20230112号）收悉。经研究，现答复如下：",
    body: str = (
        "一、基本情况\n全市现有长者食堂六十八家，日均就餐九千人次，覆盖全部街道。\n"
        "二、下一步工作\n下一步，我局将在年底前再建十二家。"
    ),
    closing: str = "感谢您对养老工作的关心。\n松澜市民政局\n2023年6月18日\n（联系人：周小平，联系电话：86601234）",
) -> str:
    """A complete letter of which a test replaces the part it is about."""
    return "\n".join(part for part in (heading, salutation, opening, body, closing) if part)


def addresses_in(file: Path) -> list[str]:
    """The addresses of a file's passages, in reading order, by the parser and the splitter alone."""
    documents = [d for d in read_documents(file, file.name) if not isinstance(d, ReadError)]
    return [passage.passage_id for document in documents for passage in split(document)]
