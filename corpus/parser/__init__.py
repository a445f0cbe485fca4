"""Reads off a document what a careful clerk would: `parse` is the table of contents of this package."""

from corpus.cleaning import clean
from corpus.language.dates import find_date
from corpus.parser import people, reference, signature
from corpus.parser.bounds import within_bounds
from corpus.parser.citations import citations
from corpus.parser.identity import content_sha256, document_id
from corpus.parser.layout import lay_out
from corpus.parser.message import take_apart
from corpus.parser.points import answered_points
from corpus.parser.sections import sections
from corpus.privacy import mask
from corpus.types import Document, RawDocument


def parse(raw: RawDocument) -> Document:
    """A document with what can be known; a text that is no document still becomes one. Never raises on content."""
    raw = take_apart(within_bounds(raw))
    layout = lay_out(clean(raw.blocks), raw.fields.get("page_title", ""))
    fields = raw.fields
    stated_wins = raw.source.locator is not None  # a row of a table or a JSON line is stated by its owner
    kind = reference.proposal_kind(layout, fields)
    # What a document is listed, counted and found by holds no personal data, also where a column was filled carelessly.
    numbers = tuple(n for n in reference.proposal_numbers(layout, fields) if mask(n) == n)
    title = reference.title(layout, fields)
    doc_number = reference.own_document_number(layout, fields)
    agency = mask(signature.agency(layout, fields, stated_wins=stated_wins) or "") or None
    replied_on = signature.replied_on(layout, fields, stated_wins=stated_wins)
    question = fields.get("question", "").strip() or None
    return Document(
        doc_id=document_id(
            fields.get("doc_id"), agency, doc_number, kind, numbers[0] if numbers else None, replied_on, raw.source
        ),
        heading=layout.heading,
        title=title,
        proposal_number=numbers[0] if numbers else None,
        proposal_numbers=numbers,
        proposal_kind=kind,
        session=reference.session(layout, fields),
        agency=agency,
        role=people.role(layout, fields),
        doc_number=doc_number,
        addressees=tuple(map(mask, people.addressees(fields.get("addressees") or layout.salutation))),
        co_agencies=_others(
            agency, (*people.stated_co_agencies(fields), *people.consulted(layout)), tuple(signature.signatures(layout))
        ),
        asked_on=find_date(fields.get("asked_on", "")),
        replied_on=replied_on,
        outcome=signature.outcome(layout, fields),
        contact=people.contact(layout),
        answered_points=answered_points(layout),
        question=question,
        sections=sections(layout),
        citations=citations(layout, title),
        text=layout.text,
        source=raw.source,
        content_sha256=content_sha256(layout.text, question),
        scope="".join(fields.get("scope", "").split()) or None,
    )


def _others(agency: str | None, consulted: tuple[str, ...], signed: tuple[str, ...]) -> tuple[str, ...]:
    """Who was consulted and who signs too; 市民政局 is not named beside a signature of 松澜市民政局."""
    asked = [name for name in consulted if not any(signer.endswith(name) for signer in (agency or "", *signed))]
    return tuple(mask(name) for name in dict.fromkeys((*asked, *signed)) if name != agency)
