"""Trains the weights of corpus/proposals/labeller.json, and measures them on sentences that were held out.

    python -m tools.splitting.train            # cross-validation over proposals, then the weights of all of them
    python -m tools.splitting.train --check    # cross-validation alone

What it learns from: the sentences of tools/splitting/sentences.txt, and every sentence of the labelled proposals in
tests/data/asks/seen and tests/data/proposals. tests/data/asks/kept_apart is never read here.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import hstack  # type: ignore[import-untyped]  # no stubs
from sklearn.feature_extraction import DictVectorizer  # type: ignore[import-untyped]  # no stubs
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # no stubs

from corpus.language.sentences import sentence_spans
from corpus.proposals.asks import heads, with_background
from corpus.proposals.features import clause_spans, of_boundary, of_sentence
from corpus.proposals.folding import fold
from corpus.proposals.labeller import Linear, Placed, in_place
from corpus.proposals.model import Piece
from corpus.proposals.outline import Node
from corpus.proposals.pieces import parts_of
from corpus.proposals.places import places_of
from indexer.encoders.general import GeneralEncoder

ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = ROOT / "corpus" / "proposals" / "labeller.json"
SENTENCES = ROOT / "tools" / "splitting" / "sentences.txt"
PROPOSALS = (ROOT / "tests" / "data" / "asks" / "seen", ROOT / "tests" / "data" / "proposals")

_LABEL = re.compile("‹([-AoTNPaCB])›")
_FOLDS = 5
_STRENGTH = 2.0
"""The L2 penalty."""
_GENERAL, _GRAM, _VECTOR = 2.0, 0.5, 8.0
"""How large the features of a kind, and a vector of length 1, stand beside the others: the larger, the less a weight
is penalised."""
_SEEN = 3  # a feature that fewer samples have is left out
_SMALLEST = 0.01  # a weight nearer to 0 is left out

Floats = NDArray[np.float64]


Odds = Callable[[str], float]

Vectors = Mapping[str, Sequence[float]]
"""What each sentence means, by `general`."""


class Sample(NamedTuple):
    """Features, whether it is so, and the file that it is from."""

    features: frozenset[str]
    label: bool
    source: str
    text: str = ""


class Asking(NamedTuple):
    """A sentence that asks, and the offsets at which a further ask begins."""

    text: str
    starts: set[int]
    source: str


class Text(NamedTuple):
    """The sentences of one proposal with their labels; None where a person could not say."""

    source: str
    sentences: list[Placed]
    labels: list[bool | None]


def read_sentences() -> tuple[list[Sample], list[Asking]]:
    """The samples of sentences, and those that ask."""
    asks, begins = [], []
    for number, line in enumerate(SENTENCES.read_text(encoding="utf-8").splitlines()):
        if line[:1] not in ("+", "-"):
            continue
        parts = fold(line[2:]).split("/")
        starts = {len("".join(parts[:i])) for i in range(1, len(parts))}
        sentence = "".join(parts)
        asks.append(Sample(frozenset(of_sentence(sentence)), line[0] == "+", f"sentence {number}", sentence))
        if line[0] == "+":
            begins.append(Asking(sentence, starts, f"sentence {number}"))
    return asks, begins


def boundaries(sentence: Asking, asks: Odds) -> list[Sample]:
    """A sample for each of the sentence's clauses but the first."""
    text, starts, source = sentence
    spans = list(clause_spans(text))
    clauses = [text[start:end] for start, end in spans]
    begun, samples = 0, []
    for at, (start, _) in enumerate(spans[1:], 1):
        samples.append(Sample(frozenset(of_boundary(clauses, at, begun, asks)), start in starts, source))
        begun = at if start in starts else begun
    return samples


def read_proposal(path: Path) -> tuple[Text, list[Asking]]:
    """The sentences of a labelled proposal, as the splitter cuts them, and those that ask."""
    parts = _LABEL.split(path.read_text(encoding="utf-8"))
    whole = path.parent == PROPOSALS[1]  # every word has a label, not only the asks
    text, labels, begin = parts[0], ["-"] * len(parts[0]), set()
    for label, part in zip(parts[1::2], parts[2::2], strict=True):
        if label == "A" or (label == "a" and labels[-1] not in "Aa"):
            begin.add(len(text) + len(part) - len(part.lstrip()))
        text += part
        labels += label * len(part)
    found, begins = Text(path.name, [], []), []
    line = 0
    for node, told, places in _placed(text):
        line += node.starts_line
        for start, end in sentence_spans(node.folded):
            at = {place: i for i, place in enumerate(places[start:end]) if place >= 0}
            sentence = node.folded[start:end]
            starts = sorted(at[place] for place in begin & at.keys())
            found.sentences.append(Placed(sentence, line, told))
            label = _label([labels[place] for place in at], bool(starts), sentence, whole=whole)
            goes_on = bool(starts) and whole and _goes_on(text, labels, begin, max(at) + 1)
            found.labels.append(None if label and goes_on else label)
            if starts:
                further = {i - starts[0] for i in starts[1:]}
                begins.append(Asking(sentence[starts[0] :], further, path.name))
    return found, begins


def _label(labels: Sequence[str], starts: bool, sentence: str, *, whole: bool) -> bool | None:
    if starts:
        return True
    if sentence.rstrip().endswith("：") or not labels:
        return None
    told = set(labels) <= set("PB" if whole else "-")
    return False if told else None


def _goes_on(text: str, labels: Sequence[str], begin: set[int], after: int) -> bool:
    """Whether an ask goes on behind one of its sentences: then nobody said that this one asks."""
    while after < len(text) and text[after].isspace():
        after += 1
    return after < len(text) and labels[after] in "Aa" and after not in begin


def _placed(text: str) -> Iterator[tuple[Node, bool, list[int]]]:
    """Yields each stretch of running text, whether it is background, and the place of each of its characters in the
    proposal, -1 for white space."""
    head, root, tail = parts_of(text)
    nodes = [(node, told) for node, told in with_background(root) if node is not root]
    worded = [piece for node, _ in nodes for piece in (Piece("left_out", node.mark), Piece("preamble", node.text))]
    places = places_of(text, [*head, *worded, *tail])[len(head) :]
    for i, (node, told) in enumerate(nodes):
        at = iter(places[2 * i + 1])
        if not heads(node):
            yield node, told, [-1 if char.isspace() else next(at) for char in node.text]


# Training


def train(samples: Sequence[Sample], vectors: Vectors | None = None) -> Linear:
    """A logistic regression over features, and over what their sentences mean; the bias is not penalised."""
    seen = Counter(name for sample in samples for name in sample.features)
    scales = {name: _scale(name) for name, count in sorted(seen.items()) if count >= _SEEN}
    columns = DictVectorizer(sort=False).fit([scales])
    x = columns.transform([{n: scales[n] for n in sample.features if n in scales} for sample in samples])
    if vectors:
        x = hstack([x, _VECTOR * np.array([vectors[sample.text] for sample in samples])]).tocsr()
    model = LogisticRegression(C=1 / _STRENGTH, max_iter=2000).fit(x, [sample.label for sample in samples])
    found = model.coef_[0].tolist()
    worth = {name: round(w * scale, 3) for (name, scale), w in zip(scales.items(), found, strict=False)}
    kept = {name: w for name, w in worth.items() if abs(w) >= _SMALLEST}
    return Linear(round(float(model.intercept_[0]), 3), kept, [round(w * _VECTOR, 3) for w in found[len(worth) :]])


def _scale(name: str) -> float:
    return _GRAM if name.startswith("gram:") else _GENERAL if is_general(name) else 1.0


def is_general(name: str) -> bool:
    """Whether a feature says more than that a word stands somewhere: few samples are enough to learn its weight."""
    return ":" not in name or name.split(":", 1)[0] in ("clauses", "stop", "left") or name.endswith(("verb", "office"))


def held_out(samples: Sequence[Sample], asked: Sequence[Sample], vectors: Vectors | None = None) -> list[float]:
    """The log odds of each of `asked` by a model without its source; a line of sentences.txt is a source."""
    sources = sorted({sample.source for sample in [*samples, *asked]})
    fold_of = {source: i % _FOLDS for i, source in enumerate(sources)}
    models = [train([s for s in samples if fold_of[s.source] != number], vectors) for number in range(_FOLDS)]
    return [models[fold_of[one.source]].log_odds(one.features, vectors[one.text] if vectors else ()) for one in asked]


def _placed_samples(texts: Sequence[Text], odds: Iterator[float]) -> tuple[Floats, Floats, list[str]]:
    rows, labels, names = [], [], []
    for text in texts:
        values = in_place(text.sentences, [next(odds) for _ in text.sentences])
        for value, label in zip(values, text.labels, strict=True):
            if label is not None:
                rows.append(list(value.values()))
                labels.append(float(label))
                names = list(value)
    return np.array(rows), np.array(labels), names


def _told(name: str, found: Floats, label: Floats) -> None:
    for limit in (0.3, 0.4, 0.5, 0.6):
        said = 1 / (1 + np.exp(-found)) >= limit
        right = float((said & (label > 0)).sum())
        precision, recall = right / max(1.0, said.sum()), right / max(1.0, label.sum())
        score = 2 * precision * recall / max(1e-9, precision + recall)
        sys.stdout.write(f"{name:9} from {limit}: precision {precision:.3f} recall {recall:.3f} F1 {score:.3f}\n")


def main(arguments: Sequence[str]) -> None:
    """Prints what cross-validation says, and writes the weights."""
    asks, asking = read_sentences()
    texts = []
    for path in sorted(path for folder in PROPOSALS for path in folder.glob("*.txt")):
        text, more = read_proposal(path)
        texts.append(text)
        asking += more
    samples = [
        Sample(frozenset(of_sentence(sentence.text)), bool(label), text.source, sentence.text)
        for text in texts
        for sentence, label in zip(text.sentences, text.labels, strict=True)
    ]
    sure = [label is not None for text in texts for label in text.labels]
    known = [*asks, *(sample for sample, one in zip(samples, sure, strict=True) if one)]
    models: dict[str, Linear] = {}
    for name, vectors in (("", None), (" by meaning", _vectors([*asks, *samples]))):
        rows, labels, columns = _placed_samples(texts, iter(held_out(known, samples, vectors)))
        _told(f"asks{name}", rows[:, 0], labels)
        place = LogisticRegression(C=1.0, max_iter=1000).fit(rows, labels)
        _told(f"in place{name}", place.decision_function(rows), labels)
        weights = {n: round(float(w), 3) for n, w in zip(columns, place.coef_[0], strict=True)}
        models |= {
            f"asks{name}": train(known, vectors),
            f"in place{name}": Linear(round(float(place.intercept_[0]), 3), weights),
        }
    whole = models["asks"]
    begins = [
        one for sentence in asking for one in boundaries(sentence, lambda part: whole.log_odds(of_sentence(part)))
    ]
    found = np.array(held_out(begins, begins))
    _told("begins", found, np.array([float(sample.label) for sample in begins]))
    if "--check" not in arguments:
        _write(models | {"begins": train(begins)})


def _vectors(samples: Sequence[Sample]) -> Vectors:
    texts = sorted({sample.text for sample in samples})
    return dict(zip(texts, GeneralEncoder.made().encode_queries(texts).tolist(), strict=True))


def _write(models: Mapping[str, Linear]) -> None:
    written = {
        name: {"bias": m.bias, "weights": dict(sorted(m.weights.items())), "vector": list(m.vector)}
        for name, m in models.items()
    }
    told = json.dumps(written, ensure_ascii=False, separators=(",", ":"))
    WEIGHTS.write_text(told.replace('},"', '},\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
