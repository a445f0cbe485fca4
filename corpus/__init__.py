"""What is a document? Reads files, cleans them, parses the documents, splits them into passages, masks personal data.

Not for: terms, vectors, ranking. Nothing here knows that an index exists.
"""
