"""Conclusions over all documents that a user may see, drawn from what derivations read off each."""
