"""The errors that a user can act on; all of them are DafuErrors."""


class DafuError(Exception):
    """A fault in the input, not in the code.

    The message is one Chinese sentence or a few: what was expected, what was found, where, and what to do.
    Commands print it and exit 1; the web layer turns it into a problem+json answer.
    """


class FormatError(DafuError):
    """Something on disk that another version of the program wrote; it is refused, never guessed at."""


class ReadError(DafuError):
    """A file or row that cannot become a document. It costs one line in the report and nothing else."""
