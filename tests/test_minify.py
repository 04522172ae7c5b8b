"""The script made small does the same; the browser tests run it whole."""

import gzip

import pytest

from app.widget import minify
from app.widget.script import script


@pytest.mark.parametrize(
    ("source", "small"),
    [
        ("(() => { const long = 1; use(long); })();", "(()=>{const t=1;use(t)})();"),
        ("(() => { const slug = 1; use({ slug, other: slug }); })();", "(()=>{const t=1;use({slug:t,other:t})})();"),
        ("(() => { const { slug } = it; use(slug.slug); })();", "(()=>{const{slug:t}=it;use(t.slug)})();"),
        ("(() => { const text = 'text'; })();", "(()=>{const t='text'})();"),
        ("(() => { const one = (two, three = false) => two; })();", "(()=>{const e=(t,n=!1)=>t})();"),
    ],
)
def test_only_names_of_the_file_become_short(source: str, small: str) -> None:
    assert minify.script(source) == small


def test_a_pattern_and_a_text_stay_as_they_are() -> None:
    source = "(() => { const name = 1; use(/name+\\/[/]name/.test('name'), `name`, name); })();"
    assert minify.script(source) == "(()=>{const t=1;use(/name+\\/[/]name/.test('name'),`name`,t)})();"


def test_a_style_sheet_loses_blanks_and_comments_only() -> None:
    assert (
        minify.style("a > b { color: red; /* no */ }\n.x :hover { margin: 0 1px; }")
        == "a > b{color:red}.x :hover{margin:0 1px}"
    )


def test_the_script_stays_in_its_budget() -> None:
    content = script().content
    assert len(content) <= 32_000
    assert len(gzip.compress(content, 9)) <= 10_000


def test_the_script_has_no_placeholder_left() -> None:
    assert b"__CSS__" not in script().content
