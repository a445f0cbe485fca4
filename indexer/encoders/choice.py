"""Which encoder does the user want? One of the archive's own, or a pretrained model, as it came or adapted."""

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
    """`path` is a model's folder or its name in the local Hugging Face cache; None for one trained from the archive.

    `adapt` asks for that model fine-tuned on the archive.
    """

    path: Path | None = None
    settings: EncoderSettings = EncoderSettings()
    adapt: bool = False

    @classmethod
    def from_option(
        cls, encoder: str | None, settings: EncoderSettings | None = None, *, adapt: bool = False
    ) -> "EncoderChoice | None":
        """What the options of a command say; None where they leave the encoder as it is.

        Raises EncoderError for what needs a pretrained model and comes without one.
        """
        chosen = None if encoder in (None, "archive") else Path(str(encoder))
        settings = settings or EncoderSettings()
        if chosen is None and adapt:
            raise EncoderError("--adapt 是使预训练模型适应本档案，请同时用 --encoder 指明模型的文件夹。")
        if chosen is None and settings != EncoderSettings():
            raise EncoderError(
                "查询前缀、段落前缀、维数、批量和设备只用于预训练模型。"
                "请用 --encoder 指明模型的文件夹，或去掉这些选项。"
            )
        return None if encoder is None else cls(path=chosen, settings=settings, adapt=adapt)

    @property
    def learns(self) -> bool:
        """Whether the archive teaches the encoder anything."""
        return self.path is None or self.adapt
