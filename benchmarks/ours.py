"""The search of this server without the server: its index, its arrays, its ranking."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.aids.models import Aid, Revision
from app.search import analysis, ranking
from app.search.entry import document
from app.search.files import Files
from app.search.hints import Bound, Hints
from app.search.sight import Sight
from app.search.slips import prepare
from app.search.snapshot import Snapshot
from app.search.store import MEMORY_MB
from app.search.terms import understand
from benchmarks.corpus import Text


def build(folder: Path, texts: Sequence[Text]) -> None:
    """An index of these texts, made as the server makes one, without its database."""
    folder.mkdir(parents=True)
    writer = Files(folder).create_index(analysis.schema()).writer(limitmb=MEMORY_MB)
    for number, text in enumerate(texts, 1):
        writer.add_document(**document(*stored(number, text), [], "en"))
    writer.commit()


def stored(number: int, text: Text) -> tuple[Aid, Revision]:
    """The rows of a live aid, as far as search reads them."""
    at, path = datetime.now(UTC), f"benchmark/aid-{number}"
    revision = Revision(
        aid_id=number,
        number=1,
        state="live",
        origin="library",
        author="",
        created_at=at,
        markdown="",
        digest="",
        title=text.title,
        summary=text.paragraphs[0][:300],
        kind="procedure",
        moments=[],
        tasks=[],
        keywords=[],
        audience="everyone",
        sections=[],
        steps=[],
        text=f"{text.title}\n{text.body}",
        images={},
    )
    return Aid(id=number, slug=path, path=f"{path}.md", live=1, created_at=at), revision


class Ours:
    """Answers from one index, everything read into arrays."""

    def __init__(self, folder: Path) -> None:
        self.snapshot = Snapshot(Files(folder).open_index())
        self.snapshot.load()
        prepare(self.snapshot.languages)
        self.sight = Sight(self.snapshot, Bound(Hints(), self.snapshot), self.snapshot.alive)

    def find(self, text: str, most: int = 10) -> list[int]:
        """The numbers of the best documents, best first."""
        scored = ranking.score(self.sight, understand(self.sight, text))
        return [] if scored is None else ranking.best(scored, most)[0]

    def slugs(self, text: str) -> list[str]:
        """The addresses of the ten best aids."""
        return [str(self.snapshot.shown(number)["slug"]) for number in self.find(text)]
