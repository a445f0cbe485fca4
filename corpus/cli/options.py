"""Options that commands of several packages have."""

from typing import Annotated, Literal

import typer

Ocr = Annotated[
    Literal["on", "off"],
    typer.Option("--ocr", help="识别扫描件和图片里的文字（on），或只报告它们（off）"),
]
