"""One document in, the text of an aid out; and what is refused with a sentence."""

import io
import zipfile

import docx
import pytest

from app.aids import document, render
from app.errors import AppError
from app.library import archive, reading
from app.library.documents import Result, Source, convert
from tests.support import word


def result(raw: bytes, name: str = "Shop/Close the Till.docx") -> Result:
    return convert(Source(name, "shop/close-the-till.md", raw))


def refusal(raw: bytes, name: str = "a.docx") -> str:
    with pytest.raises(AppError) as refused:
        result(raw, name)
    return refused.value.detail


def test_a_word_document_keeps_headings_steps_tables_images_and_links() -> None:
    text = result(word.manual()).markdown
    assert text.startswith("# Close the till\n\nEvery evening, before the doors are locked.\n\n## Steps\n")
    assert "1. Step 1 of close the till with **care**\n\n    ![](close-the-till/image-1.png)\n\n2. Step 2" in text
    assert "| Code | Means |\n| --- | --- |\n| E1 | Drawer is open |" in text
    assert "[the rules](https://bank.example/rules)" in text
    assert "* Count twice." in text


def test_a_picture_between_steps_does_not_end_them() -> None:
    rendered = render.render(document.read(result(word.manual(steps=4)).markdown), "a.md", {})
    assert len(rendered.steps) == 4


def test_the_image_of_a_word_document_is_kept_beside_its_aid() -> None:
    assert list(result(word.manual()).images) == ["shop/close-the-till/image-1.png"]


def test_the_words_of_the_original_are_kept() -> None:
    assert "Drawer is open" in result(word.manual()).original


def test_what_a_plain_word_document_holds_is_all_kept() -> None:
    assert result(word.manual()).lost == ()


def test_nested_lists_and_a_second_list_keep_their_numbers() -> None:
    made = docx.Document()
    made.add_heading("A", 0)
    made.add_paragraph("one", style="List Number")
    made.add_paragraph("deeper", style="List Bullet 2")
    made.add_paragraph("two", style="List Number")
    made.add_heading("B", 1)
    made.add_paragraph("three", style="List Number")
    assert "1. one\n    * deeper\n2. two\n\n## B\n\n3. three\n" in result(word.saved(made)).markdown


def test_links_between_documents_that_come_in_together_lead_to_each_other() -> None:
    raw = word.manual(link="Refund%20card.docx")
    source = Source(
        "Close.docx", "shop/close.md", raw, {"Close.docx": "shop/close.md", "Refund card.docx": "it/refund.md"}
    )
    assert "[the rules](../it/refund.md)" in convert(source).markdown


def test_a_link_to_a_document_that_did_not_come_in_becomes_words() -> None:
    found = result(word.manual(link="file:///C:/docs/Other.docx"))
    assert "See the rules" in found.markdown
    assert "Other.docx" in found.lost[0]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ('<w:p><w:ins w:id="1"><w:r><w:t>new</w:t></w:r></w:ins></w:p>', "tracked"),
        ('<w:p><w:r><w:commentReference w:id="0"/></w:r></w:p>', "Remarks at the margin"),
        ("<w:p><w:r><w:t>x</w:t></w:r></w:p><w:txbxContent/>", "Text boxes"),
    ],
)
def test_what_a_word_document_loses_is_said(part: str, said: str) -> None:
    with zipfile.ZipFile(io.BytesIO(word.manual())) as made:
        text = made.read("word/document.xml").decode()
    raw = word.changed(word.manual(), {"word/document.xml": text.replace("<w:sectPr", f"{part}<w:sectPr", 1)})
    assert said in " ".join(result(raw).lost)


def test_an_image_that_no_browser_shows_is_said() -> None:
    raw = word.changed(word.manual(), {"word/media/image1.png": b"\xd7\xcd\xc6\x9a" + b"\0" * 60})
    assert "An image could not be taken and was left out" in " ".join(result(raw).lost)


DOCTYPE = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'
REFUSED: dict[str, tuple[bytes, str]] = {
    "a DOCTYPE": (word.changed(word.manual(), {"word/document.xml": DOCTYPE}), "holds a DOCTYPE"),
    "a DOCTYPE elsewhere": (word.changed(word.manual(), {"customXml/item1.xml": DOCTYPE}), "holds a DOCTYPE"),
    "a DOCTYPE in UTF-16": (
        word.changed(word.manual(), {"word/styles.xml": DOCTYPE.encode("utf-16")}),
        "holds a DOCTYPE",
    ),
    "macros": (word.changed(word.manual(), {"word/vbaProject.bin": b"x"}), "holds macros"),
    "macros by its type": (
        word.changed(word.manual(), {"[Content_Types].xml": "<Types>ms-word.document.macroEnabled.main+xml</Types>"}),
        "holds macros",
    ),
    "a workbook": (word.zipped({"xl/workbook.xml": "<x/>", "[Content_Types].xml": "<x/>"}), "an Excel workbook"),
    "any zip": (word.zipped({"a.txt": "x"}), "a zip file, not a Word document"),
    "an old Word file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "an old Word file"),
    "a PDF": (b"%PDF-1.7 ...", "yet it is a PDF"),
    "a page": (b"<html><body>x</body></html>", "a web page"),
    "nothing": (b"", "or it is damaged"),
    "half a file": (word.manual()[:2000], "damaged"),
    "broken XML": (word.changed(word.manual(), {"word/document.xml": "<w:document"}), "damaged"),
    "a bomb": (word.changed(word.manual(), {"word/media/a.bin": b"\0" * 30_000_000}), "200 times as large"),
    "a name that leads out": (word.changed(word.manual(), {"../../x.xml": "<x/>"}), "leads out"),
}


@pytest.mark.parametrize(("raw", "said"), REFUSED.values(), ids=REFUSED)
def test_a_hostile_word_file_is_refused_with_a_reason(raw: bytes, said: str) -> None:
    assert said in refusal(raw)


def test_entities_that_grow_never_grow() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "ha">{laughs}]><l>&l9;</l>'
    assert "DOCTYPE" in refusal(word.changed(word.manual(), {"word/document.xml": bomb}))


def encrypted() -> bytes:
    raw = bytearray(word.zipped({"a.html": "x"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + offset] |= 1
    return bytes(raw)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (word.zipped({f"{n}.html": "" for n in range(archive.MOST_ENTRIES + 1)}), "5,001 files"),
        (encrypted(), "protected by a password"),
        (word.zipped({"a\\b.html": "x"}), "leads out of it or cannot be used"),
        (word.zipped({"C:x.html": "x"}), "leads out"),
        (word.zipped({"a/../../b.html": "x"}), "leads out"),
        (word.zipped({"./a.html": "x"}), "cannot be used"),
    ],
)
def test_a_zip_file_is_looked_at_before_it_is_opened(raw: bytes, said: str) -> None:
    with pytest.raises(AppError, match=said.replace(".", "\\.")), archive.opened(io.BytesIO(raw)):
        pass


def test_a_zip_file_that_lies_about_sizes_is_damaged() -> None:
    raw = bytearray(word.zipped({"a.html": b"0" * 5_000}))
    at = raw.index(b"PK\x01\x02") + 24
    raw[at : at + 4] = (10).to_bytes(4, "little")
    with archive.opened(io.BytesIO(bytes(raw))) as made, pytest.raises(AppError):
        made.read("a.html")


def test_a_page_takes_its_title_where_it_has_no_heading() -> None:
    raw = b"<html><head><title>Reset it</title></head><body><p>caf\xe9</p></body></html>"
    assert result(raw, "a.html").markdown == "# Reset it\n\ncafé\n"


def test_a_page_that_runs_comes_in_as_words() -> None:
    found = result(b"<h1>A</h1><script>alert(1)</script><img src=x onerror=alert(1)><p>x</p>", "a.html")
    assert found.markdown == "# A\n\nx\n"
    assert "A script was left out" in " ".join(found.lost)


def a_pdf(text: str) -> bytes:
    """The least that is a PDF with these lines of text."""
    stream = "BT /F1 12 Tf 50 800 Td " + "".join(f"({line}) Tj 0 -14 Td " for line in text.split("\n")) + "ET"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 850]/Resources<</Font<</F1 4 0 R>>>>/Contents 5 0 R>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
    )
    body, places = "%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(f"{len(body):010} 00000 n \n")
        body += f"{number} 0 obj\n{one}\nendobj\n"
    table = f"xref\n0 6\n0000000000 65535 f \n{''.join(places)}trailer<</Root 1 0 R/Size 6>>\nstartxref\n{len(body)}\n"
    return f"{body}{table}%%EOF".encode()


def test_a_pdf_becomes_its_text_and_says_that_it_needs_a_human() -> None:
    found = result(a_pdf("Close the till\n1. Count the notes\n2. Lock the drawer"), "a.pdf")
    assert "Close the till" in found.markdown
    assert "1. Count the notes\n2. Lock the drawer" in found.markdown
    assert "Read it against the original" in found.lost[0]


@pytest.mark.parametrize(
    ("raw", "said"), [(a_pdf(""), "pictures of text only"), (b"%PDF-1.4 nothing", "damaged"), (b"x", "no pdf file")]
)
def test_a_pdf_that_cannot_be_read_is_refused(raw: bytes, said: str) -> None:
    assert said in refusal(raw, "a.pdf")


def test_a_document_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(reading, "SECONDS", 0.2)
    job = reading.Job(tmp_path, "a.html", "a.md")  # type: ignore[arg-type]

    def forever(_job: reading.Job) -> None:
        while True:
            pass

    assert reading._said(forever, job) == reading.Unread(reading.TOO_LONG)
