"""Turns texts of strangers into HTML: everything is escaped, and only our own <mark> and <span> are markup."""

from collections.abc import Sequence

from markupsafe import Markup, escape

_DOUBTFUL = Markup('<span class="doubtful" title="识别不确定">{}</span>')

Span = tuple[int, int]

_SENTENCE_ENDS = "。；！？\n"
_REACH = 40  # characters: how far before the first mark an excerpt looks for the beginning of its sentence


def marked(text: str, spans: Sequence[Span], doubtful: Sequence[Span] = ()) -> Markup:
    """The text with its spans, ascending and apart, in <mark>, and those that a scan leaves in doubt underlined.

    >>> str(marked("<b>长者食堂", [(3, 5)]))
    '&lt;b&gt;<mark>长者</mark>食堂'
    """
    parts: list[Markup] = []
    at = 0
    for start, end in spans:
        inside = _doubted(text[start:end], clipped(doubtful, start, end))
        parts += [_doubted(text[at:start], clipped(doubtful, at, start)), Markup("<mark>{}</mark>").format(inside)]
        at = end
    return Markup("").join([*parts, _doubted(text[at:], clipped(doubtful, at, len(text)))])


def _doubted(text: str, spans: Sequence[Span]) -> Markup:
    parts: list[Markup] = []
    at = 0
    for start, end in spans:
        parts += [escape(text[at:start]), _DOUBTFUL.format(text[start:end])]
        at = end
    return Markup("").join([*parts, escape(text[at:])])


def clipped(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    """The spans as they fall into text[start:end], counted from `start`."""
    return [(max(s, start) - start, min(e, end) - start) for s, e in spans if s < end and e > start]


def excerpt(text: str, spans: Sequence[Span], length: int = 90) -> Markup:
    """The stretch of about `length` characters that holds most of the spans, from the beginning of a sentence."""
    if len(text) <= length:
        return marked(text, spans)
    starts = [0, *(_beginning(text, s) for s, _ in spans)]
    start = max(starts, key=lambda at: (sum(e - s for s, e in clipped(spans, at, at + length)), -at))
    end = min(start + length, len(text))
    shown = marked(text[start:end], clipped(spans, start, end))
    return Markup("").join(["…" if start else "", shown, "…" if end < len(text) else ""])


def _beginning(text: str, at: int) -> int:
    for i in range(at, max(at - _REACH, 0), -1):
        if text[i - 1] in _SENTENCE_ENDS:
            return i
    return max(at - _REACH // 4, 0)
