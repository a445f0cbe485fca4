"""Reads head, number, salutation, sections, signature, people and outcome of one document. Entry point: `parse`."""

import re

from corpus.cleaning import clean
from corpus.language.agencies import bureaus_in_list, is_short_for
from corpus.parser import people, reference, signature
from corpus.parser.answered_points import answered_points
from corpus.parser.bounds import within_bounds
from corpus.parser.citations import citations
from corpus.parser.genre import is_reply
from corpus.parser.identity import content_sha256, document_id
from corpus.parser.layout import Layout, lay_out
from corpus.parser.message import take_apart
from corpus.parser.outcome import outcome
from corpus.parser.sections import sections
from corpus.privacy import mask
from corpus.readers.fields import gather
from corpus.readers.label_lines import split_labels
from corpus.types import Document, ProposalKind, RawDocument, ReplyRole


def parse(raw: RawDocument) -> Document:
    """A document with everything that can be read off it. Any text becomes a document; no content makes it raise."""
    raw = take_apart(within_bounds(raw))
    layout = lay_out(clean(raw.blocks), raw.fields.get("page_title", ""))
    fields = {**_of_head(layout), **raw.fields}
    stated_wins = raw.source.locator is not None  # a row of a table or a JSON line is stated by its owner
    kind, role = _kind_and_role(layout, fields, stated=stated_wins)
    numbers = _numbers(layout, fields)
    number = numbers[0] if numbers else None
    title = reference.title(layout, fields)
    doc_number = reference.own_document_number(layout, fields)
    agency = mask(signature.agency(layout, fields, stated_wins=stated_wins) or "") or None
    replied_on = signature.replied_on(layout, fields, stated_wins=stated_wins)
    question = reference.question(layout, fields, kind)
    return Document(
        doc_id=document_id(fields.get("doc_id"), agency, doc_number, kind, number, replied_on, raw.source),
        heading=layout.heading,
        title=title,
        proposal_number=number,
        proposal_numbers=numbers,
        proposal_kind=kind,
        session=reference.session(layout, fields),
        agency=agency,
        role=role,
        doc_number=doc_number,
        addressees=_addressees(layout, fields, raw.fields.get("addressees")),
        co_agencies=_co_agencies(layout, fields, agency),
        asked_on=reference.asked_on(layout, fields, kind, replied_on),
        replied_on=replied_on,
        outcome=outcome(layout, fields),
        contact=people.contact(layout),
        answered_points=answered_points(layout),
        question=question,
        sections=sections(layout),
        citations=citations(layout, title),
        text=layout.text,
        source=raw.source,
        content_sha256=content_sha256(layout.text, question),
        scope="".join(fields.get("scope", "").split()) or None,
        tables=layout.tables,
    )


_NAMES_A_PROPOSAL = re.compile("题目|案由|案名|提案|建议")
_NTH = re.compile(r"第\s*[\d〇一二三四五六七八九十百]{1,8}\s*号")
_STATED_IN_HEAD = (
    "co_agencies",
    "doc_number",
    "outcome",
    "proposal_number",
    "replied_on",
    "agency",
    "source",
    "asked_on",
    "addressees",
    "session",
)


def _of_head(layout: Layout) -> dict[str, str]:
    """The fields in the labelled lines above the salutation, such as 来源：区民政局."""
    pairs = [pair for paragraph in layout.head for pair in split_labels(paragraph.text)]
    stated = gather(pairs)
    title = gather(pair for pair in pairs if _NAMES_A_PROPOSAL.search(pair[0])).get("title")
    if _NTH.fullmatch(stated.get("doc_id", "")):  # 编号：第21号 above a letter
        stated.setdefault("proposal_number", stated["doc_id"])
    return {field: stated[field] for field in _STATED_IN_HEAD if field in stated} | ({"title": title} if title else {})


def _kind_and_role(layout: Layout, fields: dict[str, str], *, stated: bool) -> tuple[ProposalKind, ReplyRole]:
    if not stated and not is_reply(layout, fields):
        return "other", "none"
    return reference.proposal_kind(layout, fields), people.role(layout, fields)


def _numbers(layout: Layout, fields: dict[str, str]) -> tuple[str, ...]:
    """The proposal numbers. What documents are found by holds no personal data, even if a column has some."""
    return tuple(number for number in reference.proposal_numbers(layout, fields) if mask(number) == number)


def _addressees(layout: Layout, fields: dict[str, str], stated: str | None) -> tuple[str, ...]:
    """Whom the owner of a table states, else whom the salutation names, else whom the head does."""
    named = people.addressees(stated or layout.salutation) or people.addressees(fields.get("addressees"))
    return tuple(map(mask, people.with_full_names(named, layout, fields)))


def _co_agencies(layout: Layout, fields: dict[str, str], agency: str | None) -> tuple[str, ...]:
    """The bureaus that were consulted or also sign; 市民政局 is left out where 松澜市民政局 signs."""
    named = bureaus_in_list(fields.get("named", ""))
    told = (next((full for full in named if is_short_for(name, full)), name) for name in people.consulted(layout))
    consulted = (*people.stated_co_agencies(fields), *told)
    signed = signature.signatures(layout)
    known = (agency or "", *signed, *people.stated_co_agencies(fields))
    asked = [name for name in consulted if name not in signed and not any(is_short_for(name, full) for full in known)]
    return tuple(
        mask(name)
        for name in dict.fromkeys((*asked, *signed))
        if name != agency and not (name in signed and (agency or "").endswith(name))
    )
