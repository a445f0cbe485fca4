"""Which pieces of the vocabulary does a Chinese or Latin text need, and the tokenizer over them.

A piece can only be found in a text that has all its characters. So leaving out the pieces that have a letter of another
script (Cyrillic, Arabic, kana, ...) changes nothing for texts without such letters; single letters of all scripts stay,
so that a Greek or a Cyrillic letter in between is not unknown.
"""

import unicodedata
from functools import cache

from tokenizers import Regex, Tokenizer
from tokenizers.models import Unigram
from tokenizers.normalizers import NFKC, Replace, Sequence
from tokenizers.pre_tokenizers import Metaspace
from tokenizers.processors import TemplateProcessing

from indexer.encoders.general.weights import Weights

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
"""The vocabulary's first pieces, in this order."""

PAD = SPECIAL.index("<pad>")
UNKNOWN = SPECIAL.index("<unk>")

_SPACE = "▁"
_TILDE = "\ue000"  # for private use: stands in no text
_KEPT_SCRIPTS = frozenset({"LATIN", "CJK"})
_IGNORED = Regex("[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]")
_BLANK = Regex("[\t\n\u000c\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]")


def kept(weights: Weights) -> list[int]:
    """The numbers of the pieces that are kept, ascending; the special ones are the first."""
    return [
        number
        for number, piece in enumerate(weights.pieces)
        if number < len(SPECIAL) or (piece != "<mask>" and (len(piece.strip(_SPACE)) == 1 or all(map(_is_kept, piece))))
    ]


def tokenizer(weights: Weights, numbers: list[int]) -> Tokenizer:
    """The unigram tokenizer of these pieces: <s> before a text, </s> behind it.

    Characters are normalised as the model's own map of characters does it, which is NFKC but for what is white space.
    """
    made = Tokenizer(Unigram([(weights.pieces[n], weights.scores[n]) for n in numbers], UNKNOWN, False))
    white = [Replace(_IGNORED, ""), Replace(_BLANK, " ")]
    composed = [Replace("～", _TILDE), NFKC(), Replace(_TILDE, "～")]  # the model's map leaves this one as it is
    made.normalizer = Sequence([*white, *composed, Replace(Regex(" {2,}"), " ")])
    made.pre_tokenizer = Metaspace(_SPACE, prepend_scheme="always", split=False)
    ends = [("<s>", SPECIAL.index("<s>")), ("</s>", SPECIAL.index("</s>"))]
    made.post_processor = TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=ends)
    made.add_special_tokens(list(SPECIAL))
    return made


@cache
def _is_kept(character: str) -> bool:
    """Whether it is no letter or mark, or one of a kept script."""
    if character.isascii() or unicodedata.category(character)[0] not in "LM":
        return True
    return unicodedata.name(character, "").split(" ")[0] in _KEPT_SCRIPTS
