"""Word files, real and hostile."""

import io
import zipfile
from collections.abc import Mapping

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Inches
from PIL import Image


def picture(kind: str = "PNG") -> bytes:
    """A small image."""
    raw = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(raw, kind)
    return raw.getvalue()


def manual(title: str = "Close the till", steps: int = 3, link: str = "https://bank.example/rules") -> bytes:
    """What a trainer has: a title, numbered steps with a picture between them, a table, a link, bullets."""
    made = docx.Document()
    made.add_heading(title, 0)
    made.add_paragraph("Every evening, before the doors are locked.")
    made.add_heading("Steps", 1)
    for number in range(1, steps + 1):
        step = made.add_paragraph(f"Step {number} of {title.lower()} with ", style="List Number")
        step.add_run("care").bold = True
        if number == 1:
            made.add_picture(io.BytesIO(picture()), width=Inches(1))
    made.add_heading("Codes", 1)
    grid = made.add_table(rows=3, cols=2)
    for row, cells in enumerate((("Code", "Means"), ("E1", "Drawer is open"), ("E2", "No paper"))):
        for column, text in enumerate(cells):
            grid.cell(row, column).text = text
    _link(made.add_paragraph("See "), "the rules", link)
    made.add_paragraph("Count twice.", style="List Bullet")
    return saved(made)


def saved(made: object) -> bytes:
    """The document as a file."""
    raw = io.BytesIO()
    made.save(raw)  # type: ignore[attr-defined]
    return raw.getvalue()


def _link(paragraph: object, text: str, address: str) -> None:
    part = paragraph.part  # type: ignore[attr-defined]
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    link, run, words = OxmlElement("w:hyperlink"), OxmlElement("w:r"), OxmlElement("w:t")
    link.set(qn("r:id"), part.relate_to(address, kind, is_external=True))
    words.text = text
    run.append(words)
    link.append(run)
    paragraph._p.append(link)  # type: ignore[attr-defined]


def zipped(files: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file of these files."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", method) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return raw.getvalue()


def changed(raw: bytes, files: Mapping[str, bytes | str]) -> bytes:
    """A copy of a zip file with these files in it, or in the place of those of their name."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**kept, **files})
