"""Errors of encoders."""

from corpus.errors import DafuError


class EncoderError(DafuError):
    """An encoder that cannot be opened, or that is no longer the one it was."""


class CardError(EncoderError):
    """A folder whose card is missing or cannot be read, so that nobody knows which encoder lies there."""
