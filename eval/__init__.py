"""How good was that? Topics, qrels, runs and measures in the field's own formats.

Not for: serving; nothing imports it but tests.
"""
