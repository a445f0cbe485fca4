"""`dafu parse`: what was read off each document."""

import json
from pathlib import Path
from typing import Annotated

import typer

from corpus.cli.echo import say
from corpus.cli.options import Ocr
from corpus.cli.usage import App
from corpus.errors import DafuError

app = App()


@app.command()
def parse(
    files: Annotated[list[Path], typer.Argument(help="答复文件，或存放答复的文件夹", metavar="FILE...")],
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    ocr: Ocr = "on",
    show_personal_data: Annotated[bool, typer.Option("--show-personal-data", help="不遮盖联系人和电话")] = False,
) -> None:
    """读取答复，显示从每一份中读出的内容。"""
    from corpus.cli.reading import read, sheet

    documents, failures = read(files, masked=not show_personal_data, ocr=ocr == "on")
    for failure in failures:
        say(f"无法读取：{failure}", err=True)
    if as_json:
        say(json.dumps([document.to_json() for document in documents], ensure_ascii=False, indent=1))
    else:
        for document in documents:
            say(sheet(document))
    if not documents:
        raise DafuError("没有读出任何答复。请检查路径和文件。")
    if failures:
        raise typer.Exit(1)
