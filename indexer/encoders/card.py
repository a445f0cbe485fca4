"""Which encoder lies in a folder? One small JSON file says so, written last: a folder without it is unfinished.

Every card has a format, the kind of its encoder and a fingerprint. What else stands there is that kind's own: it
derives its card from this one, writes it with `write_card` and reads it with `read_card`.
"""

from pathlib import Path
from typing import Literal, TypeVar

from pydantic import ConfigDict, ValidationError

from corpus.types import Frozen
from indexer.encoders.errors import CardError, EncoderError

CARD_NAME = "dafu_encoder.json"


class Card(Frozen):
    """The part that all cards have in common."""

    format: Literal[1] = 1
    kind: str
    fingerprint: str


class _AnyCard(Card):
    model_config = ConfigDict(frozen=True, extra="ignore")


CardT = TypeVar("CardT", bound=Card)


def write_card(card: Card, folder: Path) -> None:
    (folder / CARD_NAME).write_bytes(card.model_dump_json(indent=2).encode("utf-8"))


def has_card(folder: Path) -> bool:
    return (folder / CARD_NAME).is_file()


def read_kind(folder: Path) -> str:
    """The kind that a folder's card names. Raises CardError as `read_card` does."""
    return read_card(folder, _AnyCard).kind


def read_card(folder: Path, card: type[CardT]) -> CardT:
    """Raises CardError for a folder without a card, and for a card that this version cannot read."""
    path = folder / CARD_NAME
    try:
        return card.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise CardError(f"文件夹中没有编码器：缺少 {path}。请重新建立索引。") from error
    except (OSError, ValidationError) as error:
        raise CardError(f"编码器说明文件无法读取，或由另一版本写成：{path}。请重新建立索引。") from error


def check_fingerprint(card: Card, found: str, folder: Path) -> None:
    """Raises EncoderError where the files beside the card are no longer those that it was written for."""
    if found != card.fingerprint:
        raise EncoderError(
            f"编码器文件已被改动：{folder} 的指纹应为 {card.fingerprint[:12]}，实为 {found[:12]}。请重新建立索引。"
        )
