"""How long an index keeps what it no longer needs to answer. Imports nothing: help pages show these numbers."""

KEPT_GENERATIONS = 2
"""The live one, and the one before it: a copy of the folder that was begun before the switch can be finished."""

RETENTION_DAYS = 30
"""Days for which the text of a removed document stays: long enough to notice a file that was removed by mistake."""
