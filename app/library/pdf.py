"""The text of a PDF, as far as it holds any: lines joined to paragraphs, the heads and feet of pages left out."""

import io
import re
from collections import Counter

from app.errors import Invalid, TooLarge

MOST_PAGES = 500
BARE = "A PDF keeps no headings, tables or lists: this is its bare text. Read it against the original."
PICTURES = "Pictures in the PDF were left out. Put in the ones that readers need."
HEADS = "Lines that stand on most pages, such as page numbers, were left out."
SCANNED = "This PDF holds pictures of text only, as a scanner makes them. Have its text recognised first."
ITEM = re.compile(r"\s*(\d{1,3}[.)]|[•·▪◦●○■□☐–*-])\s+\S")
END = re.compile(r"[.:!?;)\]”\"]\s*$")


def read(raw: bytes) -> tuple[list[str], list[str]]:
    """The paragraphs, and what was lost.

    Raises:
        Invalid: protected by a password, damaged, or without text.
        TooLarge: over 500 pages.
    """
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Invalid("It is protected by a password. Save it without one and bring it in again.")
        if len(reader.pages) > MOST_PAGES:
            raise TooLarge(f"It has {len(reader.pages):,} pages and the limit is {MOST_PAGES}. Bring it in in parts.")
        pages = [[line.rstrip() for line in page.extract_text().splitlines()] for page in reader.pages]
        pictures = any("/XObject" in (page.get("/Resources") or {}) for page in reader.pages)
    except (Invalid, TooLarge):
        raise
    except Exception as error:
        raise Invalid("The PDF is damaged. Make it anew and bring it in again.") from error
    pages, repeated = _without_heads(pages)
    paragraphs = _paragraphs(pages)
    if not any(paragraphs):
        raise Invalid(SCANNED)
    return paragraphs, [BARE, *([HEADS] if repeated else []), *([PICTURES] if pictures else [])]


def _without_heads(pages: list[list[str]]) -> tuple[list[list[str]], bool]:
    """The pages without the lines that stand on most of them; page numbers count as one line."""
    if len(pages) < 3:
        return pages, False

    def plain(line: str) -> str:
        return re.sub(r"\d+", "#", line.strip())

    edges = Counter(name for page in pages for name in {plain(line) for line in page[:2] + page[-2:] if line.strip()})
    often = {name for name, count in edges.items() if count * 2 > len(pages)}
    kept = [
        [line for n, line in enumerate(page) if not (plain(line) in often and (n < 2 or n >= len(page) - 2))]
        for page in pages
    ]
    return kept, bool(often)


def _paragraphs(pages: list[list[str]]) -> list[str]:
    found: list[str] = []
    lines = [line for page in pages for line in page]
    longest = max((len(line) for line in lines), default=0)
    open_paragraph = False
    for line in lines:
        if not line.strip():
            open_paragraph = False
            continue
        if open_paragraph and not ITEM.match(line):
            joined = found[-1][:-1] if re.search(r"\w-$", found[-1]) and line[:1].islower() else found[-1] + " "
            found[-1] = joined + line.strip()
        else:
            found.append(line.strip())
        open_paragraph = len(line) > longest * 0.7 or (not END.search(line) and len(line) > longest * 0.5)
    return found
