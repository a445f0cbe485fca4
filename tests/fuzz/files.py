"""Files of every format, whole and damaged: bits turned over, pieces lost, doubled or of another file, parts of a
package exchanged."""

import gzip
import json
import zipfile
from collections.abc import Callable
from functools import cache
from io import BytesIO

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import strategies as st
from PIL import Image

from corpus.readers import SUFFIXES
from corpus.readers.fields import NAMES
from eval.bench.readers import FILES
from tests.fuzz.texts import SURROGATES, lines, pieces, texts
from tests.letters import letter
from tests.readers.files import excel, pdf, word
from tests.readers.ofds import letter_ofd

_CODECS = ["utf-8", "utf-8-sig", "gb18030", "gbk", "big5", "big5hkscs", "cp950", "utf-16", "utf-16-le", "utf-16-be"]
_CODECS += ["shift_jis", "latin-1", "utf-32", "utf-7", "koi8-r"]


@cache
def wholes() -> dict[str, bytes]:
    """A small file of each suffix that is as it should be."""
    text = letter()
    row = {"id": "1", "标题": "关于增设食堂的提案", "答复内容": text, "答复日期": "2023-06-18", "答复单位": "市民政局"}
    jsonl = "".join(json.dumps(row | {"id": str(n)}, ensure_ascii=False) + "\n" for n in range(3)).encode()
    quoted = text.replace('"', '""')
    csv = f'编号,标题,答复内容\n1,食堂,"{quoted}"\n2,电梯,"{quoted}"\n'.encode()
    paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    header = "<table><tr><td>发文字号</td><td>松民函〔2023〕51号</td></tr></table>"
    html = f"<html><head><title>答复_网站</title></head><body>{header}<div id=zoom>{paragraphs}</div></body></html>"
    markdown = "\n\n".join(f"## {line}" if line.startswith("一、") else line for line in text.split("\n"))
    return {
        ".txt": text.encode("gb18030"),
        ".md": (markdown + "\n\n|甲|乙|\n|-|-|\n|**一**|2|\n").encode(),
        ".html": html.encode(),
        ".docx": _word(text),
        ".pdf": pdf([text.split("\n"), ["第二页", "完"]]),
        ".xlsx": excel([[*row], [*row.values()]], [["甲"], [1.5], [None]]),
        ".csv": csv,
        ".json": json.dumps([row], ensure_ascii=False).encode(),
        ".jsonl": jsonl,
        ".jsonl.gz": gzip.compress(jsonl, mtime=0),
        **{path.suffix: path.read_bytes() for path in FILES.iterdir() if path.suffix not in (".csv", ".xlsx")},
        ".ofd": letter_ofd(text + "\n" + text),
        **pictures(),
    }


def pictures() -> dict[str, bytes]:
    """A small picture of each format, grey, black and white, and in colour."""
    made = {}
    for suffix, mode in ((".jpg", "L"), (".png", "RGB"), (".tif", "1")):
        buffer = BytesIO()
        Image.new(mode, (40, 30), "white").save(buffer, {".jpg": "jpeg", ".png": "png", ".tif": "tiff"}[suffix])
        made[suffix] = buffer.getvalue()
    return made


def _word(text: str) -> bytes:
    document = docx.Document()
    for line in text.split("\n"):
        document.add_paragraph(line, style="List Number" if line.startswith("全市") else None)
    document.add_heading("二、下一步工作", 2)
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "类别"
    inserted = f"<w:p {nsdecls('w')}><w:ins><w:r><w:t>加上的</w:t></w:r></w:ins></w:p>"
    document.element.body.insert(0, parse_xml(inserted))
    return word(document)


# Damage


def _turned(data: bytes, at: int, bit: int) -> bytes:
    place = at % max(1, len(data))
    return data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :] if data else data


def _cut(data: bytes, at: int, length: int) -> bytes:
    start = at % (len(data) + 1)
    return data[:start] + data[start + length :]


def _doubled(data: bytes, at: int, length: int, to: int) -> bytes:
    start, goal = at % (len(data) + 1), to % (len(data) + 1)
    return data[:goal] + data[start : start + length] + data[goal:]


_places = st.integers(0, 1 << 20)
_lengths = st.sampled_from([1, 2, 3, 7, 16, 100, 1000, 1 << 30])
_pieces_of_others = st.one_of(
    st.builds(lambda suffix, at, n: (d := wholes()[suffix])[at % len(d) :][:n],
              st.sampled_from([*wholes()]), _places, _lengths),
    st.binary(max_size=20),
    pieces.map(lambda text: text.encode("utf-8", "surrogatepass")),
)  # fmt: skip
Damage = Callable[[bytes], bytes]
_damages: st.SearchStrategy[Damage] = st.one_of(
    st.builds(lambda at, bit: lambda data: _turned(data, at, bit), _places, st.integers(0, 7)),
    st.builds(lambda at, n: lambda data: _cut(data, at, n), _places, _lengths),
    st.builds(lambda at, n, to: lambda data: _doubled(data, at, n, to), _places, _lengths, _places),
    st.builds(lambda at, new: lambda data: data[: at % (len(data) + 1)] + new + data[at % (len(data) + 1) :],
              _places, _pieces_of_others),
)  # fmt: skip


@st.composite
def _repacked(draw: st.DrawFn, suffix: str) -> bytes:
    """An Office file whose parts are damaged inside, left out, or exchanged for others', and packed again soundly."""
    parts = _parts(wholes()[suffix])
    others = [*_parts(wholes()[".docx"]).items(), *_parts(wholes()[".xlsx"]).items()]
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(parts)))
        match draw(st.sampled_from(["damage", "damage", "damage", "leave out", "exchange", "empty"])):
            case "damage":
                parts[name] = draw(_damages)(parts[name])
            case "leave out" if len(parts) > 1:
                del parts[name]
            case "exchange":
                parts[name] = draw(st.sampled_from(others))[1]
            case "empty":
                parts[name] = b""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """The name of a file and its content: begun as a sound file of some format."""
    suffix = draw(st.sampled_from(sorted(wholes())))
    zipped = (".docx", ".xlsx", ".ofd", ".zip")
    data = draw(_repacked(suffix)) if suffix in zipped and draw(st.booleans()) else wholes()[suffix]
    for damage in draw(st.lists(_damages, max_size=4)):
        data = damage(data)
    return draw(_names(suffix)), data


def _names(suffix: str) -> st.SearchStrategy[str]:
    """Mostly the right name, else that of any format."""
    right = st.just(f"信{suffix}")
    return st.one_of(right, right, right, st.sampled_from(sorted(SUFFIXES | {""})).map("信{}".format))


# Files that hold what texts can be.


_TAGS = """
p div span table tr td th br b strong h1 h3 ul li pre title head body meta style script textarea a img svg o:p
"""
_tags = st.sampled_from(_TAGS.split())
_attributes = st.sampled_from(
    [
        "",
        " id=zoom",
        ' class="content"',
        ' class="nav"',
        " style='font-weight:bold'",
        ' name="pubdate" content="x"',
        " x",
    ]
)
_markup = st.lists(
    st.one_of(
        st.builds("<{}{}>".format, _tags, _attributes),
        st.builds("</{}>".format, _tags),
        st.sampled_from(["<", ">", "<!--", "-->", "<![CDATA[", "&#55296;", "&#0;", "&nbsp", "<?xml version='1.0'?>"]),
        st.sampled_from(["发布日期：", "来信内容：", "答复内容：", "来源：", "【打印】"]),
        lines,
    ),
    max_size=40,
).map("".join)  # fmt: skip

_labels = st.one_of(
    st.sampled_from([name for names in NAMES.values() for name in names.split()]),
    st.sampled_from(["text", "answer", "答复内容", "正文"]),
    pieces,
)


@st.composite
def _tables(draw: st.DrawFn) -> str:
    cells = st.one_of(lines, _labels, st.sampled_from(['"', '""', "\n", ",", 'a"b', "=1+1"]))
    between = draw(st.sampled_from([",", "\t", ";"]))
    quoted = cells.map(lambda cell: '"' + cell.replace('"', '""') + '"')
    rows = [draw(st.lists(_labels, min_size=1, max_size=5))]
    rows += draw(st.lists(st.lists(st.one_of(cells, quoted), max_size=6), max_size=6))
    return draw(st.sampled_from(["\n", "\r\n", "\r"])).join(between.join(row) for row in rows)


_strings = st.one_of(texts, lines, st.text(st.sampled_from([*SURROGATES, *"养老。\n"]), max_size=12))
_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _strings),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_labels, inner, max_size=3)),
    max_leaves=6,
)
_objects = st.one_of(
    st.dictionaries(_labels, _values, max_size=8),
    st.builds(lambda fields, text: {**fields, "text": text}, st.dictionaries(_labels, _values, max_size=5), _strings),
)
_jsons = st.builds(
    lambda values, whole: json.dumps(values) if whole else "\n".join(map(json.dumps, values)),
    st.lists(st.one_of(_objects, _objects, _values), max_size=4),
    st.booleans(),
)


_rtfs = st.lists(
    st.one_of(
        st.sampled_from(
            ["{", "}", "{\\v ", "\\v0 ", "\\par ", "\\'b4", "\\u20320 ?", "\\cell ", "\\row ", "\\ansicpg936", "\\bin9"]
        ),
        lines,
    ),
    max_size=30,
).map(lambda parts: "{\\rtf1 " + "".join(parts) + "}")
_mails = st.lists(
    st.one_of(
        st.sampled_from(
            ["Subject: =?gb2312?B?tPC4tA==?=", "Content-Type: multipart/mixed; boundary=b", "--b", "--b--", ""]
        ),
        st.sampled_from(["Content-Type: text/html; charset=x", "Content-Disposition: attachment; filename=答.zip"]),
        st.sampled_from(["Content-Type: message/rfc822", "Content-Transfer-Encoding: base64", "Date: x", " ;"]),
        lines,
    ),
    max_size=30,
).map("\n".join)


def _encoded(suffix: str, written: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, bytes]]:
    """Files of a text, mostly in UTF-8 and under their own names."""
    codecs = st.sampled_from(["utf-8"] * len(_CODECS) + _CODECS)
    return st.tuples(_names(suffix), st.builds(lambda text, codec: text.encode(codec, "replace"), written, codecs))


written = {
    ".txt": _encoded(".txt", texts),
    ".md": _encoded(".md", texts),
    ".html": _encoded(".html", _markup),
    ".csv": _encoded(".csv", _tables()),
    ".jsonl": _encoded(".jsonl", _jsons),
    ".rtf": _encoded(".rtf", _rtfs),
    ".eml": _encoded(".eml", _mails),
}
"""Files that are a text of their format."""
