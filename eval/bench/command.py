"""`dafu eval bench`. It imports what it needs when it runs, so that usage is told at once."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.cli.echo import say
from corpus.errors import DafuError

if TYPE_CHECKING:
    from eval.bench.figures import Bench

_SIZES = [10_000, 100_000]


def bench(
    passages: Annotated[
        list[int] | None, typer.Option(min=100, help="档案大小（段落数），可重复；默认 10000 和 100000")
    ] = None,
    queries: Annotated[int, typer.Option(min=1, help="每类查询的条数")] = 200,
    folder: Annotated[
        Path | None, typer.Option(help="档案和索引留在此文件夹；不写则用临时文件夹", metavar="DIR")
    ] = None,
    json_out: Annotated[
        Path | None, typer.Option("--json", help="结果写入此文件（JSON），不覆盖", metavar="OUT")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="报告写入此文件（一个独立的网页）", metavar="OUT")] = None,
    seed: Annotated[int, typer.Option(help="合成档案的随机种子")] = 0,
) -> None:
    """用合成的档案测量速度、内存和占用空间；只说快慢，不说好坏。"""
    from eval.bench.figures import already_there
    from eval.reports.outputs import check_folders
    from eval.reports.terminal.bench import print_bench

    sizes = sorted(set(passages or _SIZES))
    if json_out and json_out.exists():
        raise already_there(json_out)
    check_folders(json_out, html)
    if folder:
        figures = _measured(folder, sizes, queries, seed)
    else:
        with TemporaryDirectory(prefix="dafu-bench-") as temporary:
            figures = _measured(Path(temporary), sizes, queries, seed)
    if json_out:
        figures.save(json_out)
    if html:
        from eval.reports.pages.bench import page  # jinja2 is loaded by this option alone

        html.write_text(page(figures), encoding="utf-8")
    print_bench(figures)


def _measured(folder: Path, sizes: list[int], queries: int, seed: int) -> "Bench":
    """The figures of archives of these sizes, made and measured in the folder."""
    from eval.bench.documents import Composer
    from eval.bench.figures import Bench, now, this_machine
    from eval.bench.measure import measure
    from eval.bench.readers import measured_readers

    for size in sizes:
        if _place(folder, size).exists():
            raise DafuError(f"{_place(folder, size)} 已经存在：测量要从头建立索引。请换一个文件夹，或删去它。")
    commit, machine, measured_at = _commit(), this_machine(), now()
    composer = Composer(seed)
    archives = []
    for size in sizes:
        say(f"合成约 {size} 个段落的档案，建立索引，查询……", err=True)
        archives.append(measure(composer, _place(folder, size), size, queries))
    say("读各种格式的文件……", err=True)
    figures = {"seed": seed, "machine": machine, "archives": tuple(archives), "readers": measured_readers()}
    return Bench(commit=commit, measured_at=measured_at, **figures)


def _commit() -> str | None:
    from eval.reports.recorded import current_commit

    try:
        return current_commit()
    except DafuError:  # an installed copy
        return None


def _place(folder: Path, size: int) -> Path:
    return folder / f"passages-{size}"
