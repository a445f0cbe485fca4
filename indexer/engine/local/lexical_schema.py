"""What a passage is to tantivy: a key, a scope, and the terms of each field and kind as pre-tokenised text."""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

import tantivy

from indexer.terms.analysis import Analysis
from indexer.terms.kinds import Kind

FIELDS = ("title", "headings", "body", "question")
KINDS: tuple[Kind, ...] = ("words", "bigrams", "concepts")


class LexicalEntry(NamedTuple):
    """A passage as it is indexed: its key, its document's scope, and the analysis of each field that it has."""

    key: int
    scope: str
    fields: Mapping[str, Analysis]


def scope_term(scope: str) -> str:
    """A scope as tantivy keeps it: one term, whatever its characters."""
    return hashlib.blake2b(scope.encode(), digest_size=8).hexdigest()


def document_of(entry: LexicalEntry) -> tantivy.Document:
    """The entry as tantivy indexes it."""
    document = tantivy.Document()
    document.add_unsigned("key", entry.key)
    document.add_text("scope", scope_term(entry.scope))
    for field, analysis in entry.fields.items():
        document.add_text(f"{field}_words", " ".join(analysis.words))
        document.add_text(f"{field}_bigrams", " ".join(analysis.phrases))
        document.add_text(f"{field}_concepts", " ".join(analysis.concepts))
    return document


def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", stored=False, indexed=True, fast=True)
    builder.add_text_field("scope", tokenizer_name="raw", index_option="basic")
    for field in FIELDS:
        for kind in KINDS:
            option = "position" if kind == "bigrams" else "freq"
            builder.add_text_field(f"{field}_{kind}", tokenizer_name="terms", index_option=option)
    return builder.build()
