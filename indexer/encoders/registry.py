"""Which encoders are there? Each kind by its name: ours, and what other packages bring along.

A package declares a kind in its entry points, `[project.entry-points."dafu.encoders"]`, as `name = "module:KIND"`,
where KIND is an EncoderKind. Ours are listed here too, so that they are found where dafu runs without being installed.
"""

from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Protocol

from indexer.encoders.choice import EncoderChoice
from indexer.encoders.errors import EncoderError
from indexer.encoders.pairs import Pair
from indexer.encoders.protocol import Encoder
from indexer.terms.analyzer import Analyzer

GROUP = "dafu.encoders"

_OURS = {
    "archive": "indexer.encoders.archive:KIND",
    "mixed": "indexer.encoders.mixed:KIND",
    "general": "indexer.encoders.general:KIND",
    "pretrained": "indexer.encoders.pretrained:KIND",
    "adapted": "indexer.encoders.adaptation:KIND",
}


class Material(Protocol):
    """The documents of an archive, for an encoder to learn from."""

    @property
    def analyzer(self) -> Analyzer:
        """Finds the terms of the index that the encoder is made for."""
        ...

    @property
    def holds_out(self) -> bool:
        """Whether what the known-item queries tell is kept from training anyway: only where there are many of them."""
        ...

    def texts_and_pairs(self, *, blind: bool = False) -> tuple[Sequence[str], Sequence[Pair]]:
        """Texts of the documents, and pairs of texts that belong together; reading them takes a while.

        `blind` keeps out what the known-item queries tell, few or many.
        """
        ...


class EncoderKind:
    """One kind of encoder: how it is made for an archive, and read back from a folder."""

    name: str
    """Stands on the cards, and in `--encoder NAME`."""

    named = True
    """Whether the name alone chooses it; if not, `--encoder` takes a folder."""

    learns = False
    """Whether the archive teaches it anything, so that it can be made anew when the archive has grown."""

    uses_device = False
    """Whether it can encode passages elsewhere than on the processor."""

    def check(self) -> None:
        """Raises EncoderError where `make` lacks something that this machine has not, before an archive is read."""

    def load(self, folder: Path, model: str | None = None) -> Encoder:
        """The encoder that `save` wrote; `model` is where a model that is not in the folder has moved since.

        Raises EncoderError for anything missing, damaged or changed.
        """
        raise NotImplementedError

    def make(self, material: Material) -> Encoder:
        """An encoder for this archive, where the name alone chooses it. Raises EncoderError where that cannot be."""
        raise NotImplementedError

    def fits(self, encoder: Encoder) -> bool:
        """Whether an encoder is what `make` would make; of one that learns, whether it is of this kind."""
        return encoder.kind == self.name

    def choice_of(self, folder: Path, *, anew: bool) -> EncoderChoice:
        """The choice that led to the encoder in a folder; `anew` where it is to be made again, even if it is whole.

        Raises EncoderError where the card cannot be read, or where it cannot be made again.
        """
        return EncoderChoice(name=self.name)

    def unacquainted(self, encoder: Encoder, material: Material) -> Encoder:
        """The encoder to ask the known-item queries with: one that was not taught their answers."""
        return encoder


def kind_named(name: str) -> EncoderKind:
    """The kind of that name. Raises EncoderError where there is none, and where its package cannot be imported."""
    if place := _OURS.get(name):
        return _ours(place)
    found = next(iter(entry_points(group=GROUP, name=name)), None)
    if found is None:
        raise EncoderError(
            f"本程序没有名为 {name} 的编码器，已有：{'、'.join(names())}。"
            "它可能由另一版本写成，或来自没有安装的扩展包。请安装该扩展包，或重新建立索引。"
        )
    return _theirs(found)


def names() -> list[str]:
    """The names of all kinds, ours first."""
    return list(dict.fromkeys([*_OURS, *sorted(found.name for found in entry_points(group=GROUP))]))


def is_chosen_by_name(name: str) -> bool:
    """Whether `--encoder NAME` means a kind, and no folder."""
    return name in names() and kind_named(name).named


def _ours(place: str) -> EncoderKind:
    module, _, attribute = place.partition(":")
    kind: EncoderKind = getattr(import_module(module), attribute)
    return kind


def _theirs(found: EntryPoint) -> EncoderKind:
    package = found.dist.name if found.dist else "?"
    try:
        kind = found.load()
    except Exception as error:  # whatever the import of a stranger's module raises
        raise EncoderError(
            f"编码器 {found.name}（扩展包 {package} 的 {found.value}）无法载入：{error!r}。请重新安装该扩展包。"
        ) from error
    if not isinstance(kind, EncoderKind):
        named = f"编码器 {found.name}（扩展包 {package} 的 {found.value}）"
        raise EncoderError(f"{named}应为 EncoderKind 的实例，实为 {type(kind).__name__}。请与扩展包的作者联系。")
    return kind
