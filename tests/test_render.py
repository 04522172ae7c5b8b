import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.aids.document import read
from app.aids.render import Rendered, images_in, link_target, render
from app.errors import Invalid

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](  jAvAsCrIpT:alert(1))",
    "![a](javascript:alert(1))",
    "[a](data:text/html,<script>alert(1)</script>)",
    "<svg/onload=alert(1)>",
    "<iframe src=//evil>",
    "[a](vbscript:x)",
    '[a](http://x "onmouseover=alert(1)")',
    "`<script>alert(1)</script>`",
    '!!! note "<script>alert(1)</script>"\n    text',
    "| a |\n|---|\n| <script>alert(1)</script> |",
    "<a href='javascript:alert(1)'>x</a>",
    "[^1]\n\n[^1]: <script>alert(1)</script>",
]


def shown(body: str, **images: str) -> Rendered:
    return render(read(body), "folder/aid.md", images)


def html(body: str) -> str:
    return "".join(section.html for section in shown(body).sections)


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_in_a_text_can_run(attack: str) -> None:
    made = html(attack)
    assert not re.search(
        r"<(script|svg|iframe|object|style)|<[^>]*\son\w+=|(href|src)=\"(javascript|vbscript|data):", made
    )


@given(st.text(max_size=300))
def test_any_text_renders_without_an_active_element(text: str) -> None:
    cleaned = text.replace("\0", "")
    assert "<script" not in html(f"# A\n\n{cleaned}")


def test_no_style_attribute_is_left() -> None:
    assert "style=" not in html("| a | b |\n|:-:|--:|\n| 1 | 2 |\n")


def test_a_column_keeps_its_alignment_as_a_class() -> None:
    assert 'class="align-right"' in html("| a |\n|--:|\n| 1 |\n")


def test_steps_are_the_items_of_the_first_ordered_list() -> None:
    made = shown("- no step\n\n1. First\n2. Second\n\n## More\n\n1. Other\n")
    assert made.steps == ["First", "Second"]


def test_steps_are_the_items_of_the_first_task_list() -> None:
    made = shown("- [ ] First\n- [x] Second\n")
    assert made.steps == ["First", "Second"]
    assert made.sections[0].html.count("<input") == 2


def test_a_step_has_a_number_to_link_to_and_a_box_with_its_words_as_name() -> None:
    made = html("1. First\n2. Second\n")
    assert '<li id="step-2" class="step">' in made
    assert 'aria-labelledby="step-2-text"' in made


def test_a_step_keeps_what_belongs_to_it() -> None:
    made = shown("1. First\n\n   - detail\n2. Second\n")
    assert made.steps == ["First detail", "Second"]
    assert made.sections[0].html.count('class="step"') == 2


def test_sections_unfold_as_a_pyramid() -> None:
    made = shown("## People\nAna\n## If it goes wrong\nx\n## Quick steps\n1. a\n## See also\ny\n## Details\nz\n")
    assert [section.role for section in made.sections] == ["steps", "detail", "trouble", "references", "people"]
    assert [section.open for section in made.sections] == [True, False, False, False, False]


def test_footnotes_are_a_part_of_their_own_at_the_end() -> None:
    made = shown("## People\nAna\n## Details\na[^1]\n\n[^1]: note\n")
    assert [(section.title, "footnotes" in section.html) for section in made.sections] == [
        ("Details", False),
        ("People", False),
        ("Notes", True),
    ]


def test_a_code_of_one_word_is_not_broken() -> None:
    assert '<code class="word">E-1003</code>' in html("See `E-1003`.")
    assert "<code>a b</code>" in html("See `a b`.")


def test_without_front_matter_the_heading_and_the_first_paragraph_speak() -> None:
    made = shown("# Reset a password\n\nFor people who\nare locked out.\n\nMore.\n")
    assert (made.title, made.summary) == ("Reset a password", "For people who are locked out.")
    assert "<h1" not in made.sections[0].html


def test_a_file_without_heading_is_named_by_its_path() -> None:
    assert render(read("text"), "it/reset-password.md", {}).title == "Reset password"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("a[^1]\n\n[^1]: note", "footnote"),
        ("!!! warning\n    Hot.", 'class="admonition warning"'),
        ("Term\n: text", "<dl>"),
        ("~~old~~", "<s>"),
        ("```\ncode\n```", "<pre>"),
        ("see https://example.org/x", 'href="https://example.org/x"'),
    ],
)
def test_markdown_of_manuals_is_understood(body: str, found: str) -> None:
    assert found in html(body)


def test_links_to_neighbours_become_addresses_and_others_stay() -> None:
    assert link_target("../it/vpn.md#step-2", "billing/refund.md") == "/aids/it/vpn#step-2"
    assert link_target("https://example.org/a.md", "a.md") == "https://example.org/a.md"
    assert link_target("../../etc/x.md", "a/b.md") == "../../etc/x.md"


def test_images_are_served_from_here_and_others_show_their_words() -> None:
    made = render(read("![Screen](a.png) ![Other](b.png)"), "x.md", {"a.png": "/files/abc"})
    assert 'src="/files/abc"' in made.sections[0].html
    assert "[Other]" in made.sections[0].html
    assert made.missing == ["b.png"]


def test_only_images_of_the_library_are_asked_for() -> None:
    assert images_in(read("![a](x/y.png) ![b](https://e.org/z.png) ![c](/abs.png)")) == ["x/y.png"]


def test_a_huge_table_is_refused_with_its_line() -> None:
    with pytest.raises(Invalid, match="line 3"):
        shown("text\n\n| a |\n|---|\n" + "| 1 |\n" * 2_002)
