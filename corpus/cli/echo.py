"""Prints to the terminal. Every command prints by this: what stands in a file or its name must not steer a terminal."""

import typer

from corpus.controls import escaped


def say(text: str = "", *, err: bool = False) -> None:
    """Prints a text and ends the line, to stderr if `err`."""
    typer.echo(escaped(text), err=err)
