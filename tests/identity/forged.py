"""Forged documents: a resident, or a letter's own prose, writes what looks like a label. All of it is invented.

Each is of 松澜市民政局, answered on 2024-03-05; whatever else a label in it says is a lie.
"""

import csv
import json
from collections.abc import Callable
from io import BytesIO, StringIO

import docx
import openpyxl

LIES = (
    "可见范围：公开",
    "scope：公开",
    "编号：松澜市教育局:松教函〔2022〕7号",
    "信件编号：X-1",
    "答复单位：松澜市教育局",
    "发文机关：松澜市教育局",
    "答复日期：2020年1月1日",
    "办结时间：2020-01-01",
    "发文字号：松教函〔2022〕7号",
    "提案编号：20229999",
    "标题：关于推迟招生的公告",
    "答复类别：A",
)
ASKED = "您好，我家住在山前巷，想问临时救助什么时候能批下来。"
GRANTED = "本局同意全部诉求，立即发放补贴五万元。"
ANSWERED = "您好，您反映的临时救助问题已收悉，经核查，您的申请将在三十日内办结，结果由街道书面告知您本人。"
SIGNED = ("松澜市民政局", "2024年3月5日")


def message(*, before: int = 1) -> list[str]:
    """The lines of a message with lies at its start, in its middle and at its end."""
    return [*LIES[:before], ASKED, *LIES[before:-2], "请尽快答复。", *LIES[-2:]]


def as_text() -> bytes:
    lines = ["来信标题：关于临时救助的来信", "来信内容：", *message(), "答复内容：", ANSWERED, *SIGNED]
    return "\n".join(lines).encode()


def as_text_with_a_forged_reply() -> bytes:
    forged = [
        "【官方回复】",
        "回复单位：松澜市教育局",
        "回复时间：2020-01-01",
        "本局同意全部诉求，立即发放补贴五万元。",
    ]
    lines = ["【网友留言】", ASKED, *LIES, *forged, "答复内容：", "同意。", "【官方回复】", ANSWERED, *SIGNED]
    return "\n".join(lines).encode()


def as_markdown() -> bytes:
    return "\n\n".join(["# 来信选登", "留言内容：", *message(), "回复内容：", ANSWERED, *SIGNED]).encode()


def as_word() -> bytes:
    document, kept = docx.Document(), BytesIO()
    for line in ("【群众来信】", *message(), "【单位答复】", ANSWERED, *SIGNED):
        document.add_paragraph(line)
    document.save(kept)
    return kept.getvalue()


def as_unmarked_text() -> bytes:
    """No marks tell the message from the reply: nothing in it is a head."""
    lines = ["网友提问：", *message(), "松教函〔2022〕7号", "网友：您好！", ANSWERED, *SIGNED]
    return "\n".join(lines).encode()


def as_letter() -> bytes:
    """A letter whose prose quotes labels."""
    quoted = "\n".join(LIES)
    head = "关于临时救助的答复\n张三委员：\n您提出的建议收悉，现答复如下："
    return f"{head}\n{ANSWERED}\n您附来的材料写道：\n{quoted}\n以上内容与事实不符。\n{SIGNED[0]}\n{SIGNED[1]}".encode()


def _paragraphs(lines: list[str]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def as_page_of_elements() -> bytes:
    asked = f"<div class=q><span>来信内容：</span>{_paragraphs(message())}</div>"
    reply = f"<div class=a><span>答复内容：</span>{_paragraphs([ANSWERED, *SIGNED])}</div>"
    return f"<body><div class=content><div>信件标题：关于临时救助的来信</div>{asked}{reply}</div></body>".encode()


def as_page_of_cells() -> bytes:
    rows = [
        "<tr><td>留言标题：关于临时救助的来信 答复单位：松澜市教育局</td></tr>",
        f"<tr><td>留言内容</td><td>{'<br>'.join(message())}</td></tr>",
        f"<tr><td>回复内容</td><td>{_paragraphs([ANSWERED, *SIGNED])}</td></tr>",
    ]
    return f"<body><table>{''.join(rows)}</table></body>".encode()


def as_flat_page() -> bytes:
    forged = ["答复内容：", GRANTED]
    lines = ["来信内容：", *message(), *forged, "答复内容：", ANSWERED, *SIGNED]
    return f"<body>{_paragraphs(lines)}</body>".encode()


def as_page_of_definitions() -> bytes:
    """The whole message is one line that looks like the label of a reply."""
    asked = f"<dt>留言内容</dt><dd>答复内容：{GRANTED}</dd>"
    reply = f"<dt>回复内容</dt><dd>{_paragraphs([ANSWERED, *SIGNED])}</dd>"
    return f"<body><dl><dt>留言标题</dt><dd>关于临时救助的来信</dd>{asked}{reply}</dl></body>".encode()


def as_page_with_the_message_above() -> bytes:
    asked = f"<div class=letter>{_paragraphs(message())}</div>"
    return f"<body><h1>来信选登</h1>{asked}<div id=zoom>{_paragraphs([ANSWERED * 5, *SIGNED])}</div></body>".encode()


def as_thread() -> bytes:
    """A thread of a forum whose first post imitates the head of a bureau's."""
    forged = ["松澜市教育局", "官方回复", "发表于 2020-1-1 08:00:00", GRANTED]
    posts = [
        ("夜航人", "发表于 2024-2-1 09:00:00", "<br>".join([*message(), *forged])),
        ("松澜市民政局<br>官方回复", "发表于 2024-3-5 10:00:00", "<br>".join([ANSWERED, *SIGNED])),
    ]
    divs = "".join(f"<div class=post><div>{who}</div><div>{at}</div><div>{said}</div></div>" for who, at, said in posts)
    return f"<body><h1>关于临时救助的来信</h1>{divs}</body>".encode()


def as_copied_thread() -> bytes:
    """The same thread, copied as text."""
    forged = ["松澜市教育局", "官方回复", "发表于 2020-1-1 08:00:00 | 只看该作者", GRANTED]
    asked = ["夜航人", "发表于 2024-2-1 09:00:00 | 只看该作者", *message(), *forged]
    reply = ["", "松澜市民政局", "官方回复", "发表于 2024-3-5 10:00:00 | 只看该作者", ANSWERED, *SIGNED]
    return "\n".join(["关于临时救助的来信", "", *asked, *reply]).encode()


def as_ticket() -> bytes:
    """A form copied as text: between message and reply, a resident's label looks like the form's own."""
    head = ["来信标题：关于临时救助的来信", "来信内容：", *message(), "协办单位：松澜市财政局"]
    return "\n".join([*head, "承办单位：松澜市民政局", "办理情况：", ANSWERED, *SIGNED]).encode()


def _record() -> dict[str, str]:
    return {"标题": "关于临时救助的来信", "来信内容": "\n".join(message()), "答复内容": "\n".join([ANSWERED, *SIGNED])}


def as_json_lines() -> bytes:
    whole = {"text": as_text().decode()}  # a page that was copied into one value
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in (_record(), whole)).encode()


def as_csv() -> bytes:
    written, record = StringIO(), _record()
    csv.writer(written).writerows([list(record), list(record.values())])
    return written.getvalue().encode()


def as_workbook() -> bytes:
    """A message that names columns does not become the header."""
    book, kept = openpyxl.Workbook(), BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["姓名", "标题", "来信内容", "地址", "答复内容"])
    sheet.append(["编号", "答复内容", "可见范围", "答复单位", "\n".join([ANSWERED, *SIGNED])])
    sheet.append(["X-1", "同意", "公开", "松澜市教育局", "\n".join([ANSWERED, *SIGNED])])
    book.save(kept)
    return kept.getvalue()


FORGED: dict[str, Callable[[], bytes]] = {
    "text.txt": as_text,
    "reply.txt": as_text_with_a_forged_reply,
    "markdown.md": as_markdown,
    "word.docx": as_word,
    "unmarked.txt": as_unmarked_text,
    "thread.html": as_thread,
    "thread.txt": as_copied_thread,
    "ticket.txt": as_ticket,
    "letter.txt": as_letter,
    "elements.html": as_page_of_elements,
    "cells.html": as_page_of_cells,
    "flat.html": as_flat_page,
    "definitions.html": as_page_of_definitions,
    "above.html": as_page_with_the_message_above,
    "lines.jsonl": as_json_lines,
    "table.csv": as_csv,
}
