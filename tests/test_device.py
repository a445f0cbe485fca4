"""`dafu index --device`: passages are encoded there by torch, and queries as ever; a device that is not there is told.

`cpu:0` is torch's processor: what a GPU would run, where there is none.
"""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import indexer.build.update as update
from indexer.archive import open_archive
from indexer.archive.fingerprints import text_hash
from indexer.build.generation import Generation
from indexer.build.slow_vectors import texts_of
from indexer.build.update import BuildOptions, build
from indexer.cli.app import app
from indexer.encoders import Encoder, EncoderChoice, EncoderError
from indexer.encoders.archive import ArchiveEncoder
from indexer.encoders.general import GeneralEncoder
from indexer.encoders.general.elsewhere import encoder_on
from indexer.encoders.mixed import MixedEncoder
from indexer.paths import IndexPaths
from tests.conftest import silent
from tests.encoders.texts import PASSAGES

TORCH = "cpu:0"


@pytest.fixture(scope="module")
def by_torch() -> Encoder:
    return encoder_on(TORCH)


def test_on_a_device_passages_are_nearly_the_same_and_queries_quite(general: GeneralEncoder) -> None:
    there = general.on_device(TORCH)
    texts = [text * (1 + number % 2) for number, text in enumerate(PASSAGES[:12])]
    found, own = there.encode_passages(texts), general.encode_passages(texts)
    assert found.shape == own.shape
    assert (found * own).sum(axis=1).min() > 0.998
    assert not np.array_equal(found, own)
    np.testing.assert_array_equal(there.encode_queries(texts[:2]), general.encode_queries(texts[:2]))
    assert there.fingerprint == general.fingerprint
    assert general.on_device("cpu") is general


def test_of_a_mixed_encoder_the_general_part_is_on_the_device(general: GeneralEncoder, by_torch: Encoder) -> None:
    archive = ArchiveEncoder(["食堂"], np.ones((1, 4), np.float32))
    slow = MixedEncoder(archive, general).on_device(TORCH).slow
    assert slow is not None
    np.testing.assert_array_equal(slow.encode_passages(PASSAGES[:1]), by_torch.encode_passages(PASSAGES[:1]))


@pytest.mark.parametrize("at_once", [0, 40])
def test_index_hands_the_device_to_the_general_encoder(
    general: GeneralEncoder,
    by_torch: Encoder,
    letters: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    at_once: int,
) -> None:
    """Whether the vectors follow or are waited for, they are torch's, as the archive keeps them: in half precision."""
    monkeypatch.setattr(GeneralEncoder, "made", classmethod(lambda cls: general))
    monkeypatch.setattr(update, "_AT_ONCE", at_once)
    index = tmp_path / "index"
    done = CliRunner().invoke(
        app, ["index", str(letters), "--into", str(index), "--encoder", "mixed", "--device", TORCH]
    )
    assert done.exit_code == 0, done.output
    generation = Generation.open_current(index)
    texts = [text for entry in generation.engine.entries() for text in texts_of(generation.masked(entry))]
    kept = open_archive(IndexPaths(index).archive).vectors.get(general.fingerprint, [text_hash(t) for t in texts])
    found = np.stack([kept[text_hash(text)] for text in texts])
    np.testing.assert_allclose(found, by_torch.encode_passages(texts), atol=1e-3)
    assert np.abs(found - general.encode_passages(texts)).max() > 2e-3


@pytest.mark.parametrize("encoder", ["mixed", "general"])
def test_a_device_that_is_not_there_is_one_sentence_before_anything_begins(
    letters: Path, tmp_path: Path, encoder: str
) -> None:
    options = BuildOptions(encoder=EncoderChoice(name=encoder), device="xyz")
    with pytest.raises(EncoderError, match=r"^本机不能使用设备 xyz（[^\n]+）。请改用 --device cpu，或去掉 --device。$"):
        build([letters], tmp_path / "index", options, silent)
    assert not (tmp_path / "index").exists()
