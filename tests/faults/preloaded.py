"""What every process of the fault tests imports: once, in the process that they are forked from."""

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # as training.py has it: read once, at the first import

import datasets  # type: ignore[import-untyped]  # noqa: F401  # no stubs
import sentence_transformers.sentence_transformer.data_collator
import sentence_transformers.sentence_transformer.losses
import sentence_transformers.sentence_transformer.modules  # noqa: F401
import torch.sparse  # noqa: F401
from transformers import PrinterCallback  # noqa: F401

import dafu  # noqa: F401
import tests.faults.processes  # noqa: F401
from indexer.terms.kinds import terms_of

terms_of("预热")  # the segmenter reads its dictionary
