"""Which encoder does the user want? One of the archive's own, or a pretrained model with its settings."""

from pathlib import Path

from pydantic import Field

from corpus.types import Frozen
from indexer.encoders.protocol import EncoderError


class EncoderSettings(Frozen):
    """How a pretrained model is used. None leaves the choice to the model: its own prompts, dimension and device."""

    query_prompt: str | None = None
    passage_prompt: str | None = None
    truncate_dim: int | None = Field(default=None, ge=1)
    batch_size: int = Field(default=32, ge=1)
    device: str | None = None


class EncoderChoice(Frozen):
    """`path` is a model's folder or its name in the local Hugging Face cache; None for one trained from the archive."""

    path: Path | None = None
    settings: EncoderSettings = EncoderSettings()

    @classmethod
    def from_option(
        cls, encoder: str | None, query_prompt: str | None = None, passage_prompt: str | None = None
    ) -> "EncoderChoice | None":
        """What the options of a command say; None where they leave the encoder as it is.

        Raises EncoderError for prompts without a pretrained model that could take them.
        """
        chosen = None if encoder in (None, "archive") else Path(str(encoder))
        if chosen is None and not (query_prompt is None and passage_prompt is None):
            raise EncoderError("查询前缀和段落前缀只用于预训练模型。请用 --encoder 指明模型的文件夹，或去掉前缀。")
        if encoder is None:
            return None
        return cls(path=chosen, settings=EncoderSettings(query_prompt=query_prompt, passage_prompt=passage_prompt))
