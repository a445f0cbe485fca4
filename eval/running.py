"""Carries out `dafu eval run`: measures modes on judged topics, writes the files asked for, and shows the figures."""

from dataclasses import dataclass
from pathlib import Path

from eval.bands import measure_bands
from eval.choices import Rule
from eval.experiment import Collection, figures_json, run_mode
from eval.reports.outputs import check_folders, write_json
from eval.reports.recorded import check_name, current_commit, record, result_of
from eval.reports.terminal.bands import print_bands
from eval.reports.terminal.run import print_run, print_split
from eval.splits import measure_parts, split
from eval.trec import write_run
from indexer.cli.progress import progress_bar
from indexer.engine.modes import Mode
from indexer.snapshot import open_index
from search_api.searcher import Searcher


@dataclass(frozen=True)
class Judged:
    """The files of a judged collection."""

    topics: Path
    qrels: Path
    candidates: Path | None


@dataclass(frozen=True)
class Wanted:
    """What to measure; `dataset` is the name under which the figures are recorded, None for not at all."""

    modes: tuple[Mode, ...]
    rule: Rule | None
    with_bands: bool
    dataset: str | None


@dataclass(frozen=True)
class Outputs:
    """The files and the folder (`runs`) to write; None for none."""

    json: Path | None
    runs: Path | None
    html: Path | None


def run(index: Path, files: Judged, wanted: Wanted, outputs: Outputs) -> Path | None:
    """Measures, writes and prints; returns the file of the recorded figures, None where they are not recorded.

    Raises DafuError for what cannot be measured or written; what can be checked is checked before the measuring.
    """
    collection = Collection.read(files.topics, files.qrels, files.candidates)
    check_folders(outputs.json, outputs.html)
    if wanted.rule:
        split(collection.topics, wanted.rule)
    recorded_as = (check_name(wanted.dataset), current_commit()) if wanted.dataset else None
    searcher = Searcher(open_index(index))
    with progress_bar() as progress:
        results = [run_mode(searcher, collection, mode, progress) for mode in wanted.modes]
        bands = measure_bands(searcher, collection, wanted.rule, progress) if wanted.with_bands else None
    parts = measure_parts(results, collection, wanted.rule) if wanted.rule else None
    if outputs.runs:
        outputs.runs.mkdir(parents=True, exist_ok=True)
        for result in results:
            write_run(outputs.runs / f"{result.mode}.run", result.run, result.mode)
    if outputs.json:
        write_json(outputs.json, figures_json(results))
    if outputs.html:
        from eval.reports.pages.run import Names, report  # jinja2 is loaded by this option alone

        candidates = files.candidates.name if files.candidates else None
        names = Names(index.resolve().name, files.topics.name, files.qrels.name, candidates)
        outputs.html.write_text(report(searcher.snapshot, collection, results, names, bands), encoding="utf-8")
    print_run(results, collection)
    if parts:
        print_split(parts)
    if bands:
        print_bands(bands)
    return record(result_of(results, *recorded_as, parts, bands)) if recorded_as else None
