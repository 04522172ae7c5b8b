"""The help widget inside pages of another origin: what a reader gets, and what a host must bear."""

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from joserfc import jwt
from joserfc.jwk import OctKey
from playwright.sync_api import Page, expect

from app import clock, db
from app.viewer import SYSTEM
from app.widget import applications
from app.work import rules
from app.work.schemas import RuleIn
from tests.browser.conftest import Site, watched
from tests.support import hosts

SLUG = "customer-care/refund-card-order"
TITLE = "Refund an order paid by card"
API = "**/api/v1/widget/**"
Shown = Callable[..., Page]


@pytest.fixture(scope="module")
def host(site: Site) -> Iterator[hosts.Host]:
    """A server of host pages that is named as the origin of an application."""
    with hosts.serving() as host:
        with db.writing(site.app.state.engine) as session:
            applications.add(session, clock.now(), SYSTEM, "crm", "CRM", host.url)
            rules.keep(session, clock.now(), RuleIn(app="crm", pattern="/orders/:id/refund", task="issue-refund"))
            rules.keep(session, clock.now(), RuleIn(app="crm", pattern="/orders", task="take-order"))
        yield host


@pytest.fixture
def shown(site: Site, host: hosts.Host, new_page: Callable[..., Page]) -> Shown:
    """Opens a page of the host with the widget in it, under the policy that the manual gives."""

    def show(
        attributes: str = "", head: str = "", body: str = "", policy: str = "", path: str = "/page", **options: Any
    ) -> Page:
        tag = f'<script async src="{site.url}/widget/v1/widget.js" data-app="crm" {attributes}></script>'
        url = site.url
        usual = f"default-src 'none'; script-src {url} 'unsafe-inline'; connect-src {url} 'self'; img-src {url}; "
        address = host.page(path, head + tag, body, usual + policy)
        page = new_page(**options)
        page.goto(address)
        page.wait_for_function("window.JobAid && window.JobAid.version")
        return page

    return show


def launcher(page: Page) -> Any:
    return page.get_by_role("button", name="Help", exact=True)


def panel(page: Page) -> Any:
    return page.get_by_role("dialog", name="Help")


def field(page: Page) -> Any:
    return panel(page).get_by_role("combobox")


def opened(page: Page) -> Any:
    """The panel, opened by its button."""
    launcher(page).click()
    expect(field(page)).to_be_visible()
    return panel(page)


def said(page: Page) -> list[str]:
    """Collects the warnings of the page."""
    warnings: list[str] = []
    page.on("console", lambda message: warnings.append(message.text) if message.type == "warning" else None)
    return warnings


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['target']}" for one in found for node in one["nodes"] if "job-aid" in str(node["target"])
    ]


# What a reader gets


def test_one_tag_leads_to_the_steps_and_the_use_is_recorded_as_the_widgets(site: Site, shown: Shown) -> None:
    page = shown(path="/work/77")
    opened(page)
    field(page).fill("refund card")
    panel(page).get_by_role("option", name=TITLE).first.click()
    expect(panel(page).get_by_role("heading", name=TITLE)).to_be_focused()
    panel(page).get_by_role("checkbox").first.check()
    panel(page).get_by_role("button", name="This worked").click()
    expect(panel(page).get_by_text("Good. Thank you")).to_be_focused()
    [used] = site.wait_for("open", app="crm", path="/work/:id")
    assert (used.source, used.slug, used.rank) == ("widget", SLUG, used.rank)
    [searched] = site.wait_for("search", app="crm", path="/work/:id")
    assert used.search_id == searched.id
    assert site.wait_for("outcome", app="crm", path="/work/:id")[0].outcome == "worked"


def test_the_screen_has_its_suggestions_before_anything_is_typed(shown: Shown) -> None:
    page = shown(path="/orders/1042/refund")
    expect(opened(page).get_by_role("group", name="For “Give a customer their money back”")).to_contain_text(TITLE)


def test_suggestions_follow_the_router_of_the_application_which_is_left_alone(shown: Shown) -> None:
    page = shown(path="/orders", head="<script>window.was = history.pushState</script>")
    expect(opened(page).get_by_role("option").first).to_be_visible()
    page.evaluate("history.pushState(null, '', '/orders/7/refund')")
    expect(panel(page).get_by_role("group", name="For “Give a customer their money back”")).to_be_visible()
    assert page.evaluate("history.pushState === window.was")


def test_it_remembers_its_place_and_ticks_when_closed_and_when_the_page_is_loaded_anew(shown: Shown) -> None:
    page = shown(attributes='data-task="issue-refund"')
    opened(page).get_by_role("option", name=TITLE).click()
    panel(page).get_by_role("checkbox").nth(1).check()
    panel(page).get_by_role("button", name="Close").click()
    page.reload()
    launcher(page).click()
    expect(panel(page).get_by_role("checkbox").nth(1)).to_be_checked()
    expect(panel(page).get_by_text("1 of")).to_be_visible()


def test_nothing_found_leads_to_a_person(site: Site, shown: Shown) -> None:
    page = shown(path="/orders/3/refund")
    opened(page)
    field(page).fill("xylophonqq zzgrmpf")
    panel(page).get_by_label("Ask a person").fill("Where is the xylophone?")
    panel(page).get_by_role("button", name="Ask").click()
    expect(panel(page).get_by_text("Your question is on the list.")).to_be_visible()
    [asked] = site.wait_for("question", app="crm", text="Where is the xylophone?")
    assert (asked.source, asked.task, asked.query) == ("widget", "issue-refund", "xylophonqq zzgrmpf")


def test_any_element_of_the_host_opens_an_aid_at_a_step_and_gets_the_focus_back(shown: Shown) -> None:
    page = shown(body=f'<button id="how" data-job-aid="{SLUG}#step-3">How?</button>')
    page.click("#how")
    expect(panel(page).locator("#step-3")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#how")).to_be_focused()


def test_an_element_may_name_a_task(shown: Shown) -> None:
    page = shown(body='<a href="#" data-job-task="issue-refund">Refunds</a>')
    page.click("text=Refunds")
    expect(panel(page).get_by_role("option", name=TITLE)).to_be_visible()


def test_a_hash_in_the_address_opens_an_aid_at_a_step(shown: Shown) -> None:
    page = shown()
    page.goto(page.url + f"#jobaid={SLUG}%23step-2")
    expect(panel(page).locator("#step-2")).to_be_focused()


def test_an_aid_inside_the_page_shows_its_steps(site: Site, shown: Shown) -> None:
    page = shown(body=f'<job-aid slug="{SLUG}" step="2"></job-aid>', path="/inline")
    expect(page.locator("job-aid").get_by_role("checkbox").first).to_be_visible()
    expect(page.locator("job-aid .here")).to_have_attribute("id", "step-2")
    assert site.wait_for("open", path="/inline")


def test_the_panel_is_made_wider_with_keys_and_docked_on_the_other_side(shown: Shown) -> None:
    page = shown()
    opened(page)
    panel(page).get_by_role("separator").focus()
    page.keyboard.press("ArrowLeft")
    assert panel(page).bounding_box()["width"] == 384
    panel(page).get_by_role("button", name="Move to the other side").click()
    assert panel(page).bounding_box()["x"] == 0


def test_the_panel_is_dragged_wider(shown: Shown) -> None:
    page = shown()
    box = opened(page).bounding_box()
    page.mouse.move(box["x"] + 3, 300)
    page.mouse.down()
    page.mouse.move(box["x"] - 97, 300)
    page.mouse.up()
    assert 440 < panel(page).bounding_box()["width"] < 480


def test_a_link_to_another_aid_stays_in_the_panel(shown: Shown) -> None:
    page = shown(body=f'<button id="how" data-job-aid="{SLUG}">How?</button>')
    page.click("#how")
    link = panel(page).locator(".prose a[href*='/aids/']").first
    link.evaluate("node => { const fold = node.closest('details'); if (fold) fold.open = true }")
    link.click()
    expect(panel(page).get_by_role("heading", name=TITLE)).to_have_count(0)
    expect(panel(page).get_by_role("heading", level=2)).to_be_focused()


def test_german_is_spoken_where_the_page_is_german(shown: Shown) -> None:
    page = shown(attributes='data-lang="de-AT"')
    page.get_by_role("button", name="Hilfe", exact=True).click()
    expect(page.get_by_role("dialog", name="Hilfe").get_by_role("combobox", name="Wobei")).to_be_visible()


# A decision


BOX = "warehouse/which-box"


def test_a_decision_is_asked_one_question_at_a_time_by_keyboard_alone(site: Site, shown: Shown) -> None:
    page = shown(path="/deciding")
    page.evaluate(f"JobAid('show', '{BOX}')")
    expect(panel(page).get_by_role("status").filter(has_text="Question 1")).to_be_visible()
    expect(panel(page).get_by_role("button", name="Back one question")).to_have_count(0)
    panel(page).get_by_role("button", name="No", exact=True).focus()
    page.keyboard.press("Enter")
    asked = panel(page).locator("#q-2")
    expect(asked).to_be_focused()
    expect(panel(page).get_by_role("status").filter(has_text="Question 2")).to_be_visible()
    expect(panel(page).get_by_role("list", name="Your answers").get_by_role("listitem")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    said = panel(page).locator(".screen:visible")
    expect(said).to_have_text(re.compile("Box B3 or B4"))
    expect(said).to_be_focused()
    expect(panel(page).get_by_role("status").filter(has_text="What to do")).to_be_visible()
    assert violations(page) == []
    panel(page).get_by_role("button", name="Back one question").press("Enter")
    expect(asked).to_be_focused()
    panel(page).get_by_role("button", name="Start again").press("Enter")
    expect(panel(page).locator("#q-1")).to_be_focused()
    page.keyboard.press("Escape")
    assert [one.step for one in site.wait_for("step", 2, path="/deciding")] == [1, 2]


def test_a_decision_stays_where_it_was_and_each_branch_has_an_address(shown: Shown) -> None:
    page = shown(body=f'<button id="how" data-job-aid="{BOX}#q-3">How?</button>', path="/branch")
    page.click("#how")
    expect(panel(page).locator("#q-3")).to_be_focused()
    panel(page).get_by_role("button", name="Yes").click()
    panel(page).get_by_role("button", name="Close").click()
    page.reload()
    launcher(page).click()
    said = panel(page).locator(".screen:visible")
    expect(said).to_have_text(re.compile("One box size larger"))
    expect(panel(page).get_by_role("link", name="Open in full")).to_have_attribute("href", re.compile("#q-3-1$"))
    page.evaluate(f"JobAid('show', '{BOX}#q-2-1')")
    expect(said).to_have_text(re.compile("Box B3 or B4"))
    expect(said).to_be_focused()
    panel(page).get_by_text("All questions at once").click()
    expect(panel(page).get_by_text("Yes: tube T1.")).to_be_visible()
    expect(panel(page).get_by_role("link", name="Card to print")).to_be_visible()


# The calls of the host


def test_calls_before_the_script_is_there_are_made_up_for(shown: Shown) -> None:
    stub = "window.JobAid=window.JobAid||function(){(JobAid.q=JobAid.q||[]).push(arguments)};"
    page = shown(head=f"<script>{stub} JobAid('show', '{SLUG}', {{step: 2}})</script>")
    expect(panel(page).locator("#step-2")).to_be_focused()


def test_events_reach_the_host_without_anything_about_the_reader(shown: Shown) -> None:
    page = shown()
    page.evaluate(
        """() => { window.heard = []; JobAid('on', 'view', (detail) => heard.push(['on', detail]));
        document.addEventListener('jobaid:view', (event) => heard.push(['event', event.detail])) }"""
    )
    page.evaluate(f"JobAid('show', '{SLUG}')")
    page.wait_for_function("heard.length === 2")
    assert page.evaluate("Object.keys(heard[0][1]).sort()") == ["slug", "source", "version"]


def test_pinned_aids_come_first_and_go_again(shown: Shown) -> None:
    page = shown(path="/orders/1/refund")
    page.evaluate("JobAid('suggest', ['service-desk/reset-password'])")
    expect(opened(page).get_by_role("option").first).to_contain_text("password", ignore_case=True)
    page.evaluate("JobAid('suggest')")
    expect(panel(page).get_by_role("option").first).to_contain_text(TITLE)


def test_rubbish_gets_one_warning_and_no_exception(shown: Shown) -> None:
    page = shown(attributes='data-theme="pink" data-shortcut="k" data-launcher="]["', path="/rubbish")
    warnings = said(page)
    page.evaluate(
        """async () => { for (const args of [['fly'], ['fly'], [], [{}], ['context'], ['context', 5], ['show'],
        ['show', {}], ['suggest', 7], ['identify', 3], ['set'], ['on', 'view'], ['off'], ['search', Symbol()],
        ['toString']]) await JobAid(...args) }"""
    )
    assert sum("fly" in one for one in warnings) == 1
    assert all(one.startswith("Job aid: ") for one in warnings)


def test_colours_and_position_change_live(shown: Shown) -> None:
    page = shown()
    page.evaluate("JobAid('set', {theme: 'dark', position: 'start'})")
    box = opened(page).bounding_box()
    assert box["x"] == 0
    assert panel(page).evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(23, 27, 33)"


@pytest.mark.parametrize("accent", ["#ffe100", "#111", "rebeccapurple", "#888"])
def test_text_on_the_hosts_accent_can_be_read(shown: Shown, accent: str) -> None:
    style = f"<style>job-aid-panel{{--jobaid-accent:{accent}}}</style>"
    page = shown(head=style, policy="style-src 'unsafe-inline'")
    opened(page)
    field(page).fill("zzxqj")
    expect(panel(page).get_by_role("button", name="Ask")).to_be_visible()
    assert [one for one in violations(page) if "contrast" in one] == []


# What a host may be


def test_trusted_types_may_be_forbidden_altogether(shown: Shown) -> None:
    page = shown(policy="require-trusted-types-for 'script'; trusted-types 'none'")
    opened(page)
    page.evaluate(f"JobAid('show', '{SLUG}')")
    expect(panel(page).get_by_role("checkbox").first).to_be_visible()


UGLY = """<style>* {all: unset !important} button {display: none !important}
dialog, div {visibility: hidden !important}</style>"""


def test_the_style_of_the_host_stays_outside(shown: Shown) -> None:
    page = shown(head=UGLY, policy="style-src 'unsafe-inline'")
    expect(opened(page).get_by_role("button", name="Close")).to_be_visible()
    assert panel(page).bounding_box()["width"] == 360


# Playwright needs arrays too, so the page does by itself what a reader would.
SABOTAGE = """<script>
document.addEventListener("jobaid:ready", () => {
  const root = document.querySelector("job-aid-panel").shadowRoot;
  const input = () => root.querySelector("input");
  root.querySelector("button").click();
  setTimeout(() => { input().value = "refund card"; input().dispatchEvent(new Event("input")) }, 500);
  const wait = setInterval(() => {
    const found = root.querySelector("[data-rank]");
    if (found) clearInterval(wait), found.click();
  }, 50);
});
window.fetch = () => { throw new Error("mine") };
JSON.stringify = () => "rubbish";
const NAMES = "map filter forEach push concat indexOf includes join slice find some splice every keys".split(" ");
for (const name of NAMES)
  Array.prototype[name] = () => { throw new Error("mine: " + name) };
Array.prototype.toJSON = () => "mine";
Array.prototype[Symbol.iterator] = () => { throw new Error("mine: iterator") };
</script>"""


def test_what_the_host_replaced_is_not_used(site: Site, host: hosts.Host, new_page: Callable[..., Page]) -> None:
    tag = f'<script async src="{site.url}/widget/v1/widget.js" data-app="crm"></script>'
    new_page().goto(host.page("/sabotage", SABOTAGE + tag))
    [used] = site.wait_for("open", path="/sabotage")
    assert used.rank == 1


def test_two_tags_are_one_widget(site: Site, shown: Shown) -> None:
    second = f'<script async src="{site.url}/widget/v1/widget.js" data-app="crm"></script>'
    page = shown(body=second)
    page.wait_for_load_state("networkidle")
    expect(page.locator("job-aid-panel")).to_have_count(1)


def test_destroy_leaves_no_node_no_global_and_no_listener(shown: Shown) -> None:
    counting = """<script>window.left = 0; const add = EventTarget.prototype.addEventListener;
    EventTarget.prototype.addEventListener = function (name, fn, how) {
      if (new Error().stack.includes('widget.js') && !(this instanceof AbortSignal)) {
        left++;
        how.signal.addEventListener('abort', () => left--);
      }
      return add.call(this, name, fn, how);
    }</script>"""
    page = shown(head=counting, body=f'<job-aid slug="{SLUG}"></job-aid>')
    opened(page)
    before = page.evaluate("left")
    page.evaluate("JobAid('destroy')")
    assert before > 5
    assert page.evaluate("[left, typeof JobAid, document.querySelectorAll('job-aid-panel').length]") == [
        0,
        "undefined",
        0,
    ]
    assert page.evaluate("document.querySelector('job-aid').shadowRoot.childElementCount") == 0


def test_one_request_before_the_first_opening_and_no_layout_shift(shown: Shown) -> None:
    watching = """<script>window.shift = 0;
    const add = (list) => list.getEntries().forEach((one) => (shift += one.value));
    new PerformanceObserver(add).observe({type: 'layout-shift', buffered: true})</script>"""
    page = shown(head=watching)
    page.wait_for_load_state("networkidle")
    assert (
        page.evaluate("performance.getEntriesByType('resource').filter((one) => one.name.includes('/widget/')).length")
        == 1
    )
    opened(page)
    page.wait_for_timeout(200)
    assert page.evaluate("shift") == 0


def test_nothing_but_the_path_leaves_the_page_and_ids_are_put_out(shown: Shown) -> None:
    page = shown(path="/orders/4711/refund")
    page.evaluate("history.replaceState(null, '', '/orders/4711/refund?customer=Okafor#secret')")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url + str(request.headers) + (request.post_data or "")))
    opened(page)
    page.evaluate(f"JobAid('show', '{SLUG}')")
    expect(panel(page).get_by_role("checkbox").first).to_be_visible()
    page.wait_for_timeout(300)
    assert asked
    assert not re.search("4711|Okafor|secret", " ".join(one for one in asked if "/api/" in one))


# Keys, names, sizes


def test_everything_works_by_keyboard_and_the_host_goes_on_working(shown: Shown) -> None:
    page = shown(attributes='data-task="issue-refund"')
    page.focus("#own")
    page.keyboard.press("Alt+h")
    expect(field(page)).to_be_focused()
    expect(panel(page).get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert field(page).get_attribute("aria-activedescendant") == "o0"
    page.keyboard.press("Enter")
    expect(panel(page).get_by_role("heading", level=2)).to_be_focused()
    page.keyboard.press("F6")
    expect(page.locator("#own")).to_be_focused()
    page.keyboard.press("F6")
    expect(panel(page).get_by_role("button", name="Back")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel(page)).to_have_count(0)
    expect(page.locator("#own")).to_be_focused()


def test_a_key_that_the_host_took_is_the_hosts(shown: Shown) -> None:
    page = shown(head="<script>addEventListener('keydown', (event) => event.preventDefault(), true)</script>")
    page.keyboard.press("Alt+h")
    expect(panel(page)).to_have_count(0)


def test_the_launcher_does_not_cover_what_has_the_focus(shown: Shown) -> None:
    page = shown(body='<input id="low" aria-label="low">')
    page.evaluate(
        """Object.assign(document.getElementById('low').style,
        {position: 'fixed', bottom: '10px', right: '10px', width: '300px'})"""
    )
    page.focus("#low")
    low, own = page.locator("#low").bounding_box(), launcher(page).bounding_box()
    assert low is not None
    assert own["y"] + own["height"] <= low["y"]


def test_what_a_screen_reader_says(shown: Shown) -> None:
    page = shown(attributes='data-task="issue-refund"')
    expect(opened(page).get_by_role("option").first).to_be_visible()
    expect(panel(page)).to_match_aria_snapshot(
        """
        - dialog "Help":
          - separator "Width of the panel"
          - banner:
            - heading "Help" [level=1]
            - button "Move to the other side"
            - button "Close"
          - combobox "What are you stuck on?" [expanded]
          - status
          - listbox "What are you stuck on?":
            - group "For “Give a customer their money back”":
              - option /Refund an order paid by card Send the money back to the card that paid.*/
        """
    )


def test_how_much_was_found_is_said_once_typing_rests(shown: Shown) -> None:
    page = shown()
    opened(page)
    field(page).fill("refund")
    expect(panel(page).get_by_role("status")).to_have_text(re.compile(r"^\d+ results$"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(shown: Shown, scheme: str) -> None:
    page = shown(attributes='data-task="issue-refund"', color_scheme=scheme)
    found = violations(page)
    expect(opened(page).get_by_role("option").first).to_be_visible()
    found += violations(page)
    field(page).fill("refund")
    expect(panel(page).get_by_role("group", name="Results")).to_be_visible()
    found += violations(page)
    panel(page).get_by_role("option").first.click()
    panel(page).get_by_role("button", name="still stuck").click()
    found += violations(page)
    assert found == []


@pytest.mark.parametrize(
    "options", [{"viewport": {"width": 320, "height": 640}}, {"viewport": {"width": 320, "height": 256}}]
)
def test_a_narrow_screen_and_400_percent_get_a_sheet_that_needs_no_scrolling_sideways(
    shown: Shown, options: Any
) -> None:
    page = shown(attributes='data-task="issue-refund"', **options)
    opened(page).get_by_role("option").first.click()
    expect(panel(page).get_by_role("checkbox").first).to_be_visible()
    assert panel(page).evaluate("node => node.matches(':modal') && node.querySelector('article').scrollWidth <= 320")
    page.keyboard.press("Escape")
    expect(panel(page)).to_have_count(0)


def test_in_a_page_from_right_to_left_the_panel_stands_on_the_left(shown: Shown) -> None:
    page = shown(head="<script>document.documentElement.dir = 'rtl'</script>")
    assert opened(page).bounding_box()["x"] == 0


def test_forced_colours_show_which_option_is_marked(shown: Shown) -> None:
    page = shown(attributes='data-task="issue-refund"', forced_colors="active")
    expect(opened(page).get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert panel(page).get_by_role("option").first.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"


def test_nothing_moves_where_less_motion_is_wanted(shown: Shown) -> None:
    page = shown(reduced_motion="reduce")
    opened(page)
    assert panel(page).evaluate("node => node.getAnimations({subtree: true}).length") == 0


# Who the reader is


@pytest.fixture(scope="module")
def key(site: Site, host: hosts.Host) -> Any:
    """A secret of the application."""
    with db.writing(site.app.state.engine) as session:
        made = applications.add_key(session, clock.now(), SYSTEM, site.app.state.safe, "crm", "HS256")
        kept = (made.kid, made.material)
    site.app.state.applications.forget()
    return kept


def signed(key: Any, lasts: float = 600, who: str = "ana", at: float = 0) -> str:
    now = time.time() + at
    claims = {"aud": "jobaid", "azp": "crm", "sub": who, "iat": int(now), "exp": int(now + lasts)}
    return jwt.encode({"alg": "HS256", "kid": key[0]}, claims, OctKey.import_key(key[1]))


def test_a_reader_with_a_token_is_one_and_the_same_person(site: Site, host: hosts.Host, shown: Shown, key: Any) -> None:
    host.answer("/jobaid-token", json.dumps({"token": signed(key)}))
    page = shown(attributes='data-token-url="/jobaid-token"', path="/known")
    opened(page)
    page.evaluate(f"JobAid('show', '{SLUG}')")
    [used] = site.wait_for("open", path="/known")
    assert used.person
    assert used.tab is None


def test_a_token_is_in_no_address_and_in_no_storage(host: hosts.Host, shown: Shown, key: Any) -> None:
    token = signed(key)
    host.answer("/jobaid-token", json.dumps({"token": token}))
    page = shown(attributes='data-token-url="/jobaid-token"')
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    opened(page)
    page.evaluate(f"JobAid('show', '{SLUG}')")
    expect(panel(page).get_by_role("checkbox").first).to_be_visible()
    kept = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])")
    assert urls
    assert token not in kept + " ".join(urls)


def test_an_expired_token_is_fetched_anew_once_and_then_given_up(
    site: Site, host: hosts.Host, browser: Any, key: Any
) -> None:
    # The browser itself writes each 401 to the console.
    with watched(browser) as (context, _):
        page = context.new_page()
        tag = f'<script async src="{site.url}/widget/v1/widget.js" data-app="crm"></script>'
        page.goto(host.page("/expired", tag))
        page.wait_for_function("window.JobAid && window.JobAid.version")
        page.evaluate(
            """(token) => { window.asked = 0; window.errors = [];
            document.addEventListener('jobaid:error', (event) => errors.push(event.detail.code));
            JobAid('identify', async () => { asked++; return token }) }""",
            signed(key, at=-900),
        )
        page.evaluate("JobAid('open')")
        expect(panel(page).get_by_text("Your sign-in for help has ended")).to_be_visible()
        assert page.evaluate("[asked, errors]") == [2, ["ended"]]


def test_who_signs_out_leaves_nothing_behind(shown: Shown) -> None:
    page = shown()
    opened(page)
    page.evaluate(f"JobAid('show', '{SLUG}')")
    expect(panel(page).get_by_role("checkbox").first).to_be_visible()
    page.evaluate("JobAid('logout')")
    assert SLUG not in page.evaluate("JSON.stringify({...sessionStorage})")
    expect(panel(page).get_by_role("checkbox")).to_have_count(0)


# When the network drops, and when the page goes


def test_offline_what_was_opened_still_works_and_each_event_counts_once(site: Site, shown: Shown) -> None:
    page = shown(attributes='data-task="issue-refund"', path="/offline")
    opened(page).get_by_role("option", name=TITLE).click()
    expect(panel(page).get_by_role("checkbox").first).to_be_visible()
    before = len(site.wait_for("open", path="/offline", slug=SLUG))
    page.context.set_offline(True)
    panel(page).get_by_role("button", name="Back").click()
    panel(page).get_by_role("option", name=TITLE).click()
    expect(panel(page).get_by_role("checkbox").first).to_be_visible()
    panel(page).get_by_role("checkbox").first.check()
    panel(page).get_by_role("button", name="This worked").click()
    page.wait_for_timeout(500)
    page.context.set_offline(False)
    assert len(site.wait_for("outcome", path="/offline")) == 1
    page.wait_for_timeout(500)
    assert len(site.events("open", path="/offline", slug=SLUG)) == before + 1
    assert len(site.events("step", path="/offline")) == 1


def test_an_event_is_there_when_the_page_is_closed_a_fifth_of_a_second_later(site: Site, shown: Shown) -> None:
    page = shown(path="/closing")
    page.evaluate(f"JobAid('show', '{SLUG}')")
    panel(page).get_by_role("checkbox").first.check()
    page.wait_for_timeout(200)
    page.close(run_before_unload=True)
    assert len(site.wait_for("step", path="/closing")) == 1


# Looks like the browser's own, so the widget takes it.
FAILING = """<script>const real = fetch;
window.fetch = (function (...all) {
  return window.down ? Promise.reject(new TypeError("down")) : real(...all);
}).bind(window)</script>"""


def test_events_go_by_beacon_where_the_last_fetch_is_refused(site: Site, shown: Shown, key: Any) -> None:
    page = shown(head=FAILING, path="/beacon")
    page.evaluate("(token) => JobAid('identify', () => token)", signed(key))
    page.evaluate(f"JobAid('show', '{SLUG}')")
    expect(panel(page).get_by_role("checkbox").first).to_be_visible()
    assert site.wait_for("open", path="/beacon")
    page.wait_for_timeout(300)
    panel(page).get_by_role("checkbox").first.check()
    page.evaluate(
        """() => { window.down = true; Object.defineProperty(document, 'visibilityState', {value: 'hidden'});
        document.dispatchEvent(new Event('visibilitychange')) }"""
    )
    [ticked] = site.wait_for("step", path="/beacon")
    assert ticked.person


@pytest.mark.parametrize(("choice", "count", "tabs"), [("anonymous", 1, {None}), ("off", 0, set())])
def test_a_host_may_switch_off_who_or_all(site: Site, shown: Shown, choice: str, count: int, tabs: set[Any]) -> None:
    page = shown(attributes=f'data-usage="{choice}"', path=f"/usage-{choice}")
    page.evaluate(f"JobAid('show', '{SLUG}')")
    expect(panel(page).get_by_role("checkbox").first).to_be_visible()
    page.wait_for_timeout(600)
    found = site.events("open", path=f"/usage-{choice}")
    assert (len(found), {one.tab for one in found}) == (count, tabs)


def test_who_asks_not_to_be_followed_is_nobody(site: Site, shown: Shown) -> None:
    page = shown(
        head="<script>Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})</script>", path="/private"
    )
    page.evaluate(f"JobAid('show', '{SLUG}')")
    [used] = site.wait_for("open", path="/private")
    assert (used.person, used.tab) == (None, None)


# Other origins, the frame, the recorder, the demo


def test_a_page_that_is_not_named_shows_that_help_is_refused(site: Site, browser: Any) -> None:
    with hosts.serving() as other, watched(browser) as (context, _):
        tag = f'<script async src="{site.url}/widget/v1/widget.js" data-app="crm"></script>'
        page = context.new_page()
        page.goto(other.page("/page", tag))
        launcher(page).click()
        expect(panel(page).get_by_text("No connection")).to_be_visible()


def test_in_a_frame_the_panel_knows_the_screen_of_the_page_around_it(
    site: Site, host: hosts.Host, new_page: Any
) -> None:
    tag = f'<script async src="{site.url}/widget/v1/frame.js" data-app="crm" data-lang="de"></script>'
    page = new_page()
    page.goto(host.page("/orders/8/refund", tag))
    page.get_by_role("button", name="Hilfe").click()
    inside = page.frame_locator("iframe[title=Hilfe]")
    expect(inside.get_by_role("combobox", name="Wobei")).to_be_visible()
    expect(inside.get_by_role("option", name=TITLE)).to_be_visible()
    inside.get_by_role("combobox").press("Escape")
    expect(page.get_by_role("button", name="Hilfe")).to_be_focused()


def test_only_named_origins_may_frame_it(site: Site, browser: Any) -> None:
    with hosts.serving() as other, watched(browser) as (context, watch):
        page = context.new_page()
        page.goto(other.page("/page", "", f'<iframe src="{site.url}/widget/frame/crm"></iframe>'))
        page.wait_for_load_state("networkidle")
        assert any("frame-ancestors" in fault for fault in watch.faults)


def test_the_frame_hears_only_the_page_around_it(site: Site, host: hosts.Host, new_page: Any) -> None:
    page = new_page()
    page.goto(f"{site.url}/widget/frame/crm")
    expect(page.get_by_role("combobox")).to_be_visible()
    page.evaluate(f"window.postMessage({{jobaid: 'show', slug: '{SLUG}'}}, '*')")
    page.wait_for_timeout(300)
    expect(page.get_by_role("heading", level=2)).to_have_count(0)


def test_a_click_on_a_title_proposes_a_rule(site: Site, host: hosts.Host, new_page: Any, signed_in: Any) -> None:
    tag = f'<script async src="{site.url}/widget/v1/widget.js" data-app="crm"></script>'
    page = new_page(storage_state=signed_in)
    page.goto(host.page("/returns", tag) + "/77?jobaid=record")
    expect(page.get_by_text("Click the title of this screen")).to_be_visible()
    with page.context.expect_page() as popup:
        page.get_by_role("heading", name="Refund order").click()
    studio = popup.value
    expect(studio.get_by_label("Path")).to_have_value("/returns/:id")
    expect(studio.get_by_text("Recorded: a screen with the title “Refund order”")).to_be_visible()
    studio.get_by_label("Task", exact=True).select_option("issue-refund")
    studio.get_by_role("button", name="Keep the rule").click()
    expect(studio.get_by_role("status").get_by_role("link")).to_have_text("Give a customer their money back")


def test_the_demo_shows_the_aids_of_each_screen_and_its_use_is_on_the_dashboard(
    site: Site, new_page: Any, signed_in: Any
) -> None:
    page = new_page()
    page.goto(f"{site.url}/widget/demo")
    page.get_by_role("link", name="1042").click()
    page.get_by_role("button", name="Refund").click()
    opened(page).get_by_role("option", name=TITLE).click()
    expect(panel(page).get_by_role("checkbox").first).to_be_visible()
    [used] = site.wait_for("open", app="demo")
    assert (used.source, used.task, used.path) == ("widget", "issue-refund", "/widget/demo/orders/:id/refund")
    studio = new_page(storage_state=signed_in)
    studio.goto(f"{site.url}/studio/delivery")
    expect(studio.get_by_role("row", name="Widget · demo Give a customer their money back")).to_be_visible()


@pytest.mark.parametrize("look", [{}, {"color_scheme": "dark"}, {"viewport": {"width": 360, "height": 640}}])
def test_the_studios_pages_of_applications_are_for_everyone(
    host: hosts.Host, new_page: Any, signed_in: Any, look: Any
) -> None:
    page = new_page(storage_state=signed_in, **look)
    for path in ("", "/crm", "/crm/rules?address=/orders/7/refund", "/demo/rules?title=refund&path=/x/1"):
        page.goto(f"/studio/applications{path}")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
