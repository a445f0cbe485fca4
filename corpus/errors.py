"""The one base of every error that a user can act on."""


class DafuError(Exception):
    """A fault in what we were given, not in the code.

    The message is one Chinese sentence or a few: what was expected, what was found, where, and what to do.
    Commands print it and exit 1; the web layer turns it into a problem+json answer.
    """


class FormatError(DafuError):
    """Something on disk of another version than this program's; it is refused, never guessed at."""


class ReadError(DafuError):
    """A file that cannot become a document. It costs one line in the report and nothing else."""
