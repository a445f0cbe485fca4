"""Baskets, TREC files, files of tokens and of settings: what is short, and has one form."""

import gzip
import json
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from search_api.web.settings.model import Settings
from tests.fuzz.texts import SURROGATES, pieces

_words = st.lists(pieces, max_size=4).map("".join)
_numbers = st.one_of(
    st.integers(-2, 12), st.integers(), st.sampled_from([10**4, 10**30, 0, -1, True, 1.5, "1", "٣", None])
)

# Addresses

_picks = st.builds(
    "{}{}{}#{}".format,
    st.sampled_from(["", "1:1:", "::", ":3:", "99999:1:", "1:4:", "٣:1:", "-1::"]),
    _words, st.sampled_from(["", "#", ":"]), _numbers,
)  # fmt: skip
_fields = st.one_of(
    st.tuples(st.sampled_from(["title", "number", "q"]), _words),
    st.tuples(st.just("ask"), st.builds("{}:{}".format, _numbers, _words) | _words),
    st.tuples(st.just("none"), _numbers.map(str) | _words),
    st.tuples(st.just("p"), _picks | _words),
)
query_strings = st.one_of(
    st.lists(_fields, max_size=6).map(lambda fields: urlencode(fields, errors="replace")),
    st.lists(_fields, max_size=4).map(lambda fields: "&".join(f"{k}={v}" for k, v in fields)),
    st.lists(st.sampled_from([*"&=;%+#", "%ZZ", "%00", "%ed%a0%80", "p=", "ask=", "none="]), max_size=12).map("".join),
)

# JSON

_json = st.recursive(
    st.one_of(_numbers, _words, st.booleans(), st.text(SURROGATES, max_size=1)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3),
    max_leaves=5,
)
_points = st.fixed_dictionaries({"number": _numbers, "text": _words | _json, "context": _words | _json})
_chosen = st.fixed_dictionaries(
    {"passage_id": st.builds("{}#{}".format, _words, _numbers) | _json},
    optional={"point": _numbers, "band": st.sampled_from(["高度相关", "相关", "可参考", None, "x"])},
)
baskets = st.one_of(
    st.fixed_dictionaries(
        {},
        optional={
            "version": st.sampled_from([1, 1, 1, 2, "1"]),
            "title": st.none() | _words,
            "number": st.none() | _words,
            "points": st.lists(_points, max_size=3) | _json,
            "without_precedent": st.lists(_numbers, max_size=3) | _json,
            "picks": st.lists(_chosen, max_size=3) | _json,
        },
    ),
    _json,
)

_times = st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01", 0, 1e18, -1, "x", None])
_token = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["张三", "", "x" * 65, "\n"]),
        "sha256": st.sampled_from(["0" * 64, "x", None]),
        "scopes": st.none() | st.lists(_words, max_size=2),
        "rights": st.lists(st.sampled_from(["originals", "admin", "x"]), max_size=2),
        "created_at": _times,
    },
    optional={"expires_at": _times, "more": _json},
)
_good_token = st.builds(
    lambda created, expires: {"name": "张三", "sha256": "0" * 64, "scopes": None, "rights": [], "created_at": created,
                              "expires_at": expires},
    _times, _times,
)  # fmt: skip
_token_files = st.builds(
    lambda version, tokens: json.dumps({"version": version, "tokens": tokens}).encode(),
    st.sampled_from([1, 1, 1, 2, None]), st.lists(_token | _good_token, max_size=2) | _json,
)  # fmt: skip
tokens = st.one_of(
    _token_files, _token_files, _json.map(lambda value: json.dumps(value).encode()), st.binary(max_size=40)
)

_settings = st.builds(
    "{} = {}\n".format,
    st.one_of(st.sampled_from([*Settings.model_fields]), _words),
    st.one_of(
        st.sampled_from(
            ["1", "0", "-1", "1e400", "nan", "true", '""', "'/x'", "[]", "[1]", "{a=1}", "1979-05-27", "[["]
        ),
        _words.map(lambda text: json.dumps(text, ensure_ascii=False)),
        st.sampled_from(["'open'", "'tokens'", "'10.0.0.0/8'", "'0.0.0.0/0'", "'http://a:99999'", "'http://[::1'"]),
    ),
)
configurations = st.one_of(
    st.lists(_settings, max_size=4).map(lambda lines: "".join(lines).encode()),
    st.binary(max_size=40),
    st.sampled_from([1, 10, 400]).map(lambda n: b"host = " + b"[" * n),
)

file_names = st.builds(
    lambda text, codec, raw: (text.encode(codec, "replace") + raw).replace(b"/", b"").replace(b"\0", b"")[:200],
    _words, st.sampled_from(["utf-8", "gb18030", "big5"]), st.sampled_from([b".txt", b".jsonl.gz", b"", b"\xff.md"]),
).filter(lambda name: name not in (b"", b".", b".."))  # fmt: skip

# TREC

_tokens_of_runs = st.one_of(
    st.sampled_from(["1", "0", "-1", "nan", "inf", "1e999", "Q0", "q", "9" * 5000, "٣", "一#1"]), pieces
)
_rows = st.lists(_tokens_of_runs, max_size=7).map(" ".join)
_topics = st.one_of(
    st.fixed_dictionaries({"query_id": _words | _json, "text": _words}, optional={"category": _words | _json}),
    _json,
).map(json.dumps)


@st.composite
def runs(draw: st.DrawFn) -> bytes:
    """Lines of any of the files of an evaluation, plain or packed, sound or cut."""
    one = st.one_of(
        _rows,
        _topics,
        st.builds("{} 0 {} {}".format, _words, _words, _tokens_of_runs),
        st.builds("{} Q0 {} 1 {} x".format, _words, _words, _tokens_of_runs),
        st.sampled_from(["[" * 3000, '{"query_id": "1", "text": "' + "[" * 9, "{" * 2000]),
    )
    kind = draw(st.sampled_from([one, _topics, st.just(quote("a")), one]))
    data = draw(st.sampled_from(["\n", "\r\n"])).join(draw(st.lists(kind, max_size=4))).encode("utf-8", "surrogatepass")
    data = gzip.compress(data, mtime=0) if draw(st.booleans()) else data
    if draw(st.integers(0, 3)) == 0:
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=3)) + data[at + draw(st.integers(0, 3)) :]
    return data
