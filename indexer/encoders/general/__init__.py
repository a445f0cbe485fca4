"""The encoder that knows ordinary language: where its weights are, what is made of them, and encoding with them.

`weights` reads the package's file, `vocabulary` makes the tokenizer, `graph` the ONNX file and `unpacking` an ordinary
sentence-transformers folder; `encoder` needs none of them once its own folder is written.
"""

from indexer.encoders.general.encoder import KIND, GeneralEncoder
from indexer.encoders.general.weights import available

__all__ = ["KIND", "GeneralEncoder", "available"]
