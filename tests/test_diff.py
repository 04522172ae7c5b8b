"""Two texts side by side."""

import time

from hypothesis import given
from hypothesis import strategies as st

from app.publishing.diff import Line, Piece, Row, counted, lines, words

TEXT = "Open the order.\nChoose Refund.\nEnter the amount.\n"


def told(rows: list[Row]) -> list[str]:
    return [row.kind for row in rows]


def marked(line: Line | None) -> list[str]:
    return [piece.text for piece in line.pieces if piece.changed] if line else []


def test_equal_texts_have_no_rows() -> None:
    assert lines(TEXT, TEXT) == []


def test_a_changed_word_is_marked_on_both_sides() -> None:
    rows = lines(TEXT, TEXT.replace("Refund", "Give back"))
    changed = rows[1]
    assert told(rows) == ["same", "changed", "same"]
    assert (marked(changed.before), marked(changed.after)) == (["Refund"], ["Give back"])


def test_a_new_line_stands_alone() -> None:
    rows = lines(TEXT, TEXT + "Confirm it.\n")
    assert told(rows) == ["same", "same", "same", "added"]
    assert rows[3].after == Line(4, [Piece("Confirm it.", True)])


def test_lines_most_alike_are_paired_when_others_come_in_between() -> None:
    rows = lines("Enter the amount of money.\n", "Something new.\nAnd more of it.\nEnter the whole amount of money.\n")
    assert told(rows) == ["added", "added", "changed"]


def test_lines_without_likeness_are_not_paired() -> None:
    assert told(lines("Open the order.\n", "Printers jam\n")) == ["removed", "added"]


def test_long_equal_stretches_are_folded_and_keep_three_lines_around() -> None:
    many = "".join(f"Line {n}\n" for n in range(30))
    rows = lines(many, many.replace("Line 15\n", "Line fifteen\n"))
    assert told(rows) == ["fold", "same", "same", "same", "changed", "same", "same", "same", "fold"]
    assert len(rows[0].folded) == 12


def test_what_differs_is_counted() -> None:
    assert counted(lines(TEXT, "New one.\n" + TEXT.replace("amount", "sum"))) == {"added": 1, "changed": 1}


def test_a_gap_between_two_changed_words_counts_as_changed() -> None:
    assert words("one two three", "four five three")[0] == [Piece("one two", True), Piece(" three")]


def unfolded(rows: list[Row]) -> list[Row]:
    return [one for row in rows for one in (row.folded or [row])]


TEXTS = st.lists(st.sampled_from(["a b c", "a b d", "x", "", "  y z"]), max_size=25)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_off_the_rows(before: list[str], after: list[str]) -> None:
    rows = unfolded(lines("\n".join(before), "\n".join(after)))
    for side, text in (("before", before), ("after", after)):
        own: list[Line] = [line for row in rows if (line := getattr(row, side))]
        expected = "\n".join(text).splitlines() if rows else []
        assert ["".join(piece.text for piece in line.pieces) for line in own] == expected
        assert [line.number for line in own] == list(range(1, len(own) + 1))


def test_the_largest_texts_are_compared_in_seconds() -> None:
    began = time.monotonic()
    lines("word other\n" * 18_000, "word another\n" * 15_000)
    lines("a " * 100_000, "b " * 100_000)
    lines("".join(f"{n} is a line\n" for n in range(14_000)), "".join(f"{n} was a row\n" for n in range(13_000)))
    assert time.monotonic() - began < 10
