"""The model on another device than the processor: by torch, in float32, texts in batches of about one length.

It is made of the package's weights anew, for a graph in integers is the processor's own.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from indexer.encoders.choice import EncoderSettings
from indexer.encoders.general import weights
from indexer.encoders.general.unpacking import unpack
from indexer.encoders.pretrained import PretrainedEncoder
from indexer.encoders.protocol import Encoder


def encoder_on(device: str) -> Encoder:
    """Raises EncoderError where the package of the weights is not installed, or its file is another."""
    with TemporaryDirectory() as folder:
        unpack(weights.read(), Path(folder))
        encoder = PretrainedEncoder(folder, EncoderSettings(device=device))
        encoder.encode_passages(["。"])  # loads the model while its files are there
    return encoder
