"""The embedded engine: tantivy for passages, postings for documents, FAISS for vectors, a table of rows.

Rows, ordinals, masks and postings are known here and nowhere else.
"""
