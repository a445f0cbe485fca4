"""How does a carried-in model learn this archive's language? Fine-tuned for one epoch on pairs of the archive's texts.

Trained by sentence-transformers, under the prompts and the dimension that search will use; the adapted model is saved
in the index, which then needs the original no more. Seeded: the same machine gives the same model again.

No pretrained model can be had where this is developed, so what adaptation gains is not measured here: compare both
with `dafu eval self` on the archive. Times below: random weights in the shape of bge-small-zh, on one core.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from safetensors import SafetensorError

from indexer.encoders import model_files
from indexer.encoders.card import Card, check_fingerprint, read_card, write_card
from indexer.encoders.choice import EncoderChoice, EncoderSettings
from indexer.encoders.errors import EncoderError
from indexer.encoders.opening import open_chosen
from indexer.encoders.pairs import Pair
from indexer.encoders.pretrained import PretrainedEncoder
from indexer.encoders.protocol import Encoder, Lineage, Steps
from indexer.encoders.registry import EncoderKind
from indexer.encoders.trainer import arguments, sampled, trainer

if TYPE_CHECKING:
    import torch
    from sentence_transformers import (
        SentenceTransformer,
        SentenceTransformerTrainer,
    )

MAX_PAIRS = 6_000
"""Pairs trained on at most, drawn at random where there are more: 1.6 pairs a second on a core, so half an hour on two
for a small model. A model of twelve layers takes eight times that, and has the same need of a bound."""

BATCH = 32
"""Pairs, each with 31 wrong answers. The loss takes eight texts at a time: 1.6 GB instead of 4.2, and 15 % slower."""

_MINI_BATCH = 8

MAX_TOKENS = 256
"""Tokens of a text that training looks at: about the characters of a passage, and of a document its beginning."""

LEARNING_RATE = 2e-5
"""The rate in sentence-transformers' own examples of fine-tuning; a higher one unlearns what the model knew."""


class AdaptedCard(Card):
    """The card of a pretrained model that was adapted to the archive; the adapted one lies beside it.

    `model` and `settings` say what was chosen, `original` is the fingerprint of that; the prompts are those in use.
    """

    kind: Literal["adapted"] = "adapted"
    model: str
    settings: EncoderSettings
    original: str
    query_prompt: str
    passage_prompt: str
    dimension: int
    trained_on: int


class AdaptedEncoder(PretrainedEncoder):
    """A pretrained encoder that was adapted to an archive; its files lie beside its card."""

    kind = "adapted"
    adaptable = False

    def __init__(self, folder: Path, card: AdaptedCard) -> None:
        super().__init__(str(folder), card.settings, (card.query_prompt, card.passage_prompt))
        self.card = card
        self.__dict__["dimension"] = card.dimension  # known without loading the model

    @property
    def lineage(self) -> Lineage:
        return Lineage(self.card.model, self.card.trained_on)

    def adapted_from(self, choice: EncoderChoice, original: str | None) -> bool:
        return original == self.card.original if original else same_choice(self.card, choice)

    def save(self, folder: Path) -> None:
        """The model itself, unless it lies there already, and its card."""
        if folder.resolve() != self._folder.resolve():
            for path in model_files.files_of(self._folder):
                copy = folder / path.relative_to(self._folder)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
        write_card(self.card.model_copy(update={"settings": self.settings}), folder)

    @classmethod
    def load(cls, folder: Path, model: str | None = None) -> "AdaptedEncoder":
        """The encoder of a folder that `save` wrote. Raises EncoderError where it is not as the card says."""
        card = read_card(folder, AdaptedCard)
        try:
            encoder = cls(folder, card)
        except EncoderError as error:
            raise EncoderError(f"编码器文件缺失或损坏：{folder}。请重新建立索引。原因：{error}") from error
        check_fingerprint(card, encoder.fingerprint, folder)
        return encoder


class AdaptedKind(EncoderKind):
    """A model that an index adapted, chosen by the folder of its original and `--adapt`."""

    name = "adapted"
    named = False
    learns = True

    def load(self, folder: Path, model: str | None = None) -> Encoder:
        return AdaptedEncoder.load(folder)

    def choice_of(self, folder: Path, *, anew: bool) -> EncoderChoice:
        """An adapted encoder that is whole is a model to take as it is, unless it is wanted anew."""
        card = read_card(folder, AdaptedCard)
        if not anew and _is_whole(folder):
            return EncoderChoice(path=folder)
        choice = EncoderChoice(path=Path(card.model), settings=card.settings, adapt=True)
        try:
            open_chosen(choice)
        except EncoderError as error:
            raise EncoderError(
                f"重新适配编码器需要原来的预训练模型 {card.model}，而它不能用：{error}"
                "也可以用 --encoder 指明另一个模型，或用 --encoder archive 改为在本档案上训练。"
            ) from error
        return choice


KIND = AdaptedKind()


def _is_whole(folder: Path) -> bool:
    try:
        AdaptedEncoder.load(folder)
    except EncoderError:
        return False
    return True


def same_choice(card: AdaptedCard, choice: EncoderChoice) -> bool:
    """Whether the model and settings that were adapted are those of the choice; batch size and device do not matter."""
    unlike = {"batch_size", "device"}
    named = choice.path is not None and card.model in (str(choice.path), str(choice.path.resolve()))
    return named and card.settings.model_dump(exclude=unlike) == choice.settings.model_dump(exclude=unlike)


def adapt(
    original: PretrainedEncoder,
    pairs: Sequence[Pair],
    folder: Path,
    *,
    trained_on: int,
    steps: Steps,
    learning_rate: float = LEARNING_RATE,
    seed: int = 0,
) -> AdaptedEncoder:
    """The model after one epoch on the (anchor, positive) pairs of `trained_on` documents, its files in `folder`.

    Anchors get the query prompt, positives the passage prompt. Without a pair it is the original, word for word.
    """
    model = original.load_model()
    dimension = original.kept_of(model.get_embedding_dimension())
    prompts = (original.query_prompt, original.passage_prompt)
    chosen = sampled([pair for pair in pairs if all(text.strip() for text in pair)], MAX_PAIRS, seed)
    if chosen:
        settings = {
            "learning_rate": learning_rate,
            "seed": seed,
            "prompts": {"anchor": prompts[0], "positive": prompts[1]},
        }
        _train(model, chosen, settings, dimension, steps)
    _save(model, prompts, folder)
    adapted = PretrainedEncoder(str(folder), original.settings, prompts)
    card = AdaptedCard(
        model=original.name,
        settings=original.settings,
        original=original.fingerprint,
        query_prompt=prompts[0],
        passage_prompt=prompts[1],
        dimension=dimension,
        fingerprint=adapted.fingerprint,
        trained_on=trained_on,
    )
    return AdaptedEncoder(folder, card)


def _train(
    model: "SentenceTransformer", pairs: Sequence[Pair], settings: dict[str, Any], dimension: int, steps: Steps
) -> None:
    """In place, on the model's own device."""
    own = model.max_seq_length
    model.max_seq_length = min(own or MAX_TOKENS, MAX_TOKENS)
    with TemporaryDirectory() as folder:  # nothing is written there, but there must be one
        settings = {**settings, "output_dir": folder, "use_cpu": model.device.type == "cpu"}
        _trainer(model, pairs, settings, dimension, steps).train()
    model.max_seq_length = own


def _trainer(
    model: "SentenceTransformer", pairs: Sequence[Pair], settings: dict[str, Any], dimension: int, steps: Steps
) -> "SentenceTransformerTrainer":
    """A trainer that writes nothing, reports to `steps` alone and prints nothing."""
    from datasets import Dataset  # type: ignore[import-untyped]  # no stubs
    from sentence_transformers.sentence_transformer.losses import CachedMultipleNegativesRankingLoss
    from sentence_transformers.util import cos_sim
    from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

    class StepReport(TrainerCallback):
        def on_step_end(
            self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object
        ) -> None:
            steps(state.global_step, state.max_steps)

    def similarity(first: "torch.Tensor", second: "torch.Tensor") -> "torch.Tensor":
        return cos_sim(first[:, :dimension], second[:, :dimension])

    few = len(pairs) <= 10 * BATCH  # too few steps to spend any on warming up
    return trainer(
        model=model,
        args=arguments(
            num_train_epochs=1,
            per_device_train_batch_size=BATCH,
            warmup_steps=0 if few else 0.1,  # a share of all steps
            disable_tqdm=True,
            **settings,
        ),
        train_dataset=Dataset.from_dict({"anchor": [a for a, _ in pairs], "positive": [p for _, p in pairs]}),
        loss=CachedMultipleNegativesRankingLoss(model, similarity_fct=similarity, mini_batch_size=_MINI_BATCH),
        callbacks=[StepReport()],
    )


def _save(model: "SentenceTransformer", prompts: tuple[str, str], folder: Path) -> None:
    """The model's files, with the prompts for whoever reads them by sentence-transformers."""
    model.prompts = {"query": prompts[0], "document": prompts[1]}
    model.default_prompt_name = None
    try:
        model.save(str(folder), create_model_card=False)
    except SafetensorError as error:
        raise OSError(str(error)) from error  # a full disk, most likely: what the build knows to say
    mode = (folder / "modules.json").stat().st_mode
    for path in model_files.files_of(folder):
        path.chmod(mode)  # weights can be read by their owner alone, and a server often runs under another name
