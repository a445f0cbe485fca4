"""How does an archive get an encoder of its own? Term vectors from its TF-IDF matrix, then bent by pairs of its texts.

Trained by sentence-transformers: a StaticEmbedding under MultipleNegativesRankingLoss, every other positive of a batch
standing for a wrong answer. Seeded, on the CPU, offline and silent; the same machine gives the same encoder to the bit.

Measured on the leader messages (nDCG@10 by vectors alone, a reply as good as its best passage; half of the topics,
subject / message): decomposition alone 0.611 / 0.652, trained 0.721 / 0.745, the other half 0.745 / 0.747. Plain BM25
is at 0.72 / 0.75. The figures beside the constants are subjects of the first half; seeds differ by 0.01 to 0.02. Those
of vocabulary, dimension, batch and scale were measured with Adam in Adagrad's place.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.encoders.archive import ArchiveEncoder
from indexer.encoders.bags import Bags, Lexicon, spectral_matrix
from indexer.encoders.pairs import Pair
from indexer.encoders.trainer import arguments, sampled, trainer
from indexer.terms.analyzer import DEFAULT, Analyzer

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

VOCABULARY = 100_000
"""Most terms kept. Those of a single text count too: without them (32,000 of 77,000 left) 0.717 falls to 0.680. So many
rows are 100 MB."""

DIMENSION = 256
"""128 / 256 / 512 give 0.706 / 0.717 / 0.724; 512 would double the vectors and the time of a search."""

MIN_PAIRS = 50
"""Below this there are too few wrong answers in a batch to learn from; the decomposition stands as it is."""

MAX_PAIRS = 40_000
"""Pairs trained on at most, drawn at random where there are more."""

EPOCHS = 4
"""4 / 8 give 0.722 / 0.716 and, for messages, 0.745 / 0.751, in twice the time."""

MAX_STEPS = 320
"""Steps at most, so that training ends: two epochs of 40,000 pairs. At 56 steps all the pairs of an archive are worth
more than half of them twice as often: 0.723 against 0.667."""

BATCH = 256
"""128 / 256 / 512 give 0.715 / 0.717 / 0.712."""

LEARNING_RATE = 0.3
"""The rate of Adagrad, which moves the terms of a batch alone, where Adam's momentum moves all: 0.3 / 0.5 / 1 / 2 give
0.722 / 0.726 / 0.721 / 0.719. Its first steps are as long as the rate, and from 1 on they forget the decomposition: the
64 pairs of a small archive are too few to learn it anew."""

SCALE = 10.0
"""The factor of the cosine in the softmax. 7 / 10 / 15 give 0.718 / 0.717 / 0.685: the documents of one archive are
alike, and the usual 20 punishes answers that are not all wrong."""


def train(
    passages: Sequence[str],
    pairs: Sequence[Pair],
    *,
    seed: int = 0,
    dimension: int = DIMENSION,
    progress: bool = False,
    analyzer: Analyzer = DEFAULT,
) -> ArchiveEncoder:
    """An encoder for these passages, from (anchor, positive) pairs of texts that belong together.

    The vocabulary is that of the passages. With few passages the dimension is smaller; without a single term it is 1,
    and every vector zero. `progress` shows the trainer's own bar.
    """
    lexicon = Lexicon(analyzer)
    texts = lexicon.bags(dict.fromkeys(passages))
    bags, rows = _paired(sampled(pairs, MAX_PAIRS, seed), lexicon)
    vocabulary, new = lexicon.most_frequent(texts, VOCABULARY)
    matrix = spectral_matrix(texts.renumbered(new), len(vocabulary), dimension, seed)
    bags = bags.renumbered(new)
    rows = rows[(bags.lengths[rows] > 0).all(axis=1)]  # where a side has no known term, the pair teaches nothing
    if len(rows) >= MIN_PAIRS:
        matrix = _bend(matrix, bags, rows, seed, progress)
    return ArchiveEncoder(vocabulary, matrix, analyzer)


def _paired(pairs: Sequence[Pair], lexicon: Lexicon) -> tuple[Bags, NDArray[np.int64]]:
    """The bags of all texts of the pairs, each once, and for each pair its two rows, shape (m, 2)."""
    places: dict[str, int] = {}
    rows = [[places.setdefault(text, len(places)) for text in pair] for pair in pairs]
    return lexicon.bags(places), np.array(rows, np.int64).reshape(-1, 2)


def _bend(
    matrix: NDArray[np.float32], bags: Bags, rows: NDArray[np.int64], seed: int, progress: bool
) -> NDArray[np.float32]:
    """The matrix after training on the pairs of rows."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read once, at the first import
    from sentence_transformers import SentenceTransformer
    from torch.sparse import check_sparse_tensor_invariants

    embedding = _embedding(matrix.copy())
    model = SentenceTransformer(modules=[embedding], device="cpu")
    unchecked = check_sparse_tensor_invariants(enable=False)  # type: ignore[no-untyped-call]  # said, or torch warns
    with TemporaryDirectory() as folder, _one_thread(), unchecked:
        _trainer(model, bags, rows, seed, progress, folder).train()
    trained: NDArray[np.float32] = embedding.embedding.weight.detach().numpy()
    return trained


def _embedding(matrix: NDArray[np.float32]) -> "StaticEmbedding":
    """A StaticEmbedding whose gradient has rows for the terms of a batch alone.

    A batch has some 20,000 of 100,000 terms, and a gradient for all of them is 100 MB to clear, fill and add up, for
    anchors and for positives: 203 ms a step with Adam over it, 132 as it is here.
    """
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from torch.nn.functional import embedding, embedding_bag

    class Embedding(StaticEmbedding):
        def forward(self, features: dict[str, "torch.Tensor"], **_: object) -> dict[str, "torch.Tensor"]:
            rows = embedding(features["terms"], self.embedding.weight, sparse=True)
            mean = embedding_bag(features["input_ids"], rows, features["offsets"], mode="mean")
            return {**features, "sentence_embedding": mean}

    # The trainer gets bags of numbers, so the module's own tokenizer is never asked.
    return Embedding(Tokenizer(WordLevel()), embedding_weights=matrix)


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
        max_steps=min(MAX_STEPS, EPOCHS * -(-len(rows) // BATCH)),
        per_device_train_batch_size=BATCH,
        learning_rate=LEARNING_RATE,
        optim="adagrad",
        max_grad_norm=0,  # Adagrad divides the gradient's size out
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
    """Rows of bags to what the embedding takes, in the place of its own preprocess(texts): the distinct terms of a
    batch, and bags of places among them."""

    def __init__(self, bags: Bags) -> None:
        self._bags = bags

    def __call__(self, rows: Sequence[int], **_: object) -> dict[str, "torch.Tensor"]:
        import torch

        taken = self._bags.take(rows)
        terms, places = np.unique(taken.numbers, return_inverse=True)
        arrays: dict[str, NDArray[np.integer]] = {"terms": terms, "input_ids": places, "offsets": taken.starts[:-1]}
        return {name: torch.from_numpy(array.astype(np.int64)) for name, array in arrays.items()}
