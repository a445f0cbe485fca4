"""Finds and masks personal data. A mask keeps the length, so that every offset still holds.

Not masked: document numbers, proposal numbers, amounts, dates, service lines such as 12345 and 400, landlines that are
an office's, the credit codes of organisations, officials who sign, members who propose, and a name that nothing calls a
resident's or a contact's.
"""

from corpus.privacy.finding import OFFICE_LINE, PersonalData, find_contacts, find_personal_data
from corpus.privacy.masking import MASK, mask, mask_contact, mask_document, with_contacts

__all__ = [
    "MASK", "OFFICE_LINE", "PersonalData", "find_contacts", "find_personal_data", "mask", "mask_contact",
    "mask_document", "with_contacts",
]  # fmt: skip
