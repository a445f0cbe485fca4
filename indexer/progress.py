"""How far is a long piece of work? What it calls while it goes on."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, how much of it is done, and how much there is."""
