"""Here are documents, give me an index. Analyses, encodes, builds, updates and verifies; owns everything on disk.

Not for: queries in a user's words, ranking across legs, pages.
"""
