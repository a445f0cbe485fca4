"""Encoders that other packages bring along: found by name, made, kept, reopened and described like ours."""

from importlib.metadata import entry_points
from pathlib import Path

import numpy as np
import pytest

from indexer.build.generation import Generation
from indexer.build.update import BuildOptions, build
from indexer.encoders import (
    EncoderChoice,
    EncoderError,
    EncoderSettings,
    check,
    choice_of,
    fits,
    kind_named,
    learns,
    load,
    recorded_choice,
    reopened,
)
from indexer.encoders.card import CARD_NAME
from indexer.encoders.registry import GROUP, names
from indexer.terms.analyzer import DEFAULT
from indexer.upkeep.verify import verify
from tests.conftest import make_index, silent
from tests.test_cli import dafu

MODULE = '''
"""An encoder that a stranger wrote: two dimensions, how often a text says 食堂 and how often 停车."""

import numpy as np

from indexer.encoders.card import Card, read_card, write_card
from indexer.encoders.protocol import Encoder, unit_vectors
from indexer.encoders.registry import EncoderKind


class Counting(Encoder):
    kind, fingerprint, dimension = "counting", "c0", 2

    def encode_queries(self, texts):
        return self.encode_passages(texts)

    def encode_passages(self, texts):
        counts = [[text.count("食堂"), text.count("停车")] for text in texts]
        return unit_vectors(np.array(counts, np.float32).reshape(-1, 2))

    def save(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_card(Card(kind="counting", fingerprint="c0"), folder)


class CountingKind(EncoderKind):
    name = "counting"

    def load(self, folder, model=None):
        read_card(folder, Card)
        return Counting()

    def make(self, material):
        return Counting()


KIND = CountingKind()
WRONG = "not a kind"
'''
ENTRIES = f"""[{GROUP}]
counting = stranger:KIND
wrong = stranger:WRONG
broken = stranger_that_is_gone:KIND
"""


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package as Python sees it: its module, and what its wheel says of it."""
    folder = tmp_path / "site"
    facts = folder / "stranger-1.0.dist-info"
    facts.mkdir(parents=True)
    (folder / "stranger.py").write_text(MODULE, encoding="utf-8")
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(ENTRIES)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder


def test_a_strangers_encoder_works_from_end_to_end(stranger: Path, letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    choice = choice_of("counting")
    assert choice == EncoderChoice(name="counting")
    assert build([letters], index, BuildOptions(encoder=choice), silent).built
    generation = Generation.open_current(index)
    info = generation.manifest.encoder
    assert (info.kind, info.fingerprint, info.dimension, info.trained_on) == ("counting", "c0", 2, None)
    np.testing.assert_allclose(
        generation.encoder.encode_queries(["食堂、食堂，停车"]), [[2 / 5**0.5, 1 / 5**0.5]], rtol=1e-6
    )
    assert verify(index) == []
    assert not build([letters], index, BuildOptions(encoder=choice), silent).built
    (letters / "加装电梯.txt").unlink()
    assert make_index(letters, index, prune=True).documents == 2
    assert recorded_choice(generation.paths.encoder, anew=True) == choice
    assert build([letters], index, BuildOptions(encoder=EncoderChoice()), silent).built  # to the archive's own
    assert not fits(Generation.open_current(index).encoder, choice)


def test_a_strangers_encoder_by_the_command(stranger: Path, letters: Path, tmp_path: Path) -> None:
    done = dafu("index", letters, "--into", tmp_path / "index", "--encoder", "counting")
    assert (done.returncode, done.stderr) == (0, "")
    assert "counting（2 维，指纹 c0）" in dafu("status", tmp_path / "index").stdout
    refused = dafu("index", letters, "--into", tmp_path / "other", "--encoder", "counting", "--adapt")
    assert refused.returncode == 2


def test_what_an_encoder_cannot_do_has_a_default(stranger: Path, tmp_path: Path) -> None:
    kind = kind_named("counting")
    encoder = kind.load(saved(tmp_path / "kept"))
    assert encoder.without({"食堂"}) is encoder
    assert encoder.remembered(["食堂"]) == []
    assert encoder.used_with(EncoderSettings(batch_size=1)) is encoder
    assert (encoder.adaptable, encoder.lineage) == (False, None)
    assert not encoder.adapted_from(EncoderChoice(path=tmp_path, adapt=True), "c0")
    with pytest.raises(EncoderError, match="这种编码器不能适配"):
        encoder.adapted([], tmp_path, trained_on=1, steps=lambda *_: None)
    texts = ["食堂", "停车"]
    np.testing.assert_array_equal(encoder.encode_analysed([DEFAULT.analyse(t) for t in texts]), np.eye(2))
    assert reopened(encoder, EncoderChoice(path=tmp_path)) is encoder
    assert not learns(EncoderChoice(name="counting"))
    assert load(tmp_path / "kept").fingerprint == "c0"


def saved(folder: Path) -> Path:
    folder.mkdir()
    (folder / CARD_NAME).write_text('{"format": 1, "kind": "counting", "fingerprint": "c0"}')
    return folder


def test_names_are_those_of_ours_and_of_what_is_installed(stranger: Path) -> None:
    assert names()[:4] == ["archive", "mixed", "general", "pretrained"]
    assert {"counting", "wrong", "broken"} <= set(names())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nobody", r"没有名为 nobody 的编码器，已有：archive、mixed、general、pretrained、adapted、.*安装该扩展包"),
        ("wrong", r"编码器 wrong（扩展包 stranger 的 stranger:WRONG）应为 EncoderKind 的实例，实为 str"),
        ("broken", r"编码器 broken（扩展包 stranger 的 stranger_that_is_gone:KIND）无法载入：ModuleNotFoundError"),
    ],
)
def test_a_kind_that_cannot_be_had_is_named(stranger: Path, tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(EncoderError, match=message):
        kind_named(name)
    with pytest.raises(EncoderError, match=message):
        check(EncoderChoice(name=name))
    saved(tmp_path / "kept")
    card = tmp_path / "kept" / CARD_NAME
    card.write_text(card.read_text().replace("counting", name))
    with pytest.raises(EncoderError, match=message):
        load(tmp_path / "kept")


def test_a_model_and_an_adapted_one_are_not_chosen_by_the_name_of_their_kind() -> None:
    """So that a folder may be called pretrained."""
    assert choice_of("pretrained") == EncoderChoice(path=Path("pretrained"))
    assert learns(EncoderChoice(path=Path("pretrained"), adapt=True))
    assert not learns(EncoderChoice(path=Path("pretrained")))
    assert learns(EncoderChoice())


def test_our_kinds_are_declared_as_a_strangers_are() -> None:
    """As pyproject.toml declares them, for whoever looks there."""
    import tomllib

    from indexer.encoders.registry import _OURS

    root = Path(__file__).resolve().parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"][GROUP] == _OURS
    assert all(kind_named(name).name == name for name in _OURS)
    installed = {found.name: found.value for found in entry_points(group=GROUP) if found.name in _OURS}
    assert installed in ({}, _OURS)
