"""A live revision as the index holds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.aids.document import Audience
from app.aids.models import Aid, Revision
from app.search import analysis, meaning
from app.search.characters import plain, tidy
from app.work.service import Named


@dataclass(frozen=True)
class _Text:
    """What is searched and shown of it, in tidy characters."""

    lang: str
    title: str
    summary: str
    keywords: str
    steps: Sequence[str]
    text: str
    task_titles: Sequence[str]

    @property
    def body(self) -> str:
        """Summary and text, the one only where it is not in the other."""
        return f"{self.summary}\n{self.text}" if self.summary not in self.text else self.text

    def terms(self, text: str) -> str:
        """The terms of a part of it."""
        return " ".join(analysis.terms(plain(text), self.lang))

    def searched(self) -> dict[str, str]:
        """The fields that give scores."""
        head = plain(f"{self.title}\n{self.keywords}")
        joined = analysis.joined(head, self.lang, close=True) + analysis.joined(plain(self.body), self.lang)
        parts = {
            "title": self.title,
            "keywords": self.keywords,
            "summary": self.summary,
            "steps": "\n".join(self.steps),
            "body": self.body,
            "tasks": "\n".join(self.task_titles),
        }
        return {name: self.terms(text) for name, text in parts.items()} | {"joined": " ".join(joined)}

    def words(self) -> str:
        """Every word as it is written, once."""
        return " ".join(analysis.words(plain(f"{self._head} {self.text}")))

    def vector(self) -> bytes | None:
        """Its direction; none without the vectors."""
        model = meaning.model()
        return meaning.pack(model.aid(plain(self.title), plain(self.body))) if model else None

    def shown(self) -> dict[str, Any]:
        """What a result shows, and the terms that excerpts are chosen by."""
        return {
            "title": self.title,
            "summary": self.summary,
            "keywords": self.keywords,
            "task_titles": self.task_titles,
            "summary_terms": self.terms(self.summary),
            "head_terms": self.terms(self._head),
            "passages": [(step, line, self.terms(line)) for step, line in self._passages()],
        }

    @property
    def _head(self) -> str:
        return f"{self.title} {self.summary} {self.keywords} {' '.join(self.task_titles)}"

    def _passages(self) -> list[tuple[int | None, str]]:
        """The steps with their numbers, and every other line of the text."""
        others = dict.fromkeys(self.text.splitlines())
        in_steps = set(self.steps)
        return [*enumerate(self.steps, 1), *((None, line) for line in others if line and line not in in_steps)]


def document(aid: Aid, revision: Revision, tasks: Sequence[Named], lang: str) -> dict[str, Any]:
    """The fields of a live revision; what it is searched by is written plainly."""
    text = _Text(
        lang=revision.lang or lang,
        title=tidy(revision.title),
        summary=tidy(revision.summary),
        keywords=tidy(", ".join(revision.keywords)),
        steps=[tidy(step) for step in revision.steps],
        text=tidy(revision.text),
        task_titles=[tidy(task.title) for task in tasks],
    )
    same = {"slug": aid.slug, "kind": revision.kind, "tasks": list(revision.tasks)}
    return {
        **text.searched(),
        analysis.WORDS if revision.audience == Audience.EVERYONE else analysis.WORDS_OF_MEMBERS: text.words(),
        "aid": str(aid.id),
        "vector": text.vector(),
        "exact": analysis.flat(plain(text.title))[: analysis.MOST_TITLE],
        "audience": revision.audience,
        "kind": revision.kind,
        "lang": text.lang,
        "moment": " ".join(revision.moments),
        "task": " ".join(revision.tasks),
        "role": " ".join(sorted({role for task in tasks for role in task.roles})),
        "shown": same | text.shown(),
    }
