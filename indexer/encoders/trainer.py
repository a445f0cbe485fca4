"""The trainer of all training here: sentence-transformers', seeded, offline and silent; it writes nothing.

Imported for its functions; torch and sentence-transformers come with the first call.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from indexer.encoders.pairs import Pair

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments


def sampled(pairs: Sequence[Pair], most: int, seed: int) -> list[Pair]:
    """The pairs, or so many of them drawn at random."""
    if len(pairs) <= most:
        return list(pairs)
    return [pairs[row] for row in np.random.default_rng(seed).choice(len(pairs), most, replace=False)]


def arguments(**settings: Any) -> "SentenceTransformerTrainingArguments":  # noqa: ANN401  # the trainer's own, of any type
    """The settings, completed with those that all training shares."""
    from sentence_transformers import SentenceTransformerTrainingArguments
    from sentence_transformers.base.sampler import BatchSamplers

    return SentenceTransformerTrainingArguments(
        batch_sampler=BatchSamplers.NO_DUPLICATES,  # a text's copy is no wrong answer
        dataloader_pin_memory=False,
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        **settings,
    )


def trainer(**parts: Any) -> "SentenceTransformerTrainer":  # noqa: ANN401  # the trainer's own, of any type
    """A trainer of these parts, without a model card, which would count every text once more, and without printing."""
    from sentence_transformers import SentenceTransformerTrainer
    from transformers import PrinterCallback

    class Trainer(SentenceTransformerTrainer):
        def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None: ...

        def _get_grad_norm(self, model: object, grad_norm: float | None = None) -> float | None:
            """The norm that clipping found; a sparse gradient has no other, and only a log would show it."""
            return grad_norm

    made = Trainer(**parts)
    made.remove_callback(PrinterCallback)
    return made
