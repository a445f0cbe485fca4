"""Which encoder lies in a folder? One small JSON file says so, written last: a folder without it is unfinished."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from corpus.types import Frozen
from indexer.encoders.choice import EncoderSettings
from indexer.encoders.protocol import EncoderError

CARD_NAME = "dafu_encoder.json"


class ArchiveCard(Frozen):
    """The card of an encoder that was trained from the archive; the model lies beside it."""

    format: Literal[1] = 1
    kind: Literal["archive"] = "archive"
    analyzer: str
    fingerprint: str


class PretrainedCard(Frozen):
    """The card of a pretrained model, which stays where it is: a folder, or a name in the local cache."""

    format: Literal[1] = 1
    kind: Literal["pretrained"] = "pretrained"
    model: str
    settings: EncoderSettings
    dimension: int
    fingerprint: str


class AdaptedCard(Frozen):
    """The card of a pretrained model that was adapted to the archive; the adapted one lies beside it.

    `model` and `settings` say what was chosen, `original` is the fingerprint of that; the prompts are those in use.
    """

    format: Literal[1] = 1
    kind: Literal["adapted"] = "adapted"
    model: str
    settings: EncoderSettings
    original: str
    query_prompt: str
    passage_prompt: str
    dimension: int
    fingerprint: str
    trained_on: int


Card = ArchiveCard | PretrainedCard | AdaptedCard
_CARD: TypeAdapter[Card] = TypeAdapter(Annotated[Card, Field(discriminator="kind")])


def write_card(card: Card, folder: Path) -> None:
    (folder / CARD_NAME).write_bytes(_CARD.dump_json(card, indent=2))


def read_card(folder: Path) -> Card:
    """Raises EncoderError for a folder without a card, and for a card that this version cannot read."""
    path = folder / CARD_NAME
    try:
        return _CARD.validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise EncoderError(f"文件夹中没有编码器：缺少 {path}。请重新建立索引。") from error
    except (OSError, ValidationError) as error:
        raise EncoderError(f"编码器说明文件无法读取，或由另一版本写成：{path}。请重新建立索引。") from error


def check_fingerprint(card: ArchiveCard | AdaptedCard, found: str, folder: Path) -> None:
    """Raises EncoderError where the files beside the card are no longer those that it was written for."""
    if found != card.fingerprint:
        raise EncoderError(
            f"编码器文件已被改动：{folder} 的指纹应为 {card.fingerprint[:12]}，实为 {found[:12]}。请重新建立索引。"
        )
