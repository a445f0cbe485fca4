"""Where the model comes from, and how it wants its texts; goes with every copy of it."""

from indexer.encoders.general.weights import FILE_NAME, PACKAGE, SHA256, VERSION

QUERY_PROMPT = "query: "
PASSAGE_PROMPT = "passage: "

README = f"""\
---
license: mit
base_model: intfloat/multilingual-e5-small
---
# multilingual-e5-small, pruned to Chinese and Latin script

- Model: intfloat/multilingual-e5-small (MIT). Wang et al., Multilingual E5 Text Embeddings, arXiv:2402.05672.
- Weights: those that the Python package {PACKAGE} {VERSION} (MIT) carries in 4 bits, in its file {FILE_NAME},
  SHA-256 {SHA256}.
- Left out: pieces of the vocabulary that no text in Chinese or Latin script contains. Nothing was trained.
- Texts: `{QUERY_PROMPT}` before a query and `{PASSAGE_PROMPT}` before a passage; at most 512 tokens.
- Vectors: 384 dimensions, the mean over all tokens, made 1 long.
"""
