"""From a question to an order: terms, arrays and scores, on an index of a few words."""

import hashlib
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from whoosh import index, query

from app.languages import Language
from app.search import analysis, group, meaning, ranking, related, slips
from app.search.characters import plain
from app.search.circumstances import Circumstances
from app.search.entry import document as document_of
from app.search.explain import Part, explain
from app.search.group import Wanted, added
from app.search.hints import Bound, Hints, Rule
from app.search.segment import Mask
from app.search.sight import Sight
from app.search.snapshot import Snapshot, top, weighting
from app.search.terms import Understood, understand
from app.search.vocabulary import Vocabulary, distance
from benchmarks import ours
from benchmarks.corpus import Text

WORDS = ["refund", "card", "order", "printer", "money", "error", "box", "label"]


def document(number: int, text: str, lang: str = "en", **more: Any) -> dict[str, Any]:
    """A document of the index with this text, its first sentence being the title."""
    title = text.split(".", maxsplit=1)[0]
    terms = {name: " ".join(analysis.terms(part, lang)) for name, part in (("title", title), ("body", text))}
    shown = {
        "slug": "",
        "title": title,
        "summary": "",
        "keywords": "",
        "tasks": [],
        "passages": [(None, text, "")],
        "summary_terms": "",
        "head_terms": "",
    }
    model = meaning.model()
    made = {
        **terms,
        "joined": " ".join(analysis.joined(title, lang, close=True) + analysis.joined(text, lang)),
        "words": " ".join(analysis.words(text)),
        "aid": str(number),
        "exact": analysis.flat(title),
        "lang": lang,
        "audience": "everyone",
        "shown": shown,
        "vector": meaning.pack(model.aid(title, text)) if model else None,
    }
    return made | more


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Snapshot]:
    """Makes an index of these documents, in order."""

    def make(*documents: dict[str, Any] | str) -> Snapshot:
        writer = index.create_in(tmp_path, analysis.schema()).writer()
        for number, one in enumerate(documents):
            writer.add_document(**(document(number, one) if isinstance(one, str) else one))
        writer.commit()
        snapshot = Snapshot(index.open_dir(tmp_path))
        snapshot.load()
        return snapshot

    return make


def sight(snapshot: Snapshot, hints: Hints | None = None, visible: Mask | None = None) -> Sight:
    """What a member sees of it, or whoever sees only these documents."""
    return Sight(snapshot, Bound(hints or Hints(), snapshot), snapshot.alive if visible is None else visible)


def found(snapshot: Snapshot, text: str, hints: Hints | None = None, **around: Any) -> list[int]:
    """The documents for a question, best first."""
    seen = sight(snapshot, hints)
    scored = ranking.score(seen, understand(seen, text), Circumstances(**around))
    return [] if scored is None else ranking.best(scored, 10)[0]


def asked(snapshot: Snapshot, text: str, hints: Hints | None = None) -> Understood:
    return understand(sight(snapshot, hints), text)


# Scores


def random_index(folder: Path, seed: int) -> None:
    """Up to four segments of random words, with deletions."""
    rng = random.Random(seed)
    made = index.create_in(folder, analysis.schema())
    number = 0
    for _ in range(rng.randrange(1, 5)):
        writer = made.writer()
        for _ in range(rng.randrange(1, 20)):
            fields = {name: " ".join(rng.choices(WORDS, k=rng.randrange(8))) for name in analysis.WEIGHTS}
            audience = rng.choice(["everyone", "members"])
            shown = {"title": "", "summary": "", "keywords": "", "passages": []}
            writer.add_document(aid=str(number), lang="en", audience=audience, shown=shown, **fields)
            number += 1
        for old in rng.sample(range(number), rng.randrange(number // 3 + 1)):
            writer.delete_by_term("aid", str(old))
        writer.commit(merge=False)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("loaded", [False, True], ids=["asked from whoosh", "from arrays"])
@pytest.mark.parametrize("audience", ["everyone", "members"])
def test_scores_are_those_of_whoosh(tmp_path: Path, seed: int, loaded: bool, audience: str) -> None:
    random_index(tmp_path, seed)
    snapshot = Snapshot(index.open_dir(tmp_path))
    if loaded:
        snapshot.load()
    terms = random.Random(seed).sample(WORDS, 3)
    seen = sight(snapshot, visible=snapshot.alive & snapshot.having("audience", audience))
    groups = [seen.group([(Wanted(term, 1.0, "word", term),)]) for term in terms]
    scores = added(groups, snapshot.count)
    best = top(scores, 10)
    parts = [query.Term(field, term, boost=weight) for term in terms for field, weight in analysis.WEIGHTS.items()]
    with index.open_dir(tmp_path).searcher(weighting=weighting()) as searcher:
        narrowed = query.Term("audience", audience)
        hits = searcher.search(query.Or(parts), filter=narrowed, limit=10, optimize=False)
        theirs = [(hit.docnum, pytest.approx(hit.score)) for hit in hits]
    ours: list[Any] = [(number, float(scores[number])) for number in best.tolist() if scores[number]]
    assert ours == theirs


@pytest.mark.parametrize("seed", range(24))
def test_the_best_words_are_found_without_looking_at_all_aids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(group, "CONSIDERED", 3)
    monkeypatch.setattr(ranking, "MOST_CONSIDERED", 5)
    random_index(tmp_path, seed)
    snapshot = Snapshot(index.open_dir(tmp_path))
    snapshot.load()
    seen = sight(snapshot, visible=snapshot.public)
    question = understand(seen, " ".join(random.Random(seed).sample(WORDS, 3)))
    scored = ranking.score(seen, question)
    assert scored is not None
    every = added(question.groups, snapshot.count)
    assert scored.total == np.count_nonzero(every > 0)
    considered = sorted(every[scored.candidates].tolist(), reverse=True)
    assert min(3, scored.total) <= len(considered) <= 5
    assert considered == sorted(every.tolist(), reverse=True)[: len(considered)]


def test_the_best_of_the_aids_asked_for_are_found_where_all_others_are_better(made: Callable[..., Snapshot]) -> None:
    better = [document(number, "Refund refund refund") for number in range(40)]
    snapshot = made(*better, document(40, "Count the refund of the stock", kind="reference", vector=None))
    seen = sight(snapshot)
    scored = ranking.score(seen, understand(seen, "refund "), narrowed=snapshot.having("kind", "reference"))
    assert scored is not None
    assert ranking.best(scored, 10)[0] == [40]


def test_the_aids_of_the_reader_s_task_are_lifted_where_many_have_better_words(made: Callable[..., Snapshot]) -> None:
    better = [document(number, "refund " * (60 - number)) for number in range(50)]
    seen = sight(made(*better, document(50, "Count one refund of the stock", task="count-stock")))
    question = understand(seen, "refund ")
    anywhere = ranking.score(seen, question)
    at_work = ranking.score(seen, question, Circumstances(tasks=["count-stock"]))
    assert anywhere is not None
    assert at_work is not None
    assert 50 not in anywhere.candidates
    assert at_work.factor[at_work.candidates == 50] > 1


def test_help_for_trouble_is_lifted_where_many_have_better_words(made: Callable[..., Snapshot]) -> None:
    better = [document(number, "error " * (60 - number)) for number in range(50)]
    seen = sight(made(*better, document(50, "Count one error of the stock", kind="troubleshooting")))
    scored = ranking.score(seen, understand(seen, "error "))
    assert scored is not None
    assert scored.factor[scored.candidates == 50] > 1


def test_scores_fall_from_page_to_page_where_a_quote_brings_in_an_aid_with_few_words(
    made: Callable[..., Snapshot],
) -> None:
    model = meaning.model()
    assert model is not None
    text = "Clean the printer roll and tray, feed paper, check toner, close door. Card, printer"
    others = [document(number, text) for number in range(90)]
    stray = "Count the printer card in the stock of the house by the road to the sea"
    seen = sight(made(*others, document(90, stray, vector=meaning.pack(-model.question(text)))))
    question = understand(seen, 'clean roll tray feed paper check toner close door "printer card"')
    pages: list[int] = []
    scores: list[float] = []
    for needed in range(13, 92, 13):  # the fifth page ends with the last of the candidates
        scored = ranking.score(seen, question, needed=needed)
        assert scored is not None
        assert len(scored.candidates) == 65
        found, given = ranking.best(scored, needed)
        pages += found[needed - 13 :]
        scores += given[needed - 13 :]
    assert sorted(pages) == sorted(set(pages))
    assert scores == sorted(scores, reverse=True)


def test_a_segment_read_before_a_deletion_hides_the_deleted(tmp_path: Path) -> None:
    random_index(tmp_path, 1)
    before = Snapshot(index.open_dir(tmp_path))
    before.load()
    writer = index.open_dir(tmp_path).writer()
    writer.delete_by_term("aid", "0")
    writer.commit(merge=False)
    after = Snapshot(index.open_dir(tmp_path), before)
    assert after.segments[0] is before.segments[0]
    assert after.alive.sum() == before.alive.sum() - 1


def test_the_top_may_be_all_there_are() -> None:
    assert len(top(np.random.default_rng(1).random(600), 610)) == 600


def test_pages_after_the_aids_that_are_looked_at_closely_go_on_where_they_end(made: Callable[..., Snapshot]) -> None:
    texts = [f"Refund {number}. {'money ' * (number % 7)}" for number in range(100)]
    lifted = [document(number, text, task="issue-refund") for number, text in enumerate(texts)]
    seen = sight(made(*lifted))
    question, around = understand(seen, "refund money "), Circumstances(tasks=["issue-refund"])
    pages: list[int] = []
    scores: list[float] = []
    for start in range(0, 100, 10):
        scored = ranking.score(seen, question, around, needed=start + 10)
        assert scored is not None
        found, given = ranking.best(scored, start + 10)
        pages += found[start:]
        scores += given[start:]
    assert sorted(pages) == list(range(100))
    assert scores == sorted(scores, reverse=True)
    every = ranking.score(seen, question, around, needed=100)
    assert every is not None
    parts = explain(seen, question, every, pages[-1], around)
    assert sum(part.score for part in parts) == pytest.approx(scores[-1])


def test_the_top_is_in_order_with_ties_by_number() -> None:
    assert top(np.array([0.0, 2.0, 3.0, 2.0, 1.0, 2.0]), 3).tolist() == [2, 1, 3]


# Words


@given(st.text(st.characters(max_codepoint=127), max_size=200))
@example("x" * 61 + " y_1 z-2")
def test_text_without_accents_is_split_like_any_other(text: str) -> None:
    assert analysis.split(text) == [word for word in analysis.WORD.findall(text) if len(word) <= analysis.MOST_TERM]


def test_british_and_american_spelling_are_one() -> None:
    pairs = ["colour color", "organise organize", "cheque check", "centres centers", "cancelled canceled", "grey gray"]
    assert [len(set(analysis.terms(pair, "en"))) for pair in pairs] == [1] * len(pairs)


def test_words_in_ise_that_are_not_in_ize_keep_their_relatives() -> None:
    assert len(set(analysis.terms("revise revision supervise supervision", "en"))) == 2


@pytest.mark.parametrize(
    ("lang", "text", "asked_for"),
    [
        (Language.GERMAN, "Rückgaben annehmen", "Rückgabe"),
        (Language.FRENCH, "Rembourser les clients", "remboursement client"),
        (Language.SPANISH, "Devolver pedidos", "devolvió pedido"),
        (Language.ITALIAN, "Rimborsare gli ordini", "ordine"),
        (Language.PORTUGUESE, "Devolução de produtos", "devoluções"),
        (Language.DUTCH, "Bestellingen annuleren", "bestelling"),
        (Language.SWEDISH, "Beställningar", "beställning"),
    ],
)
def test_an_aid_is_found_in_its_language(made: Callable[..., Snapshot], lang: str, text: str, asked_for: str) -> None:
    snapshot = made(document(0, text, lang), "Refund an order paid by card")
    assert found(snapshot, asked_for)[0] == 0


def test_a_word_too_common_in_one_language_does_not_lead_to_another(made: Callable[..., Snapshot]) -> None:
    snapshot = made(document(0, "Café et thé", "fr"), "Pack fragile goods. Purchaser", "Use a shelf")
    assert found(snapshot, "the purchaser ") == [1]
    assert found(snapshot, "thé ") == [0]


def test_a_phrase_is_found_where_there_are_several_languages(made: Callable[..., Snapshot]) -> None:
    texts = ["Orders wait. Orders and wait", "Till. Then back the truck"]
    snapshot = made(document(0, "Commander un café", "fr"), *(document(n, text) for n, text in enumerate(texts, 1)))
    assert found(snapshot, '"back the truck" orders wait')[0] == 2


def test_accents_may_be_left_out(made: Callable[..., Snapshot]) -> None:
    snapshot = made(document(0, "Überweisung stornieren", "de"), document(1, "Rechnung bezahlen", "de"))
    assert found(snapshot, "uberweisung")[0] == 0


@pytest.mark.parametrize("text", ["返金", "注文の返金", "환불"])
def test_languages_without_spaces_are_found_by_pairs(made: Callable[..., Snapshot], text: str) -> None:
    snapshot = made(document(0, "注文の返金を行う。고객 환불 절차", "ja"), "Refund an order")
    assert found(snapshot, text) == [0]


@pytest.mark.parametrize(
    ("written", "typed"),
    [("Log in to the till", "login"), ("Login to the till", "log in"), ("Send an e-mail", "email"),
     ("Send an email", "e-mail"), ("Set up the scanner", "setup scanner"), ("Card reader", "cardreader")],
)  # fmt: skip
def test_together_or_apart_is_the_same(made: Callable[..., Snapshot], written: str, typed: str) -> None:
    assert found(made("Count the stock", written), typed)[0] == 1


@pytest.mark.parametrize(
    ("lang", "stored", "typed"),
    [
        (Language.SPANISH, "devolución", "devoluciones"),
        (Language.SPANISH, "devolución", "devolucion"),
        (Language.SPANISH, "facturación", "facturar"),
        (Language.PORTUGUESE, "impressão", "impressões"),
        (Language.PORTUGUESE, "impressões", "impressao"),
        (Language.FRENCH, "annulée", "annulation"),
        (Language.FRENCH, "annulée", "annulee"),
    ],
)
def test_an_ending_with_an_accent_is_an_ending(lang: str, stored: str, typed: str) -> None:
    assert set(analysis.terms_of(stored, lang)) & set(analysis.terms_of(typed, lang))


@given(st.text(max_size=300))
@example("ͺ")  # compatible with a space and a mark
@settings(max_examples=200, deadline=None)
def test_the_words_of_any_text_are_terms_or_nothing(text: str) -> None:
    for lang in ("en", "de", "xx"):
        assert all(terms and " " not in terms for terms in analysis.terms(plain(text), lang))


# Slips of the keyboard


@pytest.mark.parametrize(
    ("one", "two", "edits"),
    [("printer", "printer", 0), ("printer", "prnter", 1), ("printer", "pritner", 1), ("printer", "orinter", 1),
     ("reciept", "receipt", 1), ("delivery", "delivry", 1), ("delivery", "dlivry", 2), ("card", "word", 2)],
)  # fmt: skip
def test_edits_are_counted(one: str, two: str, edits: int) -> None:
    assert distance(one, two, 2) == edits


@given(st.text("abcd", min_size=1, max_size=8), st.text("abcd", min_size=1, max_size=8))
def test_the_distance_is_the_same_both_ways(one: str, two: str) -> None:
    assert distance(one, two, 2) == distance(two, one, 2)


@pytest.mark.parametrize("typed", ["prnter", "orinter", "printre", "prinnter"])
def test_a_mistyped_word_finds(made: Callable[..., Snapshot], typed: str) -> None:
    snapshot = made("Count the stock", "Printer is offline")
    assert found(snapshot, f"{typed} broken")[0] == 1
    assert asked(snapshot, f"{typed} broken ").corrected == "printer broken "


def test_a_right_word_is_never_corrected(made: Callable[..., Snapshot]) -> None:
    snapshot = made(*["Printer is offline"] * 5, "Pointer of the scale")
    assert asked(snapshot, "pointer").corrected is None


def test_a_common_word_that_no_aid_has_is_not_corrected(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Tick the box", "Our attachment")
    slips.prepare(snapshot.languages)
    assert asked(snapshot, "sick ").corrected is None
    assert asked(snapshot, "detachments ").corrected is None


@pytest.mark.parametrize(
    ("written", "other", "typed"),
    [
        ("client", "Till. The cli and the net", "clinet"),  # one slip is likelier than a space left out
        ("label", "table table table", "lable"),  # and two letters swapped likelier than one taken for another
    ],
)
def test_the_likelier_slip_is_taken_for_the_one(
    made: Callable[..., Snapshot], written: str, other: str, typed: str
) -> None:
    assert asked(made(f"The {written}", other), f"{typed} ").corrected == f"{written} "


def test_short_words_and_numbers_are_not_corrected(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Box 4012 and card")
    assert asked(snapshot, "bix 4013 now").corrected is None


def test_the_other_words_decide_between_corrections(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Order of the card", "Order of the card again", "Feed the cart horse hay")
    assert asked(snapshot, "horse carx ").corrected == "horse cart "


def test_what_a_vocabulary_finds_alike_is_within_two_edits() -> None:
    vocabulary = Vocabulary([("delivery", 3), ("delivered", 1), ("receipt", 2)])
    vocabulary.prepare()
    assert list(vocabulary.alike("dlivery")) == [("delivery", 3, 1)]
    assert list(vocabulary.alike("delivry")) == [("delivery", 3, 1)]


@pytest.mark.parametrize(("typed", "first"), [("refu", 0), ("print off", 1)])
def test_the_last_word_may_be_unfinished(made: Callable[..., Snapshot], typed: str, first: int) -> None:
    assert found(made("Refund an order", "Printer is offline"), typed)[0] == first


def test_completions_that_readers_used_count_more(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Return goods", "Return goods again", "Retire an aid")
    weights = {one.word: one.weight for group in asked(snapshot, "ret").groups for (one,) in group.alternatives}
    used = Hints(1, learned={"retir": {2: 30.0}})
    then = {one.word: one.weight for group in asked(snapshot, "ret", used).groups for (one,) in group.alternatives}
    assert weights["return"] > weights["retire"]
    assert then["return"] < then["retire"]


def test_a_single_character_is_completed(made: Callable[..., Snapshot]) -> None:
    assert found(made("Expenses", document(1, "倉庫の鍵", "ja")), "倉")[0] == 1


HIRED = Hints(1, [Rule(("lorry",), ("truck",))], learned={"wobbletruck": {0: 5.0}}, words={"wobbletruck": [0]})


@pytest.mark.parametrize("typed", ["wobbletruck ", "wobbletr", "wobbletruk ", "lorry ", "lorr", "lorrry "])
def test_learned_words_and_synonyms_are_completed_and_corrected(made: Callable[..., Snapshot], typed: str) -> None:
    assert found(made("Hire a truck", "Count the stock"), typed, HIRED)[:1] == [0]


def test_a_finished_word_is_not_completed(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Refund an order")
    assert not any(
        one.origin == "completion" for group in asked(snapshot, "refu ").groups for (one,) in group.alternatives
    )


# Exact things


@pytest.mark.parametrize("typed", ["E-4012", "e4012", "4012", "E 4012"])
def test_a_code_is_found_as_it_is_typed(made: Callable[..., Snapshot], typed: str) -> None:
    assert found(made("Error E-4011 at the till", "Error E-4012 at the till"), typed)[0] == 1


def test_a_part_of_a_code_finds_it(made: Callable[..., Snapshot]) -> None:
    assert found(made("Order in SAP ME22K", "Order in SAP ME21N"), "21N ")[0] == 1


@pytest.mark.parametrize("typed", ["spool", "spool_svc ", "prn spool", "PRN_SP", "PRN_SPOOL_SVC"])
def test_a_part_of_a_code_with_underscores_finds_it(made: Callable[..., Snapshot], typed: str) -> None:
    assert found(made("Error ERR_CONN_RESET", "Error PRN_SPOOL_SVC"), typed)[0] == 1


def test_a_phrase_is_found_where_words_are_the_same_in_several_languages(made: Callable[..., Snapshot]) -> None:
    texts = [f"Slip order {number}. The order, the slip" for number in range(3)]
    snapshot = made(document(0, "Commander un café", "fr"), *texts, "Till. Put the order slip into the till drawer")
    assert found(snapshot, '"order slip"')[0] == 4


def test_a_quoted_phrase_is_first(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Card slot sticks card sticks. Sticks slot", "Till. When the slot of a card sticks")
    assert found(snapshot, "slot of a card sticks")[0] == 0
    assert found(snapshot, '"slot of a card sticks"')[0] == 1


def test_a_title_typed_in_full_is_first(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Refund refund refund order order. refund order", "Refund order limits", "Refund an order")
    assert found(snapshot, "refund an order")[0] == 2


# Hints


def test_a_synonym_works_one_way(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Load the truck", "Park the lorry. Lorry")
    hints = Hints(1, [Rule(("lorry",), ("truck",))])
    assert set(found(snapshot, "lorry", hints)) == {0, 1}
    assert set(found(snapshot, "truck", hints)) - {0} == set(found(snapshot, "truck")) - {0}


def test_a_word_with_a_synonym_is_not_corrected(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Say sorry to a customer", "Load the truck")
    hints = Hints(1, [Rule(("lorry",), ("truck",))])
    assert asked(snapshot, "lorry ", hints).corrected is None
    assert found(snapshot, "lorry ", hints) == [1]


def test_a_mistyped_word_and_its_synonym_count_once(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Load the truck or lorry", "Count the stock")
    hints = Hints(1, [Rule(("lorry",), ("truck",))])
    typed, slipped = (added(asked(snapshot, text, hints).groups, 2)[0] for text in ("lorry ", "lorrry "))
    assert slipped <= typed


def test_a_phrase_may_have_a_synonym(made: Callable[..., Snapshot]) -> None:
    hints = Hints(1, [Rule(("money", "back"), ("refund",))])
    assert found(made("Count stock", "Refund an order"), "give money back", hints)[0] == 1


def test_a_phrase_that_is_a_synonym_finds_what_has_all_of_it(
    made: Callable[..., Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "MEANING", 0.0)
    cards = [f"Card {number}. Pay by card" for number in range(4)]
    snapshot = made(*cards, "Ask for time off", "Fill in your time sheet")
    hints = Hints(1, [Rule(("clock", "card"), ("time", "sheet"))])
    assert found(snapshot, "clock card ", hints)[0] == 5
    assert sight(snapshot).group(sight(snapshot).synonym(["time", "sheet"])).documents.tolist() == [5]


def test_a_synonym_of_a_word_that_is_in_every_question_is_said_in_capitals(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Return goods", "Call the help desk")
    hints = Hints(1, [Rule(("IT",), ("help", "desk")), Rule(("the",), ("desk",))])
    assert found(snapshot, "return it ", hints) == [0]
    assert found(snapshot, "return the ", hints) == [0]
    assert found(snapshot, "IT ", hints)[0] == 1


def test_a_learned_word_finds_its_aid(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Refund an order", "Count the stock")
    assert found(snapshot, "zaster ", Hints(1, learned={"zaster": {1: 3.0}}))[0] == 1


def test_more_readers_weigh_more(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Refund an order", "Count the stock", "Feed the horse")
    learned = {"zaster": {0: 3.0, 2: 9.0}, "other": {0: 6.0}}
    assert found(snapshot, "zaster ", Hints(1, learned=learned))[:2] == [2, 0]


def test_what_was_asked_while_the_arrays_were_read_is_not_kept(tmp_path: Path) -> None:
    random_index(tmp_path, 1)
    snapshot = Snapshot(index.open_dir(tmp_path))
    hints = Hints(1, learned={"zaster": {0: 3.0, 1: 3.0, 2: 3.0}}, persons={0: 30, 1: 30, 2: 30})
    assert found(snapshot, "zaster ", hints) == []
    snapshot.load()
    assert Bound(hints, snapshot).popularity.max() == 1.25
    assert found(snapshot, "zaster ", hints)


def test_popularity_is_at_most_a_quarter(made: Callable[..., Snapshot]) -> None:
    bound = Bound(Hints(1, persons={0: 1_000_000, 1: 3}), made("Refund", "Return", "Reclaim"))
    assert bound.popularity[0] == 1.25
    assert 1 < bound.popularity[1] < 1.25
    assert bound.popularity[2] == 1


# What others may not see


def shut(number: int, text: str) -> dict[str, Any]:
    """An aid for members."""
    words = " ".join(analysis.words(text))
    return document(number, text, audience="members", words=None, words_of_members=words)


def anonymous(snapshot: Snapshot, text: str, hints: Hints | None = None) -> Understood:
    bound = Bound(hints or Hints(), snapshot)
    return understand(Sight(snapshot, bound, snapshot.public, member=False), text)


def test_how_members_write_a_word_is_told_to_members_only(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Restructure a shelf", shut(1, "The great restructuring"))
    assert anonymous(snapshot, "restructurng ").corrected == "restructure "
    assert asked(snapshot, "restructurng ").corrected == "restructuring "


def test_words_of_members_take_no_ones_place(made: Callable[..., Snapshot]) -> None:
    plans = [shut(number, f"Gremx{chr(97 + number)}") for number in range(26)]
    snapshot = made(*plans, document(26, "Gremlins in the till"))
    assert [one.word for group in anonymous(snapshot, "grem").groups for (one,) in group.alternatives] == ["gremlins"]
    assert anonymous(snapshot, "gremlns ").corrected == "gremlins "


def test_what_members_learned_changes_nothing_for_others(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Till. Mend the badge printer", shut(1, "The plan"))
    hints = Hints(1, learned={"badgeprint": {1: 5.0}}, words={"badgeprinter": [1]})
    assert anonymous(snapshot, "badgeprinter ", hints).corrected == "badge printer "
    assert anonymous(snapshot, "badgeprintr ", hints).corrected is None


def test_how_a_word_is_written_that_members_learned_is_told_to_members_only(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Restructure a shelf", shut(1, "The plan"))
    hints = Hints(1, learned={"restructur": {1: 5.0}}, words={"restructuring": [1]})
    told = [one.word for group in anonymous(snapshot, "restructuri", hints).groups for (one,) in group.alternatives]
    assert "restructuring" not in told
    assert anonymous(snapshot, "restructurng ", hints).corrected == "restructure "
    assert asked(snapshot, "restructurng ", hints).corrected == "restructuring "


# Circumstances


def test_the_task_at_hand_lifts_and_hides_nothing(made: Callable[..., Snapshot]) -> None:
    one, two = document(0, "Refund an order"), document(1, "Refund an order", task="issue-refund")
    assert found(made(one, two), "refund") == [0, 1]
    assert found(made(one, two), "refund", tasks=("issue-refund",)) == [1, 0]


def test_the_job_role_lifts(made: Callable[..., Snapshot]) -> None:
    snapshot = made(document(0, "Refund an order"), document(1, "Refund an order", role="care-clerk"))
    assert found(snapshot, "refund", role="care-clerk") == [1, 0]


def test_words_of_trouble_lift_troubleshooting(made: Callable[..., Snapshot]) -> None:
    one, two = document(0, "Card reader", kind="procedure"), document(1, "Card reader", kind="troubleshooting")
    assert found(made(one, two), "card reader") == [0, 1]
    assert found(made(one, two), "card reader won't work") == [1, 0]


@pytest.mark.parametrize(
    "text",
    [
        "printer not working", "it does not work", "the scanner doesn’t work", "scanner doesnt work", "it wont print",
        "the till hangs", "access denied", "cannot log in", "Drucker DEFEKT", "Kasse geht nicht", "Störung der Kasse",
        "l'imprimante ne marche pas", "la impresora no funciona", "la stampante non funziona",
        "a impressora não funciona", "a impressora nao funciona", "printer werkt niet", "skrivaren fungerar inte",
    ],
)  # fmt: skip
def test_trouble_is_told_in_many_ways(made: Callable[..., Snapshot], text: str) -> None:
    one, two = document(0, "Card reader", kind="procedure"), document(1, "Card reader", kind="troubleshooting")
    assert found(made(one, two), f"{text}, card reader") == [1, 0]


@pytest.mark.parametrize(
    "text",
    [
        "can I change t-shirt size", "can t-shirts be changed",
        "not a refund", "Rechnung nicht vergessen", "sin ticket no hay cambio", "pas de ticket", "plus de stock",
    ],
)  # fmt: skip
def test_not_every_no_is_trouble(made: Callable[..., Snapshot], text: str) -> None:
    one, two = document(0, "Card reader", kind="procedure"), document(1, "Card reader", kind="troubleshooting")
    assert found(made(one, two), f"{text}, card reader") == [0, 1]


# Explaining


def test_the_parts_of_a_score_are_the_score(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Refund an order. Money for the customer", "Printer is offline", "Order a printer")
    seen = sight(snapshot, Hints(1, learned={"money": {0: 4.0}}, persons={0: 10}))
    understood = understand(seen, "refnd money order won't")
    scored = ranking.score(seen, understood)
    assert scored is not None
    for number, value in zip(*ranking.best(scored, 10), strict=True):
        parts = explain(seen, understood, scored, number)
        assert sum(part.score for part in parts) == pytest.approx(value)


def explained(snapshot: Snapshot, text: str, hints: Hints | None = None, **around: Any) -> list[Part]:
    """The parts of the first aid's score, which add up to it."""
    seen = sight(snapshot, hints)
    understood, circumstances = understand(seen, text), Circumstances(**around)
    scored = ranking.score(seen, understood, circumstances)
    assert scored is not None
    (number,), (value,) = ranking.best(scored, 1)
    parts = explain(seen, understood, scored, number, circumstances)
    assert sum(part.score for part in parts) == pytest.approx(value)
    return parts


def test_each_factor_is_a_part_of_its_own(made: Callable[..., Snapshot]) -> None:
    more = {"task": "issue-refund", "role": "care-clerk", "kind": "troubleshooting"}
    snapshot = made(document(0, "Refund an order", **more), "Count the stock")
    around: dict[str, Any] = {"tasks": ("pack", "issue-refund"), "role": "care-clerk"}
    parts = {part.what: part for part in explained(snapshot, "refund won't work", Hints(persons={0: 1}), **around)}
    assert {what: parts[what].word for what in ("popularity", "task", "role", "trouble")} == {
        "popularity": "", "task": "issue-refund", "role": "care-clerk", "trouble": "won't",
    }  # fmt: skip
    assert parts["task"].score == pytest.approx(parts["role"].score)
    assert 0 < parts["popularity"].score < parts["task"].score


def test_an_aid_of_several_tasks_at_hand_is_lifted_once_and_each_task_has_its_share(
    made: Callable[..., Snapshot],
) -> None:
    snapshot = made(document(0, "Refund an order", task="issue-refund count"), "Count the stock")
    [once] = tasks_of(explained(snapshot, "refund", tasks=("issue-refund", "pack")))
    shares = tasks_of(explained(snapshot, "refund", tasks=("issue-refund", "pack", "count")))
    assert sorted(part.word for part in shares) == ["count", "issue-refund"]
    assert [part.score for part in shares] == pytest.approx([once.score / 2] * 2)


def tasks_of(parts: list[Part]) -> list[Part]:
    return [part for part in parts if part.what == "task"]


def words_of(parts: list[Part]) -> list[Part]:
    return [part for part in parts if part.what == "word"]


def test_a_word_is_explained_with_its_term_and_the_languages_that_have_it(made: Callable[..., Snapshot]) -> None:
    [one, *_] = words_of(explained(made("Refunded orders", "Count the stock"), "refunding "))
    assert (one.word, one.term, one.languages) == ("refunding", "refund", ())


def test_of_several_languages_those_are_named_in_which_the_word_has_the_term(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Refunded orders", document(1, "Rechnungen", "de"), document(2, "Commandes", "fr"))
    [one, *_] = words_of(explained(snapshot, "refunding "))
    assert (one.term, one.languages) == ("refund", ("en",))
    [one, *_] = words_of(explained(snapshot, "rechnung "))
    assert one.languages == ("de", "en", "fr")


# Any input


@cache
def _standing() -> Snapshot:
    with tempfile.TemporaryDirectory() as folder:
        made = index.create_in(folder, analysis.schema())
        writer = made.writer()
        for number, text in enumerate(["Refund an order. E-4012", "Über x y z abc", "a b c. A*"]):
            writer.add_document(**document(number, text))
        writer.commit()
        snapshot = Snapshot(index.open_dir(folder))
        snapshot.load()
        return snapshot


ANY = "".join(chr(code) for code in (*range(32, 127), 0x5D0, 0x627, 0x6587, 0x1F642, 0xE9, 0x200D, 0x301))


@given(
    st.text(max_size=1_000)
    | st.text(ANY, max_size=1_000)
    | st.lists(st.sampled_from(["*", "a?", '"', "x" * 99])).map(" ".join)
)
@settings(max_examples=150, deadline=None)
def test_any_question_is_answered(text: str) -> None:
    snapshot = _standing()
    seen = sight(snapshot, Hints(1, [Rule(("a",), ("b", "c"))]))
    understood = understand(seen, text)
    assert sum(len(group.alternatives) for group in understood.groups) < 400
    scored = ranking.score(seen, understood) if understood.groups else None
    assert scored is None or np.isfinite(scored.final).all()


# Meaning


def test_what_is_like_the_best_aids_comes_before_what_is_a_little_liker_the_question(
    made: Callable[..., Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = meaning.model()
    assert model is not None
    asked_for = model.question("refund")
    other = model.question("printer")
    aside = other - (other @ asked_for) * asked_for
    aside /= np.linalg.norm(aside)

    def aid(number: int, towards: float, sideways: float) -> dict[str, Any]:
        vector = meaning.pack((towards * asked_for + sideways * aside).astype(np.float32))
        return document(number, "Refund now.", vector=vector)

    leaders = [aid(number, 0.96, 0.28) for number in range(4)]
    snapshot = made(*leaders, aid(4, 0.85, -0.53), aid(5, 0.8, 0.6))
    assert found(snapshot, "refund")[4:] == [5, 4]
    monkeypatch.setattr(ranking, "PULLS", {count: 0 * pull for count, pull in ranking.PULLS.items()})
    assert found(snapshot, "refund")[4:] == [4, 5]


def test_the_words_decide_which_aids_are_the_best_that_the_meaning_is_moved_towards(
    made: Callable[..., Snapshot],
) -> None:
    model = meaning.model()
    assert model is not None
    asked_for = model.question("refund")
    aside = model.question("printer") - (model.question("printer") @ asked_for) * asked_for
    aside /= np.linalg.norm(aside)

    def aid(number: int, text: str, sideways: float) -> dict[str, Any]:
        vector = meaning.pack(meaning.unit((asked_for + sideways * aside).astype(np.float32)))
        return document(number, text, vector=vector)

    better = [aid(number, "Refund refund refund refund", 0.71) for number in range(4)]
    liker = [aid(number, "Refund and a dozen other things to do before noon", -0.7) for number in range(4, 8)]
    last = [aid(8, "Refund and a dozen other things to do before noon", -0.75), aid(9, liker[0]["body"], 0.75)]
    ranked = found(made(*better, *liker, *last), "refund ")
    assert ranked.index(9) < ranked.index(8)


def test_what_is_meant_is_what_is_meant_by_the_corrected_words_and_synonyms(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Print a receipt", "Load the truck", "Count the stock")
    hints = Hints(1, [Rule(("lorry",), ("truck",))])

    def directions(text: str) -> set[bytes]:
        return {direction.tobytes() for direction in asked(snapshot, text, hints).meant}

    assert directions("print the reciept ") == directions("print the receipt ")
    assert directions("printreceipt ") == directions("print receipt ")
    assert directions("load a lorry ") == directions("load a lorry truck ")
    assert directions("Print a receipt?") & directions("print a receipt ") == directions("print a ")


def test_punctuation_is_part_of_what_is_meant(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Write C++", "Count the stock")
    (plus,), (letter,) = (asked(snapshot, text).meant for text in ("c++ ", "c "))
    assert meaning.unit(plus.copy()) @ meaning.unit(letter.copy()) < 0.9


def test_rare_words_say_more_of_what_is_meant(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Stock a shelf", *["Refund an order"] * 20)
    rare, frequent, common = (
        np.linalg.norm(asked(snapshot, text).meant[0]) / np.linalg.norm(model_of(text))
        for text in ("shelf", "refund", "the")
    )
    assert rare > frequent > common > 0


def model_of(word: str) -> meaning.Vector:
    model = meaning.model()
    assert model is not None
    return model.word(word)


def test_half_of_what_all_aids_have_in_common_does_not_count_as_being_alike(made: Callable[..., Snapshot]) -> None:
    model = meaning.model()
    assert model is not None
    asked_for = model.question("refund")
    aside = model.question("printer") - (model.question("printer") @ asked_for) * asked_for
    vectors = [meaning.pack(meaning.unit((asked_for + far * aside).astype(np.float32))) for far in (0.0, 1.0)]
    seen = sight(made(*(document(number, "Refund now", vector=vector) for number, vector in enumerate(vectors))))
    scored = ranking.score(seen, understand(seen, "refund "))
    assert scored is not None
    assert scored.meaning is not None
    most, least = scored.meaning.tolist()
    near = [float(asked_for @ np.frombuffer(vector, np.int8)) for vector in vectors]
    assert most == pytest.approx(ranking.MEANING)
    assert least / most < near[1] / near[0]


def test_meaning_takes_nothing_away_where_all_aids_mean_the_opposite(made: Callable[..., Snapshot]) -> None:
    model = meaning.model()
    assert model is not None
    opposite = meaning.pack(-model.question("refund"))
    seen = sight(made(*(document(number, "Refund now", vector=opposite) for number in range(3))))
    scored = ranking.score(seen, understand(seen, "refund"))
    assert scored is not None
    assert scored.meaning is not None
    assert scored.meaning.min() >= 0
    assert scored.final.min() > 0


def test_an_aid_without_any_of_the_words_is_found_by_meaning(made: Callable[..., Snapshot]) -> None:
    snapshot = made(
        "Reset your password. Choose a new password for your account", "Pack fragile goods. Use bubble wrap"
    )
    assert found(snapshot, "forgotten login credentials")[:1] == [0]


def test_words_that_mean_nothing_find_nothing(made: Callable[..., Snapshot]) -> None:
    assert found(made("Reset your password", "Pack fragile goods"), "zzqx vlorp ") == []


def test_without_the_vectors_words_decide(made: Callable[..., Snapshot], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "model", cache(lambda: None))
    snapshot = made("Reset your password", "Pack fragile goods. Password")
    assert found(snapshot, "password") == [0, 1]
    assert found(snapshot, "credentials") == []
    seen = sight(snapshot)
    scored = ranking.score(seen, understand(seen, "password"))
    assert scored is not None
    assert ranking.best(scored, 1)[1] == [1]


@given(st.text(max_size=200))
@settings(max_examples=50, deadline=None)
def test_the_direction_of_any_text_is_a_number(text: str) -> None:
    model = meaning.model()
    assert model is not None
    assert np.isfinite(model.question(text)).all()
    assert np.isfinite(meaning.unpack(meaning.pack(model.aid(text, text)))).all()


OFFLINE = """
import socket
def refuse(*_args):
    raise OSError("no network here")
socket.socket.connect = socket.getaddrinfo = refuse
from app.search import meaning
assert meaning.at_hand() is None, "a question would wait for the vectors"
print(float(meaning.model().question("refund") @ meaning.model().question("refund")))
assert meaning.at_hand() is meaning.model()
"""


def test_the_vectors_need_no_network_and_no_question_waits_for_them(tmp_path: Path) -> None:
    alone = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", OFFLINE], capture_output=True, text=True, env=alone, check=True)
    assert float(done.stdout) == pytest.approx(1)
    assert list(tmp_path.iterdir()) == []


# Neighbours


def near(snapshot: Snapshot, aid: int, hints: Hints | None = None) -> list[str]:
    return [one.title for one in related.neighbours(sight(snapshot, hints), aid)]


def test_neighbours_are_alike(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Reset a password", "Change a forgotten password", "Pack fragile goods")
    assert near(snapshot, 0) == ["Change a forgotten password"]


def test_neighbours_are_used_together(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Reset a password", "Pack fragile goods", "Count the stock")
    assert near(snapshot, 0, Hints(1, together={0: {1: 30}})) == ["Pack fragile goods"]


def test_a_neighbour_answered_readers_with_the_same_question(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Reset a password", "Pack fragile goods", "Count the stock")
    learned = {"badg": {1: 5.0}, "lost": {1: 5.0}}
    found = related.neighbours(sight(snapshot, Hints(1, learned=learned)), 0, "badge lost")
    assert [(one.title, one.answered) for one in found] == [("Pack fragile goods", True)]


def test_a_neighbour_that_answered_a_part_of_the_question_is_none(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Reset a password", "Pack fragile goods")
    seen = sight(snapshot, Hints(1, learned={"badg": {1: 5.0}}))
    assert related.neighbours(seen, 0, "badge broken desk") == []


def test_neighbours_that_may_not_be_seen_are_not_named(made: Callable[..., Snapshot]) -> None:
    snapshot = made("Reset a password", "Change a forgotten password")
    nothing = np.zeros(snapshot.count, dtype=np.bool_)
    assert related.neighbours(sight(snapshot, visible=nothing), 0) == []


# What the index holds


def test_whoever_changes_what_an_index_holds_changes_its_number() -> None:
    aid, revision = ours.stored(1, Text("Refund über E-4012", ["Open PRN_SPOOL.", "Log in, and cancelled orders."]))
    held = document_of(aid, revision, [], "en")
    digest = hashlib.sha256(json.dumps(held | {"vector": None}, sort_keys=True).encode()).hexdigest()[:12]
    number = analysis.fingerprint("en").split()[0]
    assert (number, digest) == ("3", "859032b46836"), (
        "an index made before is read as one made now: count the fingerprint up"
    )
