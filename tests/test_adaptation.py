"""Models adapted to an archive: what they learn, and what is kept of them."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import DafuError
from indexer.durable import disk_faults
from indexer.encoders import (
    EncoderChoice,
    EncoderError,
    EncoderSettings,
    check,
    fits,
    load,
    open_chosen,
    open_encoder,
    recorded_choice,
)
from indexer.encoders.adaptation import MAX_PAIRS, AdaptedEncoder, adapt
from indexer.encoders.pretrained import PretrainedEncoder
from indexer.encoders.trainer import sampled
from indexer.encoders.training import train
from tests.encoders.oracles import reference
from tests.encoders.texts import PAIRS, PASSAGES

pytestmark = pytest.mark.usefixtures("one_thread")

SETTINGS = EncoderSettings(query_prompt="query: ", passage_prompt="passage: ", truncate_dim=12)


def quiet(done: int, total: int) -> None:
    """No progress."""


def adapted(model: Path, folder: Path, pairs: list[tuple[str, str]] = PAIRS, **how: object) -> AdaptedEncoder:
    settings = EncoderSettings.model_validate(how)
    encoder = adapt(PretrainedEncoder(str(model), settings), pairs, folder, trained_on=3, steps=quiet)
    encoder.save(folder)
    return encoder


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


# What is learnt


def test_adapting_brings_a_question_to_its_answer(original: Path, tmp_path: Path) -> None:
    """A tiny model of random weights needs a higher rate than one that knows a language."""
    encoder = PretrainedEncoder(str(original), EncoderSettings())
    seen: list[tuple[int, int]] = []
    taught = adapt(
        encoder,
        PAIRS * 12,
        tmp_path / "taught",
        trained_on=3,
        steps=lambda done, total: seen.append((done, total)),
        learning_rate=1e-2,
    )
    assert accuracy(encoder) < 0.1
    assert accuracy(taught) > 0.4
    assert seen == [(step, len(seen)) for step in range(1, len(seen) + 1)]
    assert len(seen) >= len(PAIRS) * 12 / 32


def accuracy(encoder: PretrainedEncoder) -> float:
    """The share of questions whose own passage is the best of all."""
    best = (encoder.encode_queries([q for q, _ in PAIRS]) @ encoder.encode_passages(PASSAGES).T).argmax(axis=1)
    return float(np.mean([PASSAGES[row] == answer for row, (_, answer) in zip(best, PAIRS, strict=True)]))


def test_prompts_stand_before_the_texts_in_training_as_in_search(original: Path, tmp_path: Path) -> None:
    """The oracle: the same pairs with the prompts written out, under a model without any."""
    adapted(original, tmp_path / "prompted", query_prompt="query: ", passage_prompt="passage: ")
    written = [(f"query: {anchor}", f"passage: {positive}") for anchor, positive in PAIRS]
    adapted(original, tmp_path / "written", written)
    adapted(original, tmp_path / "bare")
    assert weights(tmp_path / "prompted") == weights(tmp_path / "written")
    assert weights(tmp_path / "prompted") != weights(tmp_path / "bare")


def test_training_sees_the_dimensions_that_search_sees(original: Path, tmp_path: Path) -> None:
    adapted(original, tmp_path / "whole")
    adapted(original, tmp_path / "cut", truncate_dim=4)
    assert weights(tmp_path / "cut") != weights(tmp_path / "whole")


def test_adapting_twice_gives_the_same_model(original: Path, tmp_path: Path) -> None:
    first = adapted(original, tmp_path / "first")
    assert adapted(original, tmp_path / "second").fingerprint == first.fingerprint
    assert weights(tmp_path / "first") != weights(original)
    assert len({path.stat().st_mode for path in (tmp_path / "first").iterdir() if path.is_file()}) == 1


def test_without_pairs_the_model_stays_as_it_came(original: Path, tmp_path: Path) -> None:
    encoder = adapted(original, tmp_path / "same", [("", "答复"), ("来信", " ")])
    assert weights(tmp_path / "same") == weights(original)
    expected = PretrainedEncoder(str(original), EncoderSettings()).encode_passages(PASSAGES[:4])
    np.testing.assert_array_equal(encoder.encode_passages(PASSAGES[:4]), expected)


def test_more_pairs_than_a_processor_can_take_are_sampled() -> None:
    many = [(str(number), str(number)) for number in range(3 * MAX_PAIRS)]
    chosen = sampled(many, MAX_PAIRS, seed=0)
    assert (len(chosen), len(set(chosen))) == (MAX_PAIRS, MAX_PAIRS)
    assert chosen == sampled(many, MAX_PAIRS, seed=0)
    assert np.mean([int(number) for number, _ in chosen]) == pytest.approx(1.5 * MAX_PAIRS, rel=0.1)


def test_adapting_prints_nothing_and_leaves_nothing_behind(
    original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.chdir(tmp_path / "temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    adapted(original, tmp_path / "adapted")
    assert list((tmp_path / "temporary").iterdir()) == []
    assert capfd.readouterr() == ("", "")


# What is kept


def test_an_adapted_model_is_whole_without_its_original(model: Path, tmp_path: Path) -> None:
    encoder = adapted(model, tmp_path / "adapted", **SETTINGS.model_dump())
    before = encoder.encode_queries(["养老"]), encoder.encode_passages(PASSAGES[:3])
    shutil.rmtree(model)
    loaded = load(tmp_path / "adapted")
    assert isinstance(loaded, AdaptedEncoder)
    assert (loaded.fingerprint, loaded.dimension, loaded.card.trained_on) == (encoder.fingerprint, 12, 3)
    assert loaded.card.model == str(model)
    np.testing.assert_array_equal(loaded.encode_queries(["养老"]), before[0])
    np.testing.assert_array_equal(loaded.encode_passages(PASSAGES[:3]), before[1])
    loaded.save(tmp_path / "copy")
    assert load(tmp_path / "copy").fingerprint == encoder.fingerprint
    whole = reference(tmp_path / "copy", ["query: 养老"])[:, :12]  # by sentence-transformers alone, prompts written out
    np.testing.assert_allclose(before[0], whole / np.linalg.norm(whole), atol=1e-5)
    config = json.loads((tmp_path / "copy" / "config_sentence_transformers.json").read_text())
    assert config["prompts"] == {"query": "query: ", "document": "passage: "}


def test_a_changed_or_missing_file_of_an_adapted_model_is_refused(original: Path, tmp_path: Path) -> None:
    encoder = adapted(original, tmp_path / "adapted", [])
    path = tmp_path / "adapted" / "tokenizer_config.json"
    path.write_text("{}")
    with pytest.raises(EncoderError, match=f"编码器文件已被改动：.*指纹应为 {encoder.card.fingerprint[:12]}"):
        load(tmp_path / "adapted")
    (tmp_path / "adapted" / "model.safetensors").unlink()
    with pytest.raises(EncoderError, match=r"编码器文件缺失或损坏：.*权重文件"):
        load(tmp_path / "adapted")


def test_what_an_adapted_encoder_fits(model: Path, tmp_path: Path) -> None:
    settings = EncoderSettings(query_prompt="query: ")
    choice = EncoderChoice(path=model, settings=settings, adapt=True)
    encoder = adapted(model, tmp_path / "adapted", [], **settings.model_dump())
    others = [
        EncoderChoice(),
        EncoderChoice(path=model, settings=settings),
        EncoderChoice(path=model, adapt=True),
        EncoderChoice(path=tmp_path / "elsewhere", settings=settings, adapt=True),
    ]
    assert fits(encoder, None)
    assert fits(encoder, choice)
    assert fits(encoder, choice.model_copy(update={"settings": settings.model_copy(update={"batch_size": 4})}))
    assert not fits(open_chosen(others[1]), choice)
    assert not any(fits(encoder, other) for other in others)
    model.rename(tmp_path / "elsewhere")
    assert fits(encoder, choice)  # the original is gone, what came of it is not
    assert fits(encoder, others[3])  # or has another name
    assert not fits(encoder, others[2])
    with pytest.raises(EncoderError, match="找不到模型"):
        check(choice)
    check(choice, tmp_path / "adapted")
    with pytest.raises(EncoderError, match="找不到模型"):
        check(others[2], tmp_path / "adapted")


def test_an_encoder_of_this_program_is_not_adapted_again(original: Path, tmp_path: Path) -> None:
    adapted(original, tmp_path / "adapted", [])
    train(PASSAGES, []).save(tmp_path / "trained")
    for folder in ("adapted", "trained"):
        assert open_encoder(str(tmp_path / folder)).fingerprint
        with pytest.raises(EncoderError, match="不能再适配"):
            check(EncoderChoice(path=tmp_path / folder, adapt=True))


def test_a_folder_tells_the_choice_that_led_to_it(model: Path, tmp_path: Path) -> None:
    PretrainedEncoder(str(model), SETTINGS).save(tmp_path / "plain")
    adapted(model, tmp_path / "adapted", [], **SETTINGS.model_dump())
    train(PASSAGES, []).save(tmp_path / "trained")
    again = EncoderChoice(path=model, settings=SETTINGS, adapt=True)
    assert recorded_choice(tmp_path, anew=False) is None
    assert recorded_choice(tmp_path / "trained", anew=False) == EncoderChoice()
    assert recorded_choice(tmp_path / "plain", anew=True) == EncoderChoice(path=model, settings=SETTINGS)
    assert recorded_choice(tmp_path / "adapted", anew=False) == EncoderChoice(path=tmp_path / "adapted")
    assert recorded_choice(tmp_path / "adapted", anew=True) == again
    (tmp_path / "adapted" / "model.safetensors").unlink()
    assert recorded_choice(tmp_path / "adapted", anew=False) == again
    shutil.rmtree(model)
    with pytest.raises(EncoderError, match=r"重新适配编码器需要原来的预训练模型 .*找不到模型.*--encoder archive"):
        recorded_choice(tmp_path / "adapted", anew=True)


# In an index


def test_a_full_disk_while_the_adapted_model_is_saved(original: Path, tmp_path: Path) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", str(mount)], capture_output=True)
    if made.returncode:
        pytest.skip(f"no small file system can be mounted here: {made.stderr.decode().strip()}")
    try:
        with pytest.raises(DafuError, match="磁盘空间不足"), disk_faults(mount):
            adapted(original, mount / "adapted", [])
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=True)
