"""From texts to vectors: which encoders there are, which one is wanted, making it, and reading it back from a folder.

Torch and sentence-transformers are imported by training.py, trainer.py, pretrained.py and adaptation.py only, and only
when one of them works: searching with an encoder of the archive's own needs numpy alone.
"""

from indexer.encoders.choice import EncoderChoice, EncoderSettings
from indexer.encoders.devices import check_device
from indexer.encoders.errors import EncoderError
from indexer.encoders.opening import (
    check,
    choice_of,
    default_choice,
    fits,
    learns,
    load,
    open_chosen,
    open_encoder,
    recorded_choice,
    reopened,
)
from indexer.encoders.protocol import Encoder, Lineage
from indexer.encoders.registry import EncoderKind, Material, kind_named

__all__ = [
    "Encoder",
    "EncoderChoice",
    "EncoderError",
    "EncoderKind",
    "EncoderSettings",
    "Lineage",
    "Material",
    "check",
    "check_device",
    "choice_of",
    "default_choice",
    "fits",
    "kind_named",
    "learns",
    "load",
    "open_chosen",
    "open_encoder",
    "recorded_choice",
    "reopened",
]
