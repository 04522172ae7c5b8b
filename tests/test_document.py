import pytest

from app import settings
from app.aids import slugs
from app.aids.document import MOST_BYTES, Kind, Moment, read
from app.errors import Invalid, TooLarge


def test_all_keys_are_optional() -> None:
    assert read("# Hello\n\ntext").front.kind is Kind.PROCEDURE


def test_a_rule_at_the_top_begins_no_front_matter() -> None:
    assert read("---\n\nNote: text\n").body == "---\n\nNote: text\n"


def test_keys_are_read() -> None:
    front = read("---\ntitle: A\nmoments: [solve, new]\nreview_every: 90d\nkeywords: one\n---\n").front
    assert (front.title, front.moments, front.review_every) == ("A", [Moment.SOLVE, Moment.NEW], 90)
    assert front.keywords == ["one"]


def test_unknown_keys_are_left_alone() -> None:
    assert read("---\nlayout: post\ntitle: A\n---\n").front.title == "A"


def test_windows_line_ends_and_a_byte_order_mark_are_read() -> None:
    document = read("\ufeff---\r\ntitle: A\r\n---\r\nbody\r\n")
    assert (document.front.title, document.body) == ("A", "body\r\n")


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("---\ntitle: [a\n---\n", "line 3"),
        ("---\ntitle: A\nkind: poem\n---\n", "line 3: kind"),
        ("---\ntitle: A\nmoments: [later]\n---\n", "line 3: moments"),
        ("---\ntasks: [Issue Refund]\n---\n", "line 2: tasks: a task is named by its slug"),
        ("---\nreview_every: soon\n---\n", "write a number of days"),
        ("---\n- a\n---\n", "key: value"),
        ("---\ntitle: A\n# A\n", "line 1: the front matter is never closed; put a line `---` below its last key"),
        ("one\ntwo\0three", "Line 2 holds a NUL"),
        ("one\n\ud800", "Line 2 holds half a character"),
        ("---\na: &a [*a]\ntitle: *a\n---\n", "line 3: title"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(markdown: str, said: str) -> None:
    with pytest.raises(Invalid) as error:
        read(markdown)
    assert said in error.value.detail


def test_a_long_text_is_refused_with_the_limit() -> None:
    with pytest.raises(TooLarge, match="200,000"):
        read("x" * (MOST_BYTES + 1))


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("billing/refund.md", "billing/refund"),
        ("README.md", "README"),
        ("How to/pay & go?.MD", "How-to/pay-go-"),
        ("größe.md", "größe"),
        ("card.md", "card"),
    ],
)
def test_a_slug_is_the_path(path: str, slug: str) -> None:
    assert slugs.from_path(path) == slug


@pytest.mark.parametrize(
    "path", ["../a.md", "a//b.md", "/a.md", ".md", "a/./b.md", "hr/revisions.md", "x" * 301 + ".md"]
)
def test_a_path_that_cannot_be_an_address_is_refused(path: str) -> None:
    with pytest.raises(Invalid):
        slugs.from_path(path)


@pytest.mark.parametrize(
    ("code", "language"), [("ja", "ja"), ("ko", "ko"), ("zh-Hant", "zh"), ("pt-BR", "pt"), ("DE", "de")]
)
def test_the_language_may_be_any_that_an_aid_may_name(
    monkeypatch: pytest.MonkeyPatch, code: str, language: str
) -> None:
    monkeypatch.setenv("JOBAIDS_LANGUAGE", code)
    assert settings.load().language == read(f"---\nlang: {code}\n---\n").front.lang == language
