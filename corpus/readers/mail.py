"""Takes mails apart (.eml): the message itself, and each attachment as a file of its own; and pages saved as one file
(.mht), which have the form of a mail.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from email.utils import parsedate_to_datetime

from corpus.controls import without_controls
from corpus.errors import ReadError
from corpus.readers import html
from corpus.readers.damage import as_read_error
from corpus.readers.encodings import decode, drop_controls
from corpus.readers.parts import Part
from corpus.readers.text import lines
from corpus.types import Block, RawDocument, Source

MEDIA_TYPE = "message/rfc822"

_FORWARDED = re.compile(r"(?:\s*(?:re|fwd?|回复|答复|转发)\s*[:：])*\s*", re.IGNORECASE)
_SIGNATURES = ("application/pkcs7-signature", "application/pgp-signature")
_RAW_NAME = re.compile('name="?([^";]+)')
_CHINESE = re.compile("[\u4e00-\u9fff]")
_FEW = 10  # characters: what says no more than 见附件
_MAX_PARTS, _MAX_NAME = 1000, 200


def read(data: bytes, relative: str) -> Iterator[RawDocument | Part]:
    """Yields the message, where it says something, and the attachments."""
    with as_read_error("邮件（.eml）"):
        message = _message(data)
        attached = [part for part in map(_attachment, message.iter_attachments()) if part]
        body = _body(message)
    said = sum(len(_CHINESE.findall(block.text)) for block in body)
    if not attached and not any(block.text for block in body):
        raise ReadError("期望有正文或附件的邮件，实际两样都没有。请在邮件程序里重新导出。")
    if said >= _FEW or not attached:
        source = Source(path=relative, media_type=MEDIA_TYPE)
        yield RawDocument(blocks=_with_subject(message, body), fields=_fields(message), source=source)
    if len(attached) > _MAX_PARTS:
        raise ReadError(f"期望不超过 {_MAX_PARTS} 个附件的邮件，实际有 {len(attached)} 个。请另存附件后放入文件夹。")
    yield from attached


def read_page(data: bytes, relative: str) -> Iterator[RawDocument | ReadError]:
    """Yields the page of a web archive (.mht), with its frames in it."""
    with as_read_error("网页归档（.mht）"):
        leaves = [part for part in _message(data).walk() if part.get_content_type() == "text/html"]
        pages = {str(part.get("content-location", "")): _payload(part) for part in leaves}
        pages |= {f"cid:{str(part.get('content-id', '')).strip('<>')}": _payload(part) for part in leaves}
    if not leaves:
        raise ReadError("期望含有网页的 .mht 文件，实际没有网页。请在浏览器里打开后另存为完整网页。")
    yield from html.read(_payload(leaves[0]), relative, pages.get)


def _message(data: bytes) -> EmailMessage:
    return message_from_bytes(data, policy=policy.default)


def _payload(part: MIMEPart) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _body(message: EmailMessage) -> list[Block]:
    part = message.get_body(("plain", "html"))
    if part is None or not (content := _payload(part)).strip():
        return []
    text = decode(content, part.get_content_charset())
    return html.fragment(text) if part.get_content_subtype() == "html" else list(lines(text.strip("\n")))


def _attachment(part: EmailMessage) -> Part | None:
    """An attachment; None for what a mail program adds: pictures shown inside the text, and signatures."""
    inline = part.get("content-id") or part.get_content_disposition() == "inline"
    if part.get_content_type() in _SIGNATURES or (inline and part.get_content_maintype() == "image"):
        return None
    if part.get_content_type() == MEDIA_TYPE:
        return Part(_name(part, "转发的邮件.eml"), part.as_bytes().partition(b"\n\n")[2])
    return Part(_name(part, "未命名的附件"), _payload(part))


def _name(part: EmailMessage, unnamed: str) -> str:
    """The attachment's name; one that stands in the header as it is, against the rules, is in GBK or UTF-8."""
    name = part.get_filename() or unnamed
    if "\ufffd" in name and (raw := _RAW_NAME.search("".join(value for _, value in part.raw_items()))):
        name = decode(raw[1].encode("utf-8", "surrogateescape"))
    return without_controls(name.replace("\\", "/").rpartition("/")[2])[-_MAX_NAME:] or unnamed


def _with_subject(message: EmailMessage, body: list[Block]) -> tuple[Block, ...]:
    """The body under the mail's subject, unless it says that itself."""
    subject = drop_controls(str(message.get("subject", ""))).replace("\n", " ").strip()
    subject = _FORWARDED.sub("", subject, count=1)
    if not subject or subject in "".join(block.text for block in body[:5]):
        return tuple(body)
    return (Block(subject, level=1, whole=True), *body)


def _fields(message: EmailMessage) -> dict[str, str]:
    try:
        return {"published_on": parsedate_to_datetime(str(message["date"])).date().isoformat()}
    except (TypeError, ValueError, IndexError, OverflowError):
        return {}
