"""What the benchmarks measure with is itself right, and the same every time."""

import random

import pytest

from app.search.vocabulary import distance
from benchmarks import corpus, data, hostile, learning, quality
from benchmarks.data import Library
from benchmarks.figures import percentile

AIDS = {
    f"aid-{number}": f"---\ntitle: Aid {number}\n---\n# Aid {number}\n\nOne {number}.\n\nTwo.\n" for number in range(9)
}
QUERIES = {str(number): f"how do I restart printer number{number} quickly" for number in range(40)}
LIBRARY = Library("few", AIDS, QUERIES, {number: {"aid-1": 1} for number in QUERIES})


def test_a_percentile_is_a_value_that_so_many_do_not_exceed() -> None:
    assert [percentile(range(20, 0, -1), part) for part in (0, 0.5, 0.95, 1)] == [1, 10, 19, 20]


def test_a_perfect_order_gains_one() -> None:
    assert quality.ndcg(["a", "b", "c"], {"a": 2, "b": 1}) == 1


def test_a_right_aid_on_the_second_place_gains_less() -> None:
    assert quality.ndcg(["x", "a"], {"a": 1}) == pytest.approx(0.6309, abs=1e-4)


def test_a_slip_is_one_edit() -> None:
    chance = random.Random(1)
    assert {distance("printer", corpus.mistyped("printer", chance), 3) for _ in range(500)} == {1}


def test_a_question_with_a_slip_differs_in_one_word() -> None:
    slips = quality.with_slips(QUERIES)
    pairs = [(QUERIES[number].split(), slips[number].split()) for number in QUERIES]
    assert {sum(one != other for one, other in zip(*pair, strict=True)) for pair in pairs} == {1}


def test_more_texts_are_made_of_the_paragraphs_that_there_are() -> None:
    made = corpus.texts([LIBRARY], 50)
    assert (len(made), {len(text.paragraphs) for text in made}) == (50, {2})
    assert {paragraph for text in made for paragraph in text.paragraphs} <= {"Two.", *(f"One {n}." for n in range(9))}


def test_texts_and_questions_are_the_same_every_time() -> None:
    assert corpus.texts([LIBRARY], 50) == corpus.texts([LIBRARY], 50)
    assert corpus.questions([LIBRARY], 5) == corpus.questions([LIBRARY], 5)


def test_an_unfinished_word_lacks_two_letters() -> None:
    kinds = corpus.questions([LIBRARY], 5)
    whole = [asked.text.split()[1] for asked in kinds["short"]]
    assert [asked.odd for asked in kinds["prefix"]] == [word[:-2] for word in whole]


def test_the_halves_share_no_question() -> None:
    one, other = learning.halves(LIBRARY)
    assert one.queries.keys() & other.queries.keys() == set()
    assert len(one.queries) + len(other.queries) == len(QUERIES)


def test_no_odd_question_is_longer_than_a_search_takes() -> None:
    text = " ".join(data.made_up().aids.values())
    asked = [query for queries in hostile.questions(text).values() for query in queries]
    assert max(map(len, asked)) == hostile.MOST_CHARACTERS
