"""Two hundred Word files in: how long until every one of them is a draft, from the command to its end."""

import io
import random
from pathlib import Path

import docx
from docx.shared import Inches
from PIL import Image

from benchmarks.figures import Figure
from benchmarks.place import Place

FILES = 200
SEED = 7
WORDS = "open close order amount enter choose confirm check screen customer refund card till drawer code".split()


def measure(place: Place) -> list[Figure]:
    """Bring in a folder of Word files, and the same folder again."""
    folder = place.folder / "documents"
    write(folder)
    place.run("migrate")
    first = place.run("import", str(folder))
    second = place.run("import", str(folder))
    return [
        Figure(f"Bring in {FILES} Word files", first.seconds, "s", 60),
        Figure("Bring in: peak memory", first.peak_mb, "MB", 500),
        Figure("Bring in the same again", second.seconds, "s", 20),
    ]


def write(folder: Path) -> None:
    """Word files of two to three pages: title, steps with a picture, a table, bullets; each one different."""
    chance = random.Random(SEED)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(FILES):
        _one(chance, number).save(str(folder / f"How to {number}.docx"))


def _one(chance: random.Random, number: int) -> "docx.document.Document":
    def text(length: int) -> str:
        return " ".join(chance.choices(WORDS, k=length)).capitalize() + "."

    made = docx.Document()
    made.add_heading(f"How to do number {number}", 0)
    made.add_paragraph(text(30))
    for part in range(4):
        made.add_heading(f"Part {part + 1}", 1)
        for step in range(8):
            made.add_paragraph(text(12), style="List Number")
            if step == 3:
                made.add_picture(_picture(chance), width=Inches(4))
        made.add_paragraph(text(60))
        grid = made.add_table(rows=6, cols=3)
        for row in grid.rows:
            for cell in row.cells:
                cell.text = text(3)
    return made


def _picture(chance: random.Random) -> io.BytesIO:
    raw = io.BytesIO()
    Image.effect_noise((640, 360), chance.randint(5, 60)).save(raw, "PNG")
    raw.seek(0)
    return raw
