"""Reads head, number, salutation, sections, signature, people and outcome of one document. Entry point: `parse`."""

from corpus.cleaning import clean
from corpus.language.dates import find_date
from corpus.parser import people, reference, signature
from corpus.parser.bounds import within_bounds
from corpus.parser.citations import citations
from corpus.parser.identity import content_sha256, document_id
from corpus.parser.layout import Layout, lay_out
from corpus.parser.message import take_apart
from corpus.parser.points import answered_points
from corpus.parser.sections import sections
from corpus.privacy import mask
from corpus.types import Document, RawDocument


def parse(raw: RawDocument) -> Document:
    """A document with everything that can be read off it. Any text becomes a document; no content makes it raise."""
    raw = take_apart(within_bounds(raw))
    layout = lay_out(clean(raw.blocks), raw.fields.get("page_title", ""))
    fields = raw.fields
    stated_wins = raw.source.locator is not None  # a row of a table or a JSON line is stated by its owner
    kind = reference.proposal_kind(layout, fields)
    # Fields that documents are listed, counted and found by hold no personal data, even if a column holds some.
    numbers = tuple(n for n in reference.proposal_numbers(layout, fields) if mask(n) == n)
    number = numbers[0] if numbers else None
    title = reference.title(layout, fields)
    doc_number = reference.own_document_number(layout, fields)
    agency = mask(signature.agency(layout, fields, stated_wins=stated_wins) or "") or None
    replied_on = signature.replied_on(layout, fields, stated_wins=stated_wins)
    question = fields.get("question", "").strip() or None
    return Document(
        doc_id=document_id(fields.get("doc_id"), agency, doc_number, kind, number, replied_on, raw.source),
        heading=layout.heading,
        title=title,
        proposal_number=number,
        proposal_numbers=numbers,
        proposal_kind=kind,
        session=reference.session(layout, fields),
        agency=agency,
        role=people.role(layout, fields),
        doc_number=doc_number,
        addressees=tuple(map(mask, people.addressees(fields.get("addressees") or layout.salutation))),
        co_agencies=_co_agencies(layout, fields, agency),
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


def _co_agencies(layout: Layout, fields: dict[str, str], agency: str | None) -> tuple[str, ...]:
    """The bureaus that were consulted or also sign; 市民政局 is left out where 松澜市民政局 signs."""
    consulted = (*people.stated_co_agencies(fields), *people.consulted(layout))
    signed = signature.signatures(layout)
    asked = [name for name in consulted if not any(signer.endswith(name) for signer in (agency or "", *signed))]
    return tuple(mask(name) for name in dict.fromkeys((*asked, *signed)) if name != agency)
