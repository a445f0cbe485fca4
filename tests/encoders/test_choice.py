"""The encoder that the user chooses."""

from pathlib import Path

import pytest

from indexer.encoders import EncoderChoice, EncoderError, EncoderSettings, choice_of, fits, open_chosen
from indexer.encoders.archive import ArchiveEncoder


@pytest.mark.parametrize(
    ("encoder", "settings", "adapt", "expected"),
    [
        (None, {}, False, None),
        ("archive", {}, False, EncoderChoice()),
        (
            "m",
            {"query_prompt": "q", "passage_prompt": ""},
            True,
            EncoderChoice(path=Path("m"), settings=EncoderSettings(query_prompt="q", passage_prompt=""), adapt=True),
        ),
    ],
)
def test_choice_from_options(
    encoder: str | None, settings: dict[str, str], adapt: bool, expected: EncoderChoice | None
) -> None:
    assert choice_of(encoder, EncoderSettings.model_validate(settings), adapt=adapt) == expected


@pytest.mark.parametrize("encoder", [None, "archive"])
@pytest.mark.parametrize(
    "settings",
    [{"query_prompt": ""}, {"passage_prompt": "p"}, {"truncate_dim": 8}, {"batch_size": 1}],
)
def test_settings_need_a_pretrained_model(encoder: str | None, settings: dict[str, object]) -> None:
    with pytest.raises(EncoderError, match="只用于预训练模型"):
        choice_of(encoder, EncoderSettings.model_validate(settings))


def test_a_device_is_for_what_can_use_it() -> None:
    device = EncoderSettings(device="cuda")
    assert choice_of(None, device) is None
    assert choice_of("mixed", device) == EncoderChoice(name="mixed")
    assert choice_of("general", device) == EncoderChoice(name="general")
    with pytest.raises(EncoderError, match=r"编码器 archive 只在处理器上计算。请去掉 --device。"):
        choice_of("archive", device)


@pytest.mark.parametrize("encoder", [None, "archive"])
def test_adapting_needs_a_pretrained_model(encoder: str | None) -> None:
    with pytest.raises(EncoderError, match=r"请同时用 --encoder 指明"):
        choice_of(encoder, adapt=True)


def test_an_encoder_fits_the_choice_or_is_replaced(trained: ArchiveEncoder, original: Path) -> None:
    chosen = EncoderChoice(path=original)
    opened = open_chosen(chosen)
    assert fits(trained, None)
    assert fits(opened, None)
    assert fits(trained, EncoderChoice())
    assert not fits(opened, EncoderChoice())
    assert fits(opened, chosen)
    assert not fits(trained, chosen)
    assert not fits(opened, EncoderChoice(path=original, settings=EncoderSettings(query_prompt="q")))
    with pytest.raises(EncoderError, match="没有指明预训练模型"):
        open_chosen(EncoderChoice())
