"""How does an archive get an encoder of its own? Term vectors from its TF-IDF matrix, then bent by pairs of its texts.

Trained by sentence-transformers: a StaticEmbedding under MultipleNegativesRankingLoss, every other positive of a batch
standing for a wrong answer. Seeded, on the CPU, offline and silent; the same machine gives the same encoder to the bit.

Measured on the leader messages (nDCG@10 by vectors alone, a reply as good as its best passage; half of the topics,
subject / message): decomposition alone 0.611 / 0.652, trained 0.717 / 0.733, the other half 0.728 / 0.728. Plain BM25
is at 0.72 / 0.75. The figures beside the constants are subjects of the first half.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.encoders.archive import ArchiveEncoder
from indexer.encoders.bags import Bags, bags_of, spectral_matrix, vocabulary_of
from indexer.encoders.trainer import arguments, sampled, trainer
from indexer.pairs import Pair

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer

VOCABULARY = 100_000
"""Most terms kept. Those of a single text count too: without them (32,000 of 77,000 left) 0.717 falls to 0.680. So many
rows are 100 MB, and each training step touches all of them."""

DIMENSION = 256
"""128 / 256 / 512 give 0.706 / 0.717 / 0.724; 512 would double the vectors and the time of a search."""

FEWEST_PAIRS = 50
"""Below this there are too few wrong answers in a batch to learn from; the decomposition stands as it is."""

MOST_PAIRS = 40_000
"""More are sampled down to this, so that training ends: 620 steps, about a minute."""

EPOCHS = 4
"""2 / 4 / 8 give 0.709 / 0.717 / 0.720, each in twice the time."""

BATCH = 256
"""128 / 256 / 512 give 0.715 / 0.717 / 0.712."""

LEARNING_RATE = 0.1
"""0.05 / 0.1 / 0.2 give 0.718 / 0.717 / 0.715. A term is met in few batches: 0.03 lost 0.051 (at scale 20)."""

SCALE = 10.0
"""Of the cosine in the softmax. 7 / 10 / 15 give 0.718 / 0.717 / 0.685: the letters of one archive are alike, and the
usual 20 punishes answers that are not all wrong."""


def train(
    passages: Sequence[str],
    pairs: Sequence[Pair],
    *,
    seed: int = 0,
    dimension: int = DIMENSION,
    progress: bool = False,
) -> ArchiveEncoder:
    """An encoder for these passages, from (anchor, positive) pairs of texts that belong together.

    The vocabulary is that of the passages. With few passages the dimension is smaller; without a single term it is 1,
    and every vector zero. `progress` shows the trainer's own bar.
    """
    texts = list(dict.fromkeys(passages))
    vocabulary, bags = vocabulary_of(texts, VOCABULARY)
    matrix = spectral_matrix(bags, len(vocabulary), dimension, seed)
    numbers = {term: number for number, term in enumerate(vocabulary)}
    bags, rows = _paired(sampled(pairs, MOST_PAIRS, seed), numbers)
    if len(rows) >= FEWEST_PAIRS:
        matrix = _bend(matrix, bags, rows, seed, progress)
    return ArchiveEncoder(vocabulary, matrix)


def _paired(pairs: Sequence[Pair], numbers: dict[str, int]) -> tuple[Bags, NDArray[np.int64]]:
    """The bags of all texts of the pairs, each once, and for each pair its two rows, shape (m, 2).

    A pair of which a side has no known term teaches nothing and is left out.
    """
    texts = list(dict.fromkeys(text for pair in pairs for text in pair))
    places = {text: row for row, text in enumerate(texts)}
    bags = bags_of(texts, numbers)
    rows = np.array([(places[anchor], places[positive]) for anchor, positive in pairs], np.int64).reshape(-1, 2)
    return bags, rows[(bags.lengths[rows] > 0).all(axis=1)]


def _bend(
    matrix: NDArray[np.float32], bags: Bags, rows: NDArray[np.int64], seed: int, progress: bool
) -> NDArray[np.float32]:
    """The matrix after training on the pairs of rows."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read once, at the first import
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel

    # The trainer gets bags of numbers, so the module's own tokenizer is never asked.
    embedding = StaticEmbedding(Tokenizer(WordLevel()), embedding_weights=matrix.copy())
    model = SentenceTransformer(modules=[embedding], device="cpu")
    with TemporaryDirectory() as folder, _one_thread():
        _trainer(model, bags, rows, seed, progress, folder).train()
    trained: NDArray[np.float32] = embedding.embedding.weight.detach().numpy()
    return trained


@contextmanager
def _one_thread() -> Iterator[None]:
    """Torch on one thread: the same result on any number of cores, and no slower.

    Measured, 104 steps: 8 s with one thread as with two; 27 to 80 s with two while other processes kept the cores busy.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _trainer(
    model: "SentenceTransformer", bags: Bags, rows: NDArray[np.int64], seed: int, progress: bool, folder: str
) -> "SentenceTransformerTrainer":
    """A trainer that writes nothing, reports to nobody and prints nothing; its texts are rows of `bags`."""
    from datasets import Dataset  # type: ignore[import-untyped]  # no stubs
    from sentence_transformers.sentence_transformer.data_collator import SentenceTransformerDataCollator
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

    settings = arguments(
        output_dir=folder,
        num_train_epochs=EPOCHS,
        per_device_train_batch_size=BATCH,
        learning_rate=LEARNING_RATE,
        warmup_steps=0.1,  # a share of all steps
        seed=seed,
        use_cpu=True,
        disable_tqdm=not progress,
    )
    return trainer(
        model=model,
        args=settings,
        train_dataset=Dataset.from_dict({"anchor": rows[:, 0].tolist(), "positive": rows[:, 1].tolist()}),
        loss=MultipleNegativesRankingLoss(model, scale=SCALE),
        data_collator=SentenceTransformerDataCollator(preprocess_fn=_Features(bags)),
    )


class _Features:
    """Rows of bags to what StaticEmbedding takes, in the place of its own preprocess(texts)."""

    def __init__(self, bags: Bags) -> None:
        self._bags = bags

    def __call__(self, rows: Sequence[int], **_: object) -> dict[str, "torch.Tensor"]:
        import torch

        taken = self._bags.take(rows)
        return {"input_ids": torch.from_numpy(taken.numbers), "offsets": torch.from_numpy(taken.starts[:-1])}
