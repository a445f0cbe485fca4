"""Real footnotes in a Word document; python-docx 1.2 has comments, and none of these (ECMA-376, 17.11)."""

from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.text.paragraph import Paragraph

from search_api.desk.draft.template import Style

_EMPTY = (
    f"<w:footnotes {nsdecls('w', 'r')}>"
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
    "</w:footnotes>"
)


class Footnotes:
    """The footnotes of a document that has none yet. Word numbers them by their references; their ids count from 1."""

    def __init__(self, document: Document) -> None:
        main = document.part
        self._root = parse_xml(_EMPTY)
        self._part = XmlPart(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, self._root, main.package)
        main.relate_to(self._part, RELATIONSHIP_TYPE.FOOTNOTES)
        self._style_id = document.styles[Style.FOOTNOTE].style_id
        self._count = 0

    def add(self, paragraph: Paragraph, text: str, address: str | None = None) -> int:
        """A reference at the end of the paragraph to a new footnote, which is a link where there is an address."""
        self._count += 1
        reference = paragraph.add_run()
        reference.font.superscript = True
        reference._r.append(_with_id(_element("w:footnoteReference"), self._count))
        note = _with_id(_element("w:footnote"), self._count)
        written = parse_xml(f"<w:p {nsdecls('w')}><w:pPr><w:pStyle/></w:pPr></w:p>")
        written[0][0].set(qn("w:val"), self._style_id)
        mark = parse_xml(f'<w:r {nsdecls("w")}><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r>')
        written.append(mark)
        written.append(self._linked(_run(f" {text}"), address) if address else _run(f" {text}"))
        note.append(written)
        self._root.append(note)
        return self._count

    def _linked(self, run: BaseOxmlElement, address: str) -> BaseOxmlElement:
        link = _element("w:hyperlink")
        link.set(qn("r:id"), self._part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        link.append(run)
        return link


def _run(text: str) -> BaseOxmlElement:
    run = _element("w:r")
    run.append(parse_xml(f'<w:rPr {nsdecls("w")}><w:rFonts w:hint="eastAsia"/></w:rPr>'))
    written = _element("w:t")
    written.text = text
    written.set(qn("xml:space"), "preserve")
    run.append(written)
    return run


def _with_id(element: BaseOxmlElement, number: int) -> BaseOxmlElement:
    element.set(qn("w:id"), str(number))
    return element


def _element(name: str) -> BaseOxmlElement:
    return parse_xml(f"<{name} {nsdecls('w', 'r')}/>")
