"""Indexes with an adapted model: when it is kept, made again and asked for; and the command's options."""

import json
import shutil
from pathlib import Path

import pytest

from corpus.errors import DafuError
from indexer.build.generation import Generation
from indexer.build.update import BuildOptions, BuildReport, build
from indexer.encoders import EncoderChoice
from indexer.encoders.card import CARD_NAME
from indexer.upkeep.verify import verify
from tests.conftest import make_index, silent
from tests.letters import numbered
from tests.test_cli import dafu

pytestmark = pytest.mark.usefixtures("one_thread")


def run(
    letters: Path, index: Path, model: Path | None = None, *, adapt: bool = True, anew: bool = False
) -> BuildReport:
    choice = None if model is None else EncoderChoice(path=model, adapt=adapt)
    return build([letters], index, BuildOptions(encoder=choice, retrain=anew), silent)


def info(index: Path) -> tuple[str, int | None, str]:
    found = Generation.open_current(index).manifest.encoder
    return found.kind, found.trained_on, found.fingerprint


def add(letters: Path, numbers: range) -> None:
    for number in numbers:
        (letters / f"新{number}.txt").write_text(numbered(number), encoding="utf-8")


def test_an_index_adapts_keeps_and_retrains(letters: Path, tmp_path: Path, model: Path) -> None:
    index, steps = tmp_path / "index", []
    choice = EncoderChoice(path=model, adapt=True)
    build([letters], index, BuildOptions(encoder=choice), lambda *step: steps.append(step))
    assert [step for step in steps if step[0] == "适配编码器"] == [("适配编码器", 0, 1), ("适配编码器", 1, 1)]
    first = info(index)
    assert first[:2] == (str(model), 3)
    assert (index / "generations" / "1" / "encoder" / "model.safetensors").is_file()
    assert verify(index) == []
    assert not run(letters, index, model).built
    assert not make_index(letters, index).built
    add(letters, range(1))
    assert run(letters, index, model).documents == 4
    model.rename(tmp_path / "away")  # from here on the index stands alone
    assert info(index) == first
    add(letters, range(1, 2))
    grown = make_index(letters, index)
    assert (grown.documents, info(index)) == (5, first)
    assert grown.notes == ("编码器是用 3 份答复适配的，现在已有 5 份，建议用 --retrain 重新适配。",)
    assert not run(letters, index, model).built  # the same command as ever, as a timer runs it
    with pytest.raises(DafuError, match=r"重新适配编码器需要原来的预训练模型 .*model.*找不到模型"):
        make_index(letters, index, retrain=True)
    with pytest.raises(DafuError, match="找不到模型"):
        run(letters, index, model, anew=True)
    assert not (index / "generations" / ".building").exists()  # refused before anything was begun
    assert info(index) == first
    (tmp_path / "away").rename(model)
    assert make_index(letters, index, retrain=True).notes == ()
    assert info(index)[:2] == (str(model), 5)
    assert info(index)[2] != first[2]
    assert verify(index) == []


def test_adapted_and_plain_are_two_choices(letters: Path, tmp_path: Path, model: Path) -> None:
    index = tmp_path / "index"
    run(letters, index, model, adapt=False)
    plain = info(index)
    assert plain[:2] == (str(model), None)
    retrained = make_index(letters, index, retrain=True)  # of a model used as it came there is nothing to train
    assert (retrained.built, info(index)) == (False, plain)
    assert retrained.notes == ("预训练模型按原样使用，无须重新训练；要使它适应本档案，请加 --adapt。",)
    assert run(letters, index, model).built
    assert info(index)[:2] == (str(model), 3)
    assert run(letters, index, model, adapt=False).built
    assert info(index) == plain
    assert build([letters], index, BuildOptions(encoder=EncoderChoice()), silent).built
    assert info(index)[:2] == ("archive", 3)


@pytest.mark.parametrize("adapt", [True, False])
def test_a_damaged_index_is_made_again_with_its_own_encoder(
    letters: Path, tmp_path: Path, model: Path, adapt: bool
) -> None:
    """Not with one trained from the archive, which nobody asked for."""
    index = tmp_path / "index"
    run(letters, index, model, adapt=adapt)
    before = info(index)
    (index / "generations" / "1" / "vectors.faiss").write_bytes(b"damaged")
    (note,) = make_index(letters, index).notes
    assert note.startswith("原有索引不能沿用")
    assert info(index) == before
    assert verify(index) == []


def test_a_damaged_adapted_encoder_is_adapted_again_or_asked_for(letters: Path, tmp_path: Path, model: Path) -> None:
    index = tmp_path / "index"
    run(letters, index, model)
    before = info(index)
    (index / "generations" / "1" / "encoder" / "model.safetensors").write_bytes(b"")
    model.rename(tmp_path / "away")
    with pytest.raises(DafuError, match="重新适配编码器需要原来的预训练模型"):
        make_index(letters, index)
    (tmp_path / "away").rename(model)
    make_index(letters, index)
    assert info(index) == before
    assert verify(index) == []


def test_an_adapted_encoder_can_be_carried_to_another_index(letters: Path, tmp_path: Path, model: Path) -> None:
    run(letters, tmp_path / "first", model)
    carried = shutil.copytree(tmp_path / "first" / "generations" / "1" / "encoder", tmp_path / "carried")
    run(letters, tmp_path / "second", carried, adapt=False)
    assert info(tmp_path / "second") == info(tmp_path / "first")
    shutil.rmtree(carried)
    assert verify(tmp_path / "second") == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--adapt"], "--adapt"),
        (["--adapt", "--encoder", "archive"], "--adapt"),
        (["--truncate-dim", "8"], "只用于预训练模型"),
        (["--batch-size", "8", "--encoder", "archive"], "只用于预训练模型"),
    ],
)
def test_options_of_a_model_without_a_model_are_wrong_usage(
    letters: Path, tmp_path: Path, options: list[str], sentence: str
) -> None:
    done = dafu("index", letters, "--into", tmp_path / "index", *options)
    assert done.returncode == 2
    assert sentence in done.stderr.replace("\n", "")
    assert not (tmp_path / "index").exists()


def test_adapting_by_the_command(letters: Path, tmp_path: Path, model: Path) -> None:
    index = tmp_path / "index"
    done = dafu("index", letters, "--into", index, "--encoder", model, "--adapt", "--query-prompt", "query: ")
    assert (done.returncode, done.stderr) == (0, "")
    assert "已用 3 份答复适配" in dafu("status", index).stdout
    card = json.loads((index / "generations" / "1" / "encoder" / CARD_NAME).read_text())
    assert (card["kind"], card["query_prompt"], card["trained_on"]) == ("adapted", "query: ", 3)
    missing = dafu("index", letters, "--into", tmp_path / "other", "--encoder", tmp_path / "nowhere", "--adapt")
    assert missing.returncode == 1
    assert "找不到模型" in missing.stderr
