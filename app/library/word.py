"""Word documents (.docx): looked at as a zip file first, then mammoth makes HTML of them.

Every paragraph of a numbered list is marked with the number of its list before mammoth sees it: mammoth forgets that
a list goes on after a picture, and the steps would begin at 1 again.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from app.aids.tree import Node, parse
from app.errors import Invalid
from app.library.archive import Archive, opened

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MAIN = "word/document.xml"
SLIM = {
    "word/styles.xml": {f"{W}{tag}" for tag in ("docDefaults", "latentStyles", "rPr", "tblPr", "tblStylePr", "tcPr")},
    "word/numbering.xml": {f"{W}{tag}" for tag in ("pPr", "rPr", "lvlText", "lvlJc", "start", "nsid", "tmpl")},
}
STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name^='toc '] => p.MsoToc:fresh
p[style-name^='TOC '] => p.MsoToc:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='List Paragraph'] => p:fresh
r[style-name='Code'] => code
"""
MARK = re.compile("\ue100(\\d+)\ue101")
MACROS = re.compile(r"vbaProject|vbaData|/activeX/|macrosheets", re.I)
OFFICE = {
    "xl/workbook.xml": "an Excel workbook. Save the sheet as CSV",
    "ppt/presentation.xml": "a PowerPoint presentation. Save it as PDF",
    "mimetype": "an OpenDocument file. Save it as .docx",
}
SAID = (
    (
        re.compile(r"Image of type"),
        "A drawing in a format of Windows (EMF, WMF) was left out. Put in a picture of it.",
    ),
    (re.compile(r"w:sym element"), "A character of a symbol font was left out. Check the text."),
    (re.compile(r"Could not find image"), "An image was not in the document, only a place for it. Put it in again."),
    (re.compile(r"unsupported|Unsupported break"), "A page or column break was left out."),
)
PICTURE = "was left out. Put in a picture of it."
DAMAGED = "The Word document is damaged. Open it in Word, save it anew and bring it in again."
BROKEN = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    LookupError,
    OSError,
    RecursionError,
    ET.ParseError,
)
FOUND = (
    (f"{W}commentReference", "Remarks at the margin were left out."),
    (f"{W}ins", "Changes that were tracked came in as if they had been accepted."),
    (f"{W}del", "Changes that were tracked came in as if they had been accepted."),
    ("{urn:schemas-microsoft-com:office:office}OLEObject", "An embedded object, such as a sheet, was left out."),
    ("{http://schemas.openxmlformats.org/drawingml/2006/chart}chart", f"A chart {PICTURE}"),
    (
        "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds",
        f"A diagram {PICTURE}",
    ),
    ("{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath", "A formula was left out. Write it as text."),
    (f"{W}txbxContent", "Text boxes stand between the paragraphs now. Check their place."),
)


@dataclass(frozen=True)
class Page:
    """A document as HTML, with what was lost on the way and its images by their address in the HTML."""

    html: str
    lost: list[str] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)


def read(raw: bytes) -> Page:
    """The document as HTML.

    Raises:
        Invalid: something else than a Word document, with macros, a DOCTYPE, or damaged.
        TooLarge: it would unpack to more than it may.
    """
    import mammoth

    with opened(io.BytesIO(raw)) as archive:
        _refuse(archive)
        document, lost = _marked(archive)
        try:
            safe = _copy(archive, document)
        except BROKEN:
            raise Invalid(DAMAGED) from None
    images: dict[str, bytes] = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = mammoth.images.img_element(_keeper(images))
            result = mammoth.convert_to_html(
                safe, style_map=STYLES, convert_image=picture, include_embedded_style_map=False
            )
    except (
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        RecursionError,
        ET.ParseError,
    ) as error:
        raise Invalid(DAMAGED) from error
    for message in result.messages:
        lost += [said for pattern, said in SAID if pattern.search(message.message)][:1]
    return Page(_numbered(result.value), list(dict.fromkeys(lost)), images)


def _refuse(archive: Archive) -> None:
    names = set(archive.names)
    if MAIN not in names:
        other = next((what for name, what in OFFICE.items() if name in names), None)
        raise Invalid(f"This is {other}, and bring that in." if other else "This is a zip file, not a Word document.")
    kinds = archive.read("[Content_Types].xml") if "[Content_Types].xml" in names else b""
    if any(MACROS.search(name) for name in names) or b"macroEnabled" in kinds:
        raise Invalid("It holds macros, which are programs. Save it as a .docx without macros and bring it in again.")
    for name in names:
        if name.endswith((".xml", ".rels")):
            _refuse_doctype(archive.read(name))


def _refuse_doctype(raw: bytes) -> None:
    """XML of Word has no DOCTYPE, and one can make a small file grow without end or read files of the server."""
    head = raw.replace(b"\0", b"")  # UTF-16 too
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise Invalid("It holds a DOCTYPE, which Word never writes. Save it anew in Word and bring it in again.")


def _marked(archive: Archive) -> tuple[bytes, list[str]]:
    """The document with its list paragraphs marked, and what is in it that cannot be kept."""
    try:
        root = ET.fromstring(archive.read(MAIN))  # noqa: S314
        styles = _numbered_styles(archive)
    except BROKEN:
        raise Invalid(DAMAGED) from None
    lost = list(dict.fromkeys(said for tag, said in FOUND if next(root.iter(tag), None) is not None))
    for paragraph in root.iter(f"{W}p"):
        _mark(paragraph, styles)
    return ET.tostring(root, encoding="UTF-8", xml_declaration=True), lost


def _numbered_styles(archive: Archive) -> dict[str, str]:
    """The number of the list that paragraphs of a style belong to."""
    if "word/styles.xml" not in archive.names:
        return {}
    found = {}
    for style in ET.fromstring(archive.read("word/styles.xml")).iter(f"{W}style"):  # noqa: S314
        number = style.find(f"{W}pPr/{W}numPr/{W}numId")
        if number is not None:
            found[style.get(f"{W}styleId", "")] = number.get(f"{W}val", "")
    return found


def _mark(paragraph: ET.Element, styles: dict[str, str]) -> None:
    properties = paragraph.find(f"{W}pPr")
    if properties is None:
        return
    number, style = properties.find(f"{W}numPr/{W}numId"), properties.find(f"{W}pStyle")
    list_number = number.get(f"{W}val", "") if number is not None else styles.get(_value(style), "")
    if not list_number.isdecimal() or not "".join(paragraph.itertext()).strip():
        return
    run = ET.Element(f"{W}r")
    ET.SubElement(run, f"{W}t").text = f"\ue100{list_number}\ue101"
    paragraph.insert(list(paragraph).index(properties) + 1, run)


def _value(element: ET.Element | None) -> str:
    return element.get(f"{W}val", "") if element is not None else ""


def _copy(archive: Archive, document: bytes) -> io.BytesIO:
    """The parts that are read, and no others."""
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as made:
        for name in archive.names:
            if name == MAIN:
                made.writestr(name, document)
            elif name in SLIM:
                made.writestr(name, _slim(archive.read(name), SLIM[name]))
            elif name.endswith((".xml", ".rels")) or name.startswith("word/media/"):
                made.writestr(name, archive.read(name))
    copy.seek(0)
    return copy


def _slim(raw: bytes, needless: set[str]) -> bytes:
    """The part without what only says how it looks: half of the time went into reading that."""
    root = ET.fromstring(raw)  # noqa: S314
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in needless:
                parent.remove(child)
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True))


def _keeper(images: dict[str, bytes]) -> Callable[[Any], dict[str, str]]:
    def keep(image: Any) -> dict[str, str]:
        with image.open() as file:
            raw = file.read()
        source = f"image-{len(images) + 1}"
        images[source] = raw
        return {"src": source, "alt": image.alt_text or ""}

    return keep


def _numbered(html: str) -> str:
    """The HTML without the marks; each list begins where the one before it with the same number ended."""
    tree = parse(html)
    _number(tree, {}, inner=False)
    _strip(tree)
    return tree.html()


def _number(node: Node, counted: dict[str, int], inner: bool) -> None:
    for child in node.nodes:
        is_list = child.tag in {"ol", "ul"}
        if child.tag == "ol" and not inner:
            items = [item for item in child.nodes if item.tag == "li"]
            found = MARK.match(items[0].text.strip()) if items else None
            if found:
                begun = counted.get(found[1], 0)
                child.attrs |= {"start": str(begun + 1)} if begun else {}
                counted[found[1]] = begun + len(items)
        _number(child, counted, inner or is_list)


def _strip(node: Node) -> None:
    for index, child in enumerate(node.children):
        if isinstance(child, str):
            node.children[index] = MARK.sub("", child)
        else:
            _strip(child)
