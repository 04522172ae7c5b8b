"""The script made small does the same; the browser tests run it whole."""

import gzip
import re

import pytest

from app.widget import minify
from app.widget.script import RELEASED, other, script


@pytest.mark.parametrize(
    ("source", "small"),
    [
        ("(() => { const long = 1; use(long); })();", "(()=>{let a=1;use(a)})();"),
        ("(() => { const slug = 1; use({ slug, other: slug }); })();", "(()=>{let a=1;use({slug:a,other:a})})();"),
        ("(() => { const { slug } = it; use(slug.slug); })();", "(()=>{let{slug:a}=it;use(a.slug)})();"),
        ("(() => { const text = 'text'; })();", "(()=>{let a='text'})();"),
        ("(() => { const one = async (two) => two; })();", "(()=>{let e=async a=>a})();"),
        ("(() => { const one = (two, three = false) => two; })();", "(()=>{let e=(a,n=!1)=>a})();"),
    ],
)
def test_only_names_of_the_file_become_short(source: str, small: str) -> None:
    assert minify.script(source) == small


def test_a_pattern_and_a_text_stay_as_they_are() -> None:
    source = "(() => { const name = 1; use(/name+\\/[/]name/.test('name'), `name`, name); })();"
    assert minify.script(source) == "(()=>{let a=1;use(/name+\\/[/]name/.test('name'),`name`,a)})();"


def test_a_style_sheet_loses_blanks_and_comments_only() -> None:
    assert (
        minify.style("a > b { color: red; /* no */ }\n.x :hover { margin: 0 1px; }")
        == "a > b{color:red}.x :hover{margin:0 1px}"
    )


def test_the_script_stays_in_its_budget() -> None:
    content = script().content
    assert len(content) <= 32_000
    assert len(gzip.compress(content, 9)) <= 9_850


def test_the_script_has_no_placeholder_left() -> None:
    assert not re.search(rb"__[A-Z]+__", script().content + other("frame") + other("recorder"))


def test_the_bytes_of_a_version_never_change() -> None:
    """Whoever changes the script makes a new VERSION: hosts pin the bytes of the old one."""
    assert script().integrity == RELEASED
