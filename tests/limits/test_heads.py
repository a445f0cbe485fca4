"""How large the head of a request may be: its parts have bounds, told in a sentence before anything parses them."""

import json
from urllib.parse import quote

import pytest

from search_api.query.language import LONGEST_QUERY
from search_api.web.heads import (
    MAX_FIELDS,
    MAX_HEAD,
    MAX_HEADER_LINES,
    MAX_HEADERS,
    MAX_PATH,
    MAX_QUERY_STRING,
    fault_of,
)
from tests.limits.test_connections import HEALTH, asked, clients_of, says_little
from tests.served import started


def head(target: str = "/", *lines: str) -> bytes:
    return "\r\n".join([f"GET {target} HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""]).encode()


WITHIN = {
    "path": head("/" + "a" * (MAX_PATH - 20)),
    "query string": head("/?q=" + quote("养" * LONGEST_QUERY) + "&since=2023-01-01&agency=" + quote("民政局" * 20)),
    "fields": head("/?" + "a=1&" * (MAX_FIELDS - 1)),
    "headers": head("/", "X-A: " + "a" * (MAX_HEADERS - 100)),
    "lines": head("/", *["X-A: 1"] * (MAX_HEADER_LINES - 3)),
    "what follows": HEALTH + b"\n" * MAX_HEAD,
}
BEYOND = {
    "path": (414, "路径", head("/" + "联系人:1" * 2000)),
    "query string": (414, "问号之后", head("/?q=" + "a" * (MAX_QUERY_STRING + 1))),
    "fields": (414, "参数", head("/?" + "a=1&" * MAX_FIELDS)),
    "headers": (431, "请求头", head("/", "X-A: " + "a" * MAX_HEADERS)),
    "lines": (431, "请求头", head("/", *["a:b"] * 120_000)),
    "never ending": (431, "请求头", head()[:-2] + b"X-A: " + b"a" * MAX_HEADERS),
}


@pytest.mark.parametrize("name", WITHIN)
def test_what_is_within_the_bounds_has_no_fault(name: str) -> None:
    assert fault_of(WITHIN[name]) is None


@pytest.mark.parametrize("name", BEYOND)
@pytest.mark.parametrize("before", [b"", HEALTH], ids=["first", "after another request"])
def test_what_is_beyond_them_is_told_so_and_others_are_answered(name: str, before: bytes) -> None:
    status, named, sent = BEYOND[name]
    with started(says_little) as (_, port), clients_of(port, 1, before) as clients:
        client = clients[0]
        if before:
            while not client.recv(1000).endswith(b"ok"):
                pass
        client.sendall(sent)
        answer = b""
        while received := client.recv(1 << 16):
            answer += received
        first, _, rest = answer.partition(b"\r\n")
        assert first.startswith(b"HTTP/1.1 %d" % status)
        assert named in json.loads(rest.partition(b"\r\n\r\n")[2])["detail"]
        client.sendall(b"more")  # is thrown away
        assert asked(port).startswith(b"HTTP/1.1 200")


def test_a_pipelined_head_is_bounded_like_the_first() -> None:
    with started(says_little) as (_, port), clients_of(port, 1, HEALTH + BEYOND["path"][2]) as clients:
        answer = b""
        while received := clients[0].recv(1 << 16):
            answer += received
        assert (answer.count(b"HTTP/1.1 200"), answer.count(b"HTTP/1.1 414")) == (1, 1)
