"""Bounds on the head of a request, checked before anything parses it.

The server reads a head on its event loop, where whatever takes long keeps everyone waiting. uvicorn bounds the bytes of
a head alone; here its parts have bounds of their own, so that none costs more than it is worth.
"""

import re
from typing import NamedTuple

import h11

MAX_PATH = 8 << 10
"""Bytes. The longest address of a document has 255 characters of nine bytes each, and the index adds a few to it."""

MAX_QUERY_STRING = 480_000
"""Bytes. The longest query (search_api.query.LONGEST_QUERY) has 50,000 characters of nine bytes each in an address; the
rest is for filters."""

MAX_HEADERS = 64 << 10
"""Bytes. Browsers send 2 kB; a Referer has 4 kB at most, and all cookies of one site rarely more than 16."""

MAX_FIELDS = 1000
"""Fields in an address. A basket of 500 passages and 60 points has 560."""

MAX_HEADER_LINES = 200

MAX_HEAD = MAX_PATH + MAX_QUERY_STRING + MAX_HEADERS

_END = re.compile(rb"\n\r?\n")  # as h11 finds it


class HeadFault(NamedTuple):
    """Why a head is refused: a status, and a sentence for its sender."""

    status: int
    title: str
    sentence: str


def fault_of(received: bytes) -> HeadFault | None:
    """The first bound that a head exceeds, as far as it has been received; what follows it does not matter."""
    end = _END.search(received)
    line, _, headers = (received[: end.start()] if end else received).partition(b"\n")
    path, _, query_string = line.partition(b"?")
    if len(path) > MAX_PATH:
        return _too_long("地址的路径", MAX_PATH)
    if len(query_string) > MAX_QUERY_STRING:
        return _too_long("地址里问号之后的部分", MAX_QUERY_STRING)
    if query_string.count(b"&") >= MAX_FIELDS:
        return HeadFault(414, "地址太长", f"地址里的参数超过上限 {MAX_FIELDS} 个。请减少筛选的值，或把材料分成几份。")
    if len(headers) > MAX_HEADERS or headers.count(b"\n") >= MAX_HEADER_LINES:
        return HeadFault(
            431,
            "请求头太长",
            f"请求头超过上限（{MAX_HEADER_LINES} 行，{MAX_HEADERS >> 10} KB）。请清除本站的 Cookie，再试一次。",
        )
    return None


def _too_long(what: str, most: int) -> HeadFault:
    return HeadFault(414, "地址太长", f"{what}超过上限 {most} 个字节。请只粘贴需要答复的部分，或检查地址。")


class BoundedConnection(h11.Connection):
    """The server's side of one connection, which does not parse a head beyond the bounds.

    `fault` says why, once `next_event` has raised RemoteProtocolError for it.
    """

    fault: HeadFault | None = None

    def __init__(self) -> None:
        super().__init__(h11.SERVER, MAX_HEAD)

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        if self.their_state is h11.IDLE:
            self.fault = fault_of(self.trailing_data[0])
            if self.fault:
                raise h11.RemoteProtocolError(self.fault.title, error_status_hint=self.fault.status)
        return super().next_event()
