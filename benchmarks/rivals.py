"""Other engines on the same texts, each with its own best plain settings: any of the words may match."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import tantivy
from whoosh import index, query

from app.search import analysis
from app.search.snapshot import weighting
from benchmarks.corpus import Asked, Text

MOST = 10
CACHE_KB = 256_000
HEAP_BYTES = 256_000_000
FIELDS = ["title", "body"]


class Whoosh:
    """The searcher of the library that keeps our index, on that index, with our weights and our formula."""

    def __init__(self, folder: Path) -> None:
        self._searcher = index.open_dir(str(folder)).searcher(weighting=weighting())

    def find(self, kind: str, asked: Asked) -> list[int]:
        """The documents, best first."""
        parts = [part for word in analysis.words(asked.text) for part in self._parts(kind, word, word == asked.odd)]
        return [hit.docnum for hit in self._searcher.search(query.Or(parts), limit=MOST)]

    def _parts(self, kind: str, word: str, odd: bool) -> Iterator[Any]:
        terms = analysis.terms_of(word, "en")
        for field, weight in analysis.WEIGHTS.items():
            if odd and kind == "prefix":
                yield query.Prefix(field, word, boost=weight)
            elif odd and kind == "typo":
                yield query.FuzzyTerm(field, (*terms, word)[0], boost=weight, maxdist=1)
            else:
                yield from (query.Term(field, term, boost=weight) for term in terms)


class Fts5:
    """Full-text search of SQLite, with Porter's stems and bm25. It corrects nothing."""

    def __init__(self, file: Path, texts: Sequence[Text]) -> None:
        self._database = sqlite3.connect(file)
        self._database.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        self._database.execute("CREATE VIRTUAL TABLE aid USING fts5(title, body, tokenize = 'porter unicode61')")
        rows = ((text.title, text.body) for text in texts)
        self._database.executemany("INSERT INTO aid (title, body) VALUES (?, ?)", rows)
        self._database.execute("INSERT INTO aid (aid) VALUES ('optimize')")
        self._database.commit()

    def find(self, kind: str, asked: Asked) -> list[int]:
        """The documents, best first."""
        ends = {asked.odd: "*"} if kind == "prefix" else {}
        wanted = " OR ".join(f'"{word}"{ends.get(word, "")}' for word in analysis.words(asked.text))
        found = self._database.execute("SELECT rowid FROM aid WHERE aid MATCH ? ORDER BY rank LIMIT ?", (wanted, MOST))
        return [number for (number,) in found]


class Tantivy:
    """The engine written in Rust, with its English stems; it counts what matches, as ours does."""

    def __init__(self, folder: Path, texts: Sequence[Text]) -> None:
        folder.mkdir(parents=True)
        builder = tantivy.SchemaBuilder()
        for field in FIELDS:
            builder.add_text_field(field, tokenizer_name="en_stem")
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema, path=str(folder))
        writer = self._index.writer(HEAP_BYTES, num_threads=1)
        for text in texts:
            writer.add_document(tantivy.Document(title=text.title, body=text.body))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def find(self, kind: str, asked: Asked) -> list[Any]:
        """The addresses of the documents in its index, best first."""
        words = [word for word in analysis.words(asked.text) if word != asked.odd]
        wanted = self._index.parse_query(" ".join(words), FIELDS)
        if asked.odd:
            odd = [self._odd(kind, field, asked.odd) for field in FIELDS]
            wanted = tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in (wanted, *odd)])
        return [address for _, address in self._searcher.search(wanted, MOST).hits]

    def _odd(self, kind: str, field: str, word: str) -> tantivy.Query:
        begun = kind == "prefix"
        return tantivy.Query.fuzzy_term_query(self._schema, field, word, distance=0 if begun else 1, prefix=begun)
