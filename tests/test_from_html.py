import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.aids import document, render
from app.aids.blocks import plain
from app.aids.from_html import Converted, to_markdown
from app.aids.sections import Section
from app.errors import Invalid

PNG = b"\x89PNG\r\n\x1a\n"
DATA = "data:image/png;base64," + base64.b64encode(PNG).decode()
WORD = """
<p class=MsoTitle>Close the till<o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-.25in;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='mso-fareast-font-family:Calibri'><span style='mso-list:Ignore'>1.<span style='font:7.0pt "Arial"'>&nbsp;
</span></span></span><![endif]>Count the <b>notes</b><o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o</span>In fives</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>2.</span>Lock it in
<st1:place w:st="on">London</st1:place></p>
<p class=MsoNormal><span lang=EN-GB><o:p>&nbsp;</o:p></span></p>
<p class=MsoNormal style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>·</span>Keys</p>
"""


def markdown(html: str) -> str:
    return to_markdown(html).markdown


def shown(converted: Converted) -> str:
    return plain(render.parsed(document.read(converted.markdown)))


def test_headings_steps_tables_and_links_stay() -> None:
    html = (
        "<h1>Refund</h1><p>See <a href='https://x.example/a_b'>the <b>rules</b></a>.</p><h2>Steps</h2>"
        "<ol><li>Open<ul><li>the order</li></ul></li><li>Pay</li></ol>"
        "<table><tr><th>Code</th><th>Means</th></tr><tr><td>E1</td><td>a | b</td></tr></table>"
    )
    assert markdown(html) == (
        "# Refund\n\nSee [the **rules**](https://x.example/a_b).\n\n## Steps\n\n1. Open\n    * the order\n2. Pay\n\n"
        "| Code | Means |\n| --- | --- |\n| E1 | a \\| b |\n"
    )


def test_word_its_own_html_becomes_real_lists_without_noise() -> None:
    assert markdown(WORD) == (
        "# Close the till\n\n1. Count the **notes**\n    * In fives\n2. Lock it in London\n\n* Keys\n"
    )


def test_numbers_and_bullets_that_were_typed_become_lists() -> None:
    assert markdown("<p>1. Open</p><p>2.&nbsp;Close</p><p>• a</p><p>• b</p>") == "1. Open\n2. Close\n\n* a\n* b\n"


def test_a_typed_box_can_be_ticked() -> None:
    assert markdown("<p>☐ Gloves</p><p>☐ Boots</p>") == "* [ ] Gloves\n* [ ] Boots\n"


@pytest.mark.parametrize("html", ["<p>1. May</p>", "<p>3. Open</p><p>7. Close</p>"])
def test_numbers_that_do_not_count_on_stay_numbers(html: str) -> None:
    assert "<ol" not in "".join(section.html for section in _rendered(html))


def test_a_picture_between_two_steps_belongs_to_the_first_and_the_steps_count_on() -> None:
    html = f"<ol><li>a</li></ol><p><img src='{DATA}' alt='Till'></p><ol start=2><li>b</li></ol>"
    assert markdown(html) == "1. a\n\n    ![Till](image-1.png)\n\n2. b\n"


def test_steps_below_another_heading_do_not_join_those_above() -> None:
    assert markdown("<ol><li>a</li></ol><h2>B</h2><ol start=2><li>b</li></ol>") == "1. a\n\n## B\n\n2. b\n"


def test_embedded_images_come_out_with_an_address() -> None:
    converted = to_markdown(f"<p><img src='{DATA}' alt='A'><img src='{DATA}'></p>", folder="till/")
    assert [(image.source, image.raw) for image in converted.images] == [
        ("till/image-1.png", PNG),
        ("till/image-2.png", PNG),
    ]
    assert "![A](till/image-1.png)" in converted.markdown


def test_only_the_first_heading_is_the_title() -> None:
    assert markdown("<h1>A</h1><h1>B</h1><h2><b>C</b></h2>") == "# A\n\n## B\n\n### C\n"


def test_bold_and_slanted_by_style_stay_and_a_bold_that_is_none_goes() -> None:
    bold, slanted = "<span style='font-weight:700'>Stop</span>", "<span style='font-style:italic'>now</span>"
    html = f"<b style='font-weight:normal'><p>{bold} {slanted}</p></b>"
    assert markdown(html) == "**Stop** *now*\n"


def test_what_two_breaks_part_are_two_paragraphs() -> None:
    assert markdown("<p>one<br><br>two<br>three</p>") == "one\n\ntwo\\\nthree\n"


def test_digits_above_and_below_the_line_stay() -> None:
    assert markdown("<p>H<sub>2</sub>O, 5 m<sup>2</sup>, 1<sup>st</sup></p>") == "H₂O, 5 m², 1st\n"


def test_merged_cells_leave_every_row_as_long_as_the_others() -> None:
    html = "<table><tr><td colspan=2>wide</td></tr><tr><td rowspan=2>a</td><td>b</td></tr><tr><td>c</td></tr></table>"
    assert markdown(html) == "| wide |  |\n| --- | --- |\n| a | b |\n|  | c |\n"


def test_a_table_of_one_cell_is_a_box() -> None:
    assert markdown("<table><tr><td><p>Wear gloves.</p></td></tr></table>") == "> Wear gloves.\n"


def test_links_are_given_their_new_address() -> None:
    link = {"vpn.html": "vpn.md", "gone.html": ""}.get
    html = "<p><a href='vpn.html'>VPN</a> <a href='gone.html'>Gone</a></p>"
    assert to_markdown(html, link=lambda href: link(href, href)).markdown == "[VPN](vpn.md) Gone\n"


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<table><tr><td colspan=2>a</td></tr><tr><td>b</td><td>c</td></tr></table>", "merged cells"),
        ("<table><tr><td><p>a</p><p>b</p></td><td>c</td></tr></table>", "several paragraphs or a list"),
        (
            "<table><tr><td>a<table><tr><td>b</td></tr></table></td><td>c</td></tr></table>",
            "A table stood inside a table",
        ),
        ("<img src='https://x.example/a.png' alt='A'>", "not fetched; there is a link to it: https://x.example/a.png"),
        ("<img src='file:///c:/a.png'>", "An image was not in the document"),
        ("<img src='data:image/png;base64,*'>", "could not be read"),
        ("<a href='#x'>there</a>", "inside the document"),
        ("<p>x<sup>abc</sup></p>", "Raised or lowered characters"),
        ("<nav>Home</nav><p>x</p>", "navigation"),
        ("<p class=MsoToc1>Contents 3</p><p>x</p>", "table of contents"),
        ("<p>x</p><script>alert(1)</script>", "A script"),
        ("<p>x</p><svg onload='alert(1)'><path/></svg>", "drawing"),
        ("<video src='a.mp4'></video><p>x</p>", "video"),
        ("<iframe src='https://x.example'></iframe><p>x</p>", "Embedded content"),
    ],
)
def test_what_could_not_be_kept_is_said(html: str, said: str) -> None:
    lost = " ".join(to_markdown(html).lost)
    assert said in lost


def test_what_can_be_kept_is_not_said() -> None:
    assert to_markdown(WORD).lost == []


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "<svg><script>alert(1)</script></svg>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<p onclick=alert(1) style='background:url(javascript:alert(1))'>x</p>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    ],
)
def test_nothing_that_runs_comes_through(html: str) -> None:
    rendered = "".join(section.html for section in _rendered(f"<p>x</p>{html}"))
    assert not any(
        word in rendered.replace("&lt;script", "") for word in ("<script", "onerror", "javascript:", "onclick")
    )


def test_html_that_nobody_wrote_is_refused_at_once() -> None:
    with pytest.raises(Invalid, match="deep"):
        to_markdown("<div>" * 100_000)


def test_html_that_lies_deep_loses_no_word() -> None:
    assert markdown("<div>" * 500 + "word" + "</div>" * 500 + "<p>after</p>") == "word\n\nafter\n"


AWKWARD = st.text(st.sampled_from("ab1. )(#*_-+>`[]!|\\&;:~^<=/\"'x\t\n"), max_size=25)


@settings(max_examples=200, deadline=None)
@given(st.lists(AWKWARD, min_size=1, max_size=3))
def test_words_that_look_like_markdown_stay_words(texts: list[str]) -> None:
    escaped = [text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for text in texts]
    converted = to_markdown("".join(f"<p>x{text}</p><p>{text}</p>" for text in escaped))
    wanted = [" ".join(part.split()) for text in texts for part in (f"x{text}", text)]
    found = [" ".join(line.split()) for line in shown(converted).splitlines()]
    assert [line for line in found if line] == [line for line in wanted if line] or _has_list(texts)


def _has_list(texts: list[str]) -> bool:
    """Numbers that count on are a list, and are meant to be."""
    return any("1. " in text or "1) " in text or "1.\t" in text or "1)\t" in text for text in texts)


def _rendered(html: str) -> list[Section]:
    return render.render(document.read(markdown(html)), "a.md", {}).sections
