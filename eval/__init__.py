"""How good was that? Topics, qrels, runs and measures in the formats of TREC.

Not for: serving; nothing imports it but tests.
"""
