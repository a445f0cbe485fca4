"""The commands that make and keep an index. The only place here that knows typer."""
