"""Keys by which numbers are looked up: as people type them and as documents print them come out the same."""

import re
import unicodedata


def number_key(number: str) -> str:
    """Of a proposal number: 第 0118 号, 118 and ０１１８ are one; DH0271 and dh271 too.

    >>> number_key("第 0118 号"), number_key("dh0271"), number_key("20200110")
    ('118', 'DH271', '20200110')
    """
    plain = re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", number).upper())
    match = re.fullmatch(r"([A-Z]*)0*(\d+)", plain)
    return f"{match[1]}{match[2]}" if match else plain


def doc_number_key(number: str) -> str:
    """Of a document number: brackets, spaces and 第 do not count.

    >>> doc_number_key("福民函[2020]43 号") == doc_number_key("福民函〔2020〕第43号")
    True
    """
    plain = re.sub(r"[\s第号\[\]()〔〕【】{}<>〈〉]", "", unicodedata.normalize("NFKC", number).upper())
    match = re.fullmatch(r"(\D+)(\d{4})年?0*(\d+)", plain)
    return f"{match[1]}|{match[2]}|{match[3]}" if match else plain
