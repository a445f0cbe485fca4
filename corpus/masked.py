"""A document without its personal data: what is indexed, compared and shown. The original is for the archive alone.

A document is masked whole: a passage may hold a name without the label before it that tells that it is one, and a name
that one place gives away, by a label such as 来信人 or by greeting a resident, is masked everywhere in the document.

Not for: single texts, such as a query or a file name, and what personal data looks like (see privacy/).
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import groupby
from typing import Any

from corpus.language.agencies import compact, is_bureau, is_proposer
from corpus.parser.identity import content_sha256
from corpus.privacy import mask, mask_document
from corpus.types import Document

MASKING_VERSION = 4
"""Changed whenever the same document would be masked otherwise: an index of before is then made anew from its
archive."""

_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,5}(?:·[\u4e00-\u9fff]{1,5})+")
_LONGEST_LABEL = 20
_NO_NAME = re.compile(r".{1,2}(?:先生|女士|小姐|老师)|网[友民]|广大|大家|居民|市民|群众|业主|家长|村民|关于.*|回复.*")


def masked_document(document: Document) -> Document:
    """The document with its personal data masked, wherever it stands. Every text keeps its length: offsets hold, and
    each heading still begins its section.

    `content_sha256` is that of the masked content: nobody can have a guess at what is masked confirmed by it.
    """
    masked = mask_document(document, _greeted(document) | _in_columns(document))
    numbers = tuple(number for number in document.proposal_numbers if mask(number) == number)
    return masked.model_copy(
        update={
            "proposal_number": numbers[0] if numbers else None,
            "proposal_numbers": numbers,
            "content_sha256": content_sha256(masked.text, masked.question),
        }
    )


def changes(document: Document, masked: Document) -> dict[str, Any]:
    """What masking changed, as JSON: `fields` has those that are otherwise, `text` the stretches of the text that are,
    each with its start."""
    before, after = document.to_json(), masked.to_json()
    fields = {name: value for name, value in after.items() if value != before[name] and name != "text"}
    return {"fields": fields, "text": _stretches(document.text, masked.text)}


def with_changes(document: Document, changes: Mapping[str, Any]) -> Document:
    """The document as masking left it: the inverse of `changes`."""
    parts, at = [], 0
    for start, stretch in changes["text"]:
        parts += [document.text[at:start], stretch]
        at = start + len(stretch)
    text = "".join([*parts, document.text[at:]])
    return Document.model_validate({**dict(document), **changes["fields"], "text": text})


def _stretches(before: str, after: str) -> list[tuple[int, str]]:
    """Of two texts of one length, the start and the text of each stretch in which the second differs."""
    differing = (at for at, (old, new) in enumerate(zip(before, after, strict=True)) if old != new)
    runs = [[at for _, at in run] for _, run in groupby(enumerate(differing), lambda place: place[1] - place[0])]
    return [(run[0], after[run[0] : run[-1] + 1]) for run in runs]


def _greeted(document: Document) -> set[str]:
    """The residents whom a document greets by their whole names; members who propose are public."""
    return set(filter(_is_name, document.addressees)) if document.proposal_kind == "message" else set()


def _in_columns(document: Document) -> set[str]:
    """The names in tables under the name of a column that calls them a resident's or a contact's, as before a colon."""
    found = set()
    for table in document.tables:
        heads = [[document.text[start:end] for start, end in row] for row in table.rows[: table.head_rows]]
        for row in table.rows[table.head_rows :]:
            for column, (start, end) in enumerate(row):
                cell = document.text[start:end]
                if _NAME.fullmatch(cell) and any(_calls_a_name(head[column], cell) for head in heads):
                    found.add(cell)
    return found


@lru_cache(maxsize=1024)
def _calls_a_name(label: str, cell: str) -> bool:
    return not mask(f"{label[-_LONGEST_LABEL:]}：{cell}").endswith(cell)


def _is_name(greeted: str) -> bool:
    """Whether whoever is greeted is called by a whole name. 周女士 and 业主委员会 give nobody away."""
    is_body = is_bureau(compact(greeted)) or is_proposer(greeted)
    return bool(_NAME.fullmatch(greeted)) and not (_NO_NAME.fullmatch(greeted) or is_body)
