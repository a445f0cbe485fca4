"""The one command: mounts each package's own Typer app, and turns an error that a user can act on into one sentence."""

import sys

import typer

from corpus.cli import app as corpus_app
from corpus.errors import DafuError
from eval.cli import app as eval_app
from indexer.cli.app import app as indexer_app
from search_api.cli.app import app as search_app

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="答复：查找政府已经作出的答复。")
app.add_typer(corpus_app)
app.add_typer(indexer_app)
app.add_typer(search_app)
app.add_typer(eval_app, name="eval")


def main() -> None:
    """Run a command. Exit codes: 0 done, 1 failed (one Chinese sentence on stderr), 2 wrong usage."""
    try:
        app()
    except DafuError as error:
        typer.echo(f"错误：{error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("已中断；未完成的更改不生效，原有索引不受影响。", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()
