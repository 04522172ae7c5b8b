"""The help widget: its weight beside other widgets, and what it costs the page that holds it.

The peers were measured once (npm and PyPI packages, minified, `gzip -9`); ours is what a server sends.
"""

import gzip
import json
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figures import Figure
from benchmarks.place import Failed, Place

SHIPPED = Path(__file__).parent.parent / "jobaids"
# kB minified, kB gzip
PEERS = {
    "Datasette navigation-search": (20.5, 4.9),
    "cal.com embed": (66.7, 17.2),
    "Isso embed": (67.1, 20.3),
    "Pagefind default UI": (119.7, 29.6),
    "Docsify with search": (338.0, 103.9),
    "DocSearch keyword": (298.0, 90.0),
    "DocSearch with chat": (619.0, 173.9),
}
SLOWER = 4
TIMES = 7
LOADS = 25
REST_MS = 1_000  # in which what a script puts off would come
CALLS = {"EvaluateScript", "FunctionCall"}  # the file itself, and what the browser calls in it later
OPEN = """() => new Promise((resolve) => {
  const root = document.querySelector("job-aid-panel").shadowRoot;
  const began = performance.now();
  root.querySelector(".launcher").click();
  const look = () => (root.querySelector(".option") ? resolve(performance.now() - began) : requestAnimationFrame(look));
  look();
})"""


def measure(folder: Path) -> list[Figure]:
    """Sizes, and times in a browser; the shipped library and the demo."""
    place = Place(folder)
    place.run("migrate")
    place.run("import", "--publish", str(SHIPPED))
    with place.serve() as server, server.client() as client:
        script = client.get("/widget/v1/widget.js").body
        page = f"http://127.0.0.1:{server.port}/widget/demo/orders/1042/refund"
        return [*_sizes(script), *_browsed(page)]


def _sizes(script: bytes) -> list[Figure]:
    ours = [
        Figure("Widget: minified, one file", len(script) / 1e3, "kB", 32),
        Figure("Widget: gzip -9", len(gzip.compress(script, 9)) / 1e3, "kB", 10),
    ]
    peers = [
        figure
        for name, (small, packed) in PEERS.items()
        for figure in (Figure(f"  {name}: minified", small, "kB"), Figure(f"  {name}: gzip -9", packed, "kB"))
    ]
    return [*ours, *peers]


def _browsed(address: str) -> list[Figure]:
    from playwright.sync_api import sync_playwright

    from tests.support import chromium

    found = chromium.executable()
    if found is None:
        raise Failed("There is no browser: install chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=chromium.FLAGS)
        work = {rate: median(_work(browser, address, rate) for _ in range(LOADS)) for rate in (1, SLOWER)}
        opened = [_opened(browser, address) for _ in range(TIMES)]
        browser.close()
    return [
        Figure(f"Widget: main thread before it opens, {SLOWER} × slower", work[SLOWER], "ms", 10),
        Figure("  the same at full speed", work[1], "ms"),
        Figure("Widget: opened to suggestions, warm", median(took for took, _, _ in opened), "ms", 100),
        Figure("Widget: requests before it opens", max(asked for _, asked, _ in opened), "", 1),
        Figure("Widget: layout shift", max(shift for _, _, shift in opened), "", 0),
    ]


def _work(browser: Any, address: str, rate: int) -> float:
    """Milliseconds of processor time in which the script was compiled and ran before anybody touched it."""
    page = browser.new_page()
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})
    browser.start_tracing(page=page, categories=["devtools.timeline", "v8"])
    page.goto(address)
    page.wait_for_function("window.JobAid && window.JobAid.version")
    page.wait_for_timeout(REST_MS)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    page.close()
    ours = [event for event in events if event["name"] in CALLS and "/widget.js" in str(event.get("args"))]
    if not ours:
        raise Failed("The trace does not name the script.")
    return sum(float(event.get("tdur", event.get("dur", 0))) for event in ours) / 1e3


def _opened(browser: Any, address: str) -> tuple[float, int, float]:
    """Milliseconds until suggestions stand there, the second time; requests before the first; layout shift."""
    page = browser.new_page()
    page.add_init_script(
        "window.shift = 0;"
        "new PerformanceObserver((list) => { for (const one of list.getEntries()) shift += one.value })"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(address)
    page.wait_for_function("window.JobAid && window.JobAid.version")
    asked = page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => /\\/widget\\/|\\/api\\//.test(one.name)).length"
    )
    page.evaluate(OPEN)
    page.evaluate("JobAid('close')")
    took, shift = page.evaluate(OPEN), page.evaluate("shift")
    page.close()
    return took, asked, shift
