"""Reads files in processes of their own: one that kills its process, fills its memory or never ends costs only itself.

`read_files` for many files in their order, `text_in` for the one text of a file, `picture_in` for a page, `season_in`
for a list of proposals. Not for: what a file may hold (readers).
"""

from corpus.sandbox.limits import READING, Limits
from corpus.sandbox.pool import read_files
from corpus.sandbox.process import Reading, Request, SandboxError, picture_in, season_in, text_in

__all__ = [
    "READING",
    "Limits",
    "Reading",
    "Request",
    "SandboxError",
    "picture_in",
    "read_files",
    "season_in",
    "text_in",
]
