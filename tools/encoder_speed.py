"""How fast is an index's encoder on this machine? `python tools/encoder_speed.py INDEX [PASSAGES]`

Encodes 200 passages of the index, or so many, at once, drawn at random, and 100 short queries one by one. Processor
time is given beside the clock's: other programs change it less.
"""

import random
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from indexer.build.generation import Generation
from indexer.engine.texts import passage_texts

PASSAGES = 200
QUERIES = 100
MAX_QUERY = 16
"""Characters of a passage's beginning that stand for a query."""


def main(index: Path, count: int = PASSAGES) -> None:
    generation = Generation.open_current(index)
    engine = generation.engine
    texts = [
        "\n".join(passage_texts(generation.masked(entry), passage))
        for entry in engine.entries()
        for passage in engine.passages_of(entry.key)
    ]
    drawn = random.Random(0).sample(texts, min(count, len(texts)))
    encoder = generation.encoder
    encoder.encode_queries(drawn[:1])  # reads the model
    clock, processor = timed(partial(encoder.encode_passages, drawn))
    length = sum(map(len, drawn)) / len(drawn)
    say(f"{len(drawn)} passages of {length:.0f} characters: {len(drawn) / clock:.1f} a second, ")
    say(f"{len(drawn) / processor:.1f} a second of one processor\n")
    queries = [text[:MAX_QUERY] for text in drawn[:QUERIES]]
    times = np.array([timed(partial(encoder.encode_queries, [query])) for query in queries]) * 1000
    for name, taken in zip(("clock", "processor"), times.T, strict=True):
        say(f"query, {name}: median {np.median(taken):.1f} ms, 95 % {np.percentile(taken, 95):.1f} ms\n")
    generation.close()


def say(text: str) -> None:
    sys.stdout.write(text)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of processor time."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
