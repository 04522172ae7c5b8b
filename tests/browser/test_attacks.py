"""Nothing that somebody wrote runs: not in an aid, not in a search, not in a question.

The content policy is switched off in this browser, so that only the sanitising holds.
"""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, Watch, serving, sign_in, sqlite_settings, watched

# Each would set window.pwned, or open a dialog, if it ran.
LINES = (
    "<script>pwned=1</script>",
    "<SCRIPT>pwned=1</SCRIPT>",
    "<scr<script>ipt>pwned=1</scr</script>ipt>",
    "<script src=data:text/javascript,pwned=1></script>",
    "</title><script>pwned=1</script>",
    "</textarea><script>pwned=1</script>",
    "</template><script>pwned=1</script>",
    "</p></div></main><script>pwned=1</script>",
    '"><script>pwned=1</script>',
    "'><script>pwned=1</script>",
    "--><script>pwned=1</script><!--",
    "<!--><img src=x onerror=pwned=1>-->",
    "<img src=x onerror=pwned=1>",
    "<img src=x onerror=pwned=1//",
    "<img/src='x'/onerror='pwned=1'>",
    '<img src="x" onerror="pwned=1" alt="a">',
    "<IMG SRC=x OnErRoR=pwned=1>",
    "<img srcset='x 1x' onerror=alert(1)>",
    '" onmouseover="pwned=1" autofocus onfocus="pwned=1',
    "' onfocus='pwned=1' autofocus '",
    "x onfocus=pwned=1 autofocus",
    '"><input autofocus onfocus=pwned=1>',
    "<svg onload=pwned=1>",
    "<svg/onload=pwned=1>",
    "<svg><script>pwned=1</script></svg>",
    "<svg><animate onbegin=pwned=1 attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:pwned=1'><text y=20>here</text></a></svg>",
    "<svg><style><img src=x onerror=pwned=1></style></svg>",
    "<svg><foreignObject><body onload=pwned=1></foreignObject></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=pwned=1>",
    "<math href='javascript:pwned=1'>here</math>",
    "<body onload=pwned=1>",
    "<body onpageshow=pwned=1>",
    "<iframe src='javascript:parent.pwned=1'></iframe>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<object data='javascript:pwned=1'></object>",
    "<embed src='javascript:pwned=1'>",
    "<video><source onerror=pwned=1></video>",
    "<video src=x onerror=pwned=1>",
    "<audio src=x onerror=pwned=1>",
    "<details open ontoggle=pwned=1>here</details>",
    "<marquee onstart=pwned=1>here</marquee>",
    "<style onload=pwned=1></style>",
    "<style>*{animation:x}</style><p onanimationstart=pwned=1>",
    "<link rel=stylesheet href=data:text/css, onload=pwned=1>",
    "<meta http-equiv=refresh content='0;url=javascript:pwned=1'>",
    "<base href='javascript:/a/'><a href=pwned=1>here</a>",
    "<form action='javascript:pwned=1'><button autofocus>here</button></form>",
    "<button formaction='javascript:pwned=1'>here</button>",
    "<isindex action='javascript:pwned=1'>",
    "<a href='javascript:pwned=1'>here</a>",
    "<a href='jav&#x09;ascript:pwned=1'>here</a>",
    "<a href='data:text/html,<script>opener.pwned=1</script>'>here</a>",
    "[here](javascript:pwned=1)",
    "[here](JaVaScRiPt:pwned=1)",
    "[here](javascript&colon;pwned=1)",
    "[here](java&#10;script:pwned=1)",
    "[here](vbscript:pwned=1)",
    "[here](data:text/html;base64,PHNjcmlwdD5wd25lZD0xPC9zY3JpcHQ+)",
    "[here](<javascript:pwned=1>)",
    "![here](javascript:pwned=1)",
    '![here](x"onerror="pwned=1)',
    '[here](x "title\\" onmouseover=\\"pwned=1")',
    "<javascript:pwned=1>",
    "`<img src=x onerror=pwned=1>`",
    "**<img src=x onerror=pwned=1>**",
    "&lt;script&gt;pwned=1&lt;/script&gt;",
    "&#60;img src=x onerror=pwned=1&#62;",
    "\\<script>pwned=1\\</script>",
    "{{constructor.constructor('pwned=1')()}}",
    "${pwned=1}",
    "{% raw %}<script>pwned=1</script>{% endraw %}",
    "{{ ''.__class__.__mro__ }}",
    "javascript:pwned=1",
    "';pwned=1;//",
    '\\";pwned=1;//',
    "<mark><img src=x onerror=pwned=1></mark>",
    "<noscript><p title='</noscript><img src=x onerror=pwned=1>'>",
    "<xmp><p title='</xmp><img src=x onerror=pwned=1>'>",
    "\u202e<img src=x onerror=pwned=1>",
)
BLOCKS = (
    "[here]: javascript:pwned=1\n\n[here]",
    "```html\n<script>pwned=1</script>\n```",
    '```"><script>pwned=1</script>\ntext\n```',
    "<div>\n\n<script>\npwned=1\n</script>\n\n</div>",
    "<div\nonmouseover\n=\npwned=1>\ntext\n</div>",
    "| a | b |\n|---|---|\n| <img src=x onerror=pwned=1> | [x](javascript:pwned=1) |",
    "Text[^1]\n\n[^1]: <img src=x onerror=pwned=1>",
    '!!! note "<img src=x onerror=pwned=1>"\n    <svg onload=pwned=1>',
    '## <img src=x onerror=pwned=1> {#x onclick="pwned=1"}\n\ntext',
    "Term <svg onload=pwned=1>\n: <script>pwned=1</script>",
    "- [ ] <img src=x onerror=pwned=1>\n- [x] [y](javascript:pwned=1)",
    "1. <img src=x onerror=pwned=1>\n2. <svg onload=pwned=1>\n3. [x](javascript:pwned=1)",
)
# What would run, or could: attributes that hold script, addresses that are script, elements that bring it.
RUNS = """
() => {
  const runs = ({ name, value }) => name.startsWith("on") || ["srcdoc", "style"].includes(name)
    || (/^(href|src|action|formaction|data|xlink:href)$/.test(name)
      && /^((java|vb)script|data):/i.test(value.replace(/[^!-~]/g, "")));
  const own = "script[type=module][src^='/static/']";
  const found = [...document.querySelectorAll("*")].flatMap((one) =>
    [...one.attributes].filter(runs).map(({ name, value }) => `${one.tagName} ${name}=${value}`));
  const bring = `script:not(${own}), iframe, object, embed, base, style, [http-equiv]`;
  const brought = [...document.querySelectorAll(bring)];
  return [window.pwned, ...found, ...brought.map((one) => one.outerHTML)].filter((one) => one !== undefined);
}
"""


def _aid(payload: str) -> str:
    words = json.dumps(payload)  # JSON is YAML
    front = f"title: {words}\nsummary: {words}\nkeywords: [{words}]\nowner: {words}\n"
    return f"---\n{front}---\n{payload}\n\n## Quick steps\n1. {payload}\n2. Step two.\n\n## Details\n{payload}\n"


def _kinds() -> dict[str, str]:
    """An aid of each kind whose every place holds an attack; in the cells of tables as far as they hold together."""
    rows = "".join(f"| {line} | few |\n" for line in LINES if "|" not in line)
    return {
        "decision": "".join(f"1. {line} Q{n}\n    - {line}: {line}\n    - Yes\n" for n, line in enumerate(LINES))
        + f"\n## Cases\n| Case | Who |\n|---|---|\n{rows}",
        "troubleshooting": "".join(f"## {line}\n### {line}\n{line}\n" for line in LINES),
        "checklist": "".join(f"- [ ] {line}\n" for line in LINES),
        "reference": "".join(f"## {line}\n### {line}\n{line}\n" for line in LINES) + f"\n| a | b |\n|---|---|\n{rows}",
    }


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose every aid is an attack."""
    folder = tmp_path_factory.mktemp("attacks")
    for number, payload in enumerate(LINES):
        (folder / f"line-{number}.md").write_text(_aid(payload))
    for number, payload in enumerate(BLOCKS):
        (folder / f"block-{number}.md").write_text(f"---\ntitle: Block {number}\n---\n{payload}\n")
    for kind, text in _kinds().items():
        (folder / f"{kind}.md").write_text(f"---\nkind: {kind}\ntitle: {kind}\n---\n{text}")
    with serving(sqlite_settings(sqlite_template, tmp_path_factory.mktemp("data")), folder) as site:
        yield site


@pytest.fixture(scope="module")
def attacked(browser: Browser, site: Site) -> Iterator[tuple[Page, Watch]]:
    with watched(browser, base_url=site.url, bypass_csp=True) as (context, watch):
        yield context.new_page(), watch


@pytest.fixture
def page(attacked: tuple[Page, Watch]) -> Iterator[Page]:
    page, watch = attacked
    yield page
    faults = [fault for fault in watch.faults if fault.startswith(("dialog", "thrown", "asked"))]
    watch.faults.clear()
    assert faults == []


def plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("number", range(len(LINES)))
def test_an_aid_shows_it_as_text(page: Page, number: int):
    page.goto(f"/aids/line-{number}", wait_until="domcontentloaded")
    assert page.evaluate(RUNS) == []
    assert plain(page.locator("h1").text_content() or "") == plain(LINES[number])
    assert plain(page.locator(".lede").text_content() or "") == plain(LINES[number])


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_markdown_does_not_let_it_through(page: Page, number: int):
    page.goto(f"/aids/block-{number}", wait_until="domcontentloaded")
    assert page.evaluate(RUNS) == []


@pytest.mark.parametrize("number", range(len(LINES)))
def test_a_link_to_a_search_for_it_shows_it_as_text(page: Page, number: int):
    page.goto(f"/?q={quote(LINES[number])}", wait_until="domcontentloaded")
    assert page.input_value("#q") == plain(LINES[number])
    assert page.evaluate(RUNS) == []


def test_a_search_while_typing_shows_it_as_text(page: Page):
    page.goto("/")
    for query in map(plain, LINES[::3]):
        page.fill("#q", query)
        expect(page.locator("#results")).to_have_attribute("data-query", query)
        assert page.evaluate(RUNS) == []


def test_the_card_shows_it_as_text(page: Page):
    for number in range(0, len(LINES), 8):
        page.goto(f"/aids/line-{number}/card")
        assert page.evaluate(RUNS) == []


@pytest.mark.parametrize("kind", ["decision", "troubleshooting", "checklist", "reference"])
def test_no_kind_of_aid_lets_it_through(page: Page, kind: str):
    page.goto(f"/aids/{kind}")
    assert page.evaluate(RUNS) == []
    page.goto(f"/aids/{kind}/card")
    assert page.evaluate(RUNS) == []


def test_a_guide_shows_it_as_text(page: Page):
    page.goto("/aids/decision")
    for _ in LINES:
        page.locator(".choice").nth(1).click()
        assert page.evaluate(RUNS) == []
    assert page.locator(".given li").count() == len(LINES)


def test_words_found_on_a_page_are_text(page: Page):
    page.goto("/aids/reference")
    for line in LINES[::4]:
        page.get_by_label("Find on this page").fill(line)
        assert page.evaluate(RUNS) == []


def test_aids_used_before_are_shown_as_text(page: Page):
    page.goto("/")
    titles = [{"slug": "line-0", "title": payload} for payload in LINES]
    page.evaluate("titles => localStorage.setItem('jobaids.recent', JSON.stringify(titles))", titles)
    page.reload()
    assert page.locator("[data-recent] a").all_text_contents() == list(LINES)
    assert page.evaluate(RUNS) == []


def test_a_question_with_it_is_thanked_as_text(page: Page):
    page.goto("/?q=zzqxv")
    page.fill(".ask textarea", "</blockquote><img src=x onerror=pwned=1>")
    page.get_by_role("button", name="Ask", exact=True).click()
    assert page.locator(".said-by-you").text_content() == "</blockquote><img src=x onerror=pwned=1>"
    assert page.evaluate(RUNS) == []


def be_signed_in(page: Page, site: Site) -> None:
    """The administrator's link works once, and the tests share a browser."""
    page.goto("/")
    if page.get_by_role("link", name="Sign in").count():
        sign_in(page, site)


def test_the_dashboard_shows_it_as_text(page: Page, site: Site):
    be_signed_in(page, site)
    shown: set[str] = set()
    for start in range(0, len(LINES), 20):
        at = datetime.now(UTC).isoformat()
        portion = LINES[start : start + 20]
        events = [
            {"id": str(uuid.uuid4()), "type": "question", "at": at, "text": line, "query": line} for line in portion
        ]
        answer = page.request.post("/api/v1/events", data={"events": events}, headers={"Origin": site.url})
        assert answer.json()["accepted"] == len(portion)
        page.goto("/studio/delivery")
        assert page.evaluate(RUNS) == []
        shown |= set(page.locator(".asked-list blockquote").all_text_contents())
    assert shown >= set(LINES)


def test_the_editor_shows_it_as_text(page: Page, site: Site):
    be_signed_in(page, site)
    page.goto("/studio/aids/new?kind=procedure")
    for payload in (*LINES[::6], *BLOCKS[::3]):
        page.fill("#f_title", plain(payload))
        page.fill("#f_body", f"{payload}\n\n1. {plain(payload)}\n")
        expect(page.locator(".preview-title")).to_have_text(plain(payload))
        assert page.evaluate(RUNS) == []


def test_what_is_pasted_does_not_run(page: Page, site: Site):
    be_signed_in(page, site)
    page.goto("/studio/aids/new?kind=procedure")
    for payload in LINES[::6]:
        html = f"<p><b>Here</b> {payload}</p>"
        headers = {"Origin": site.url, "Content-Type": "text/plain"}
        answer = page.request.post("/studio/paste", data=html.encode(), headers=headers)
        page.fill("#f_title", str(len(payload)))
        page.fill("#f_body", answer.json()["markdown"])
        expect(page.locator(".preview")).to_contain_text("Here")
        assert page.evaluate(RUNS) == []
