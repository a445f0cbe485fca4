"""Which documents and passages answer this? Retrieval behind one protocol, and how scores become a ranking.

`local/` is the embedded engine; another engine is another folder beside it.
"""
