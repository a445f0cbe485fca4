"""What `dafu index` does with its options."""

from collections.abc import Sequence
from pathlib import Path

import typer

from indexer.build.update import BuildOptions, BuildReport, build
from indexer.cli.progress import progress_bar
from indexer.encoders import EncoderChoice, EncoderError, EncoderSettings, choice_of
from indexer.upkeep.audit import audited


def build_index(sources: Sequence[Path], into: Path, options: BuildOptions) -> BuildReport:
    """Builds or updates the index, with progress bars and a line in its audit."""
    with audited(into, "index", "、".join(map(str, sources))), progress_bar() as progress:
        return build(sources, into, options, progress)


def encoder_choice(encoder: str | None, adapt: bool, **settings: str | int | None) -> EncoderChoice | None:
    """The encoder that the options ask for. Raises BadParameter where they contradict each other."""
    given = {name: value for name, value in settings.items() if value is not None}
    try:
        return choice_of(encoder, EncoderSettings.model_validate(given), adapt=adapt)
    except EncoderError as error:
        raise typer.BadParameter(str(error)) from error
