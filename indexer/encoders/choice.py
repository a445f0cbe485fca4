"""Which encoder does the user want? One chosen by its name, or a pretrained model's folder, as it came or adapted."""

from pathlib import Path

from pydantic import Field

from corpus.types import Frozen


class EncoderSettings(Frozen):
    """How a pretrained model is used. None leaves the choice to the model: its own prompts, dimension and device."""

    query_prompt: str | None = None
    passage_prompt: str | None = None
    truncate_dim: int | None = Field(default=None, ge=1)
    batch_size: int = Field(default=32, ge=1)
    device: str | None = None


class EncoderChoice(Frozen):
    """`path`, where there is one, is a model's folder or its name in the local Hugging Face cache; else the encoder is
    the kind of that `name`.

    `adapt` asks for the model of the path fine-tuned on the archive.
    """

    name: str = "archive"
    path: Path | None = None
    settings: EncoderSettings = EncoderSettings()
    adapt: bool = False
