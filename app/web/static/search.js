// Search as you type. The page works without this: it is the same form and the same answer.
import * as clock from "./clock.js";
import { flush, record, uuidv7 } from "./events.js";
import { show } from "./recent.js";

const TYPING = 120;
const SETTLED = 1000;
const SLOW = 300;

const form = document.querySelector("form.search");
const field = form.querySelector("input[type=search]");
const said = document.getElementById("said");
const results = () => document.getElementById("results");
const words = () => field.value.trim();
const address = (query) => (query ? `/?q=${encodeURIComponent(query)}` : "/");

let request;
let typing;
let pause;
let rested = false;
let shown = results().dataset.query;

// `seen` is for words that stand on the page too; the rest is for those who listen.
function say(text, seen = false) {
  said.textContent = text;
  said.classList.toggle("seen", seen);
}

// A live answer may come without a name for its search: then it gets one here.
function identify(section) {
  if (section.dataset.searchId || !section.dataset.query) return;
  const id = (section.dataset.searchId = uuidv7());
  for (const link of section.querySelectorAll(".hit a")) {
    const url = new URL(link.href);
    url.searchParams.set("search", id);
    link.href = url;
  }
  for (const input of section.querySelectorAll("input[name=search_id]")) input.value = id;
}

// False when the answer could not be had; an answer overtaken by the next one is no failure.
async function load(query) {
  clearTimeout(typing);
  request?.abort();
  const mine = (request = new AbortController());
  const slow = setTimeout(() => say(form.dataset.busy, true), SLOW);
  try {
    const answer = await fetch(`${address(query)}${query ? "&" : "?"}typing=1`, { signal: mine.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("results");
    if (!fresh) throw new Error(answer.statusText);
    results().replaceWith(document.adoptNode(fresh));
    identify(fresh);
    show(fresh.querySelector("[data-recent]"));
    say("");
    shown = query;
    if (rested) settle();
    return true;
  } catch (error) {
    if (error.name === "AbortError") return true;
    say(form.dataset.offline, true);
    return false;
  } finally {
    clearTimeout(slow);
  }
}

// A search counts once, when typing has come to rest and its answer is there.
function settle() {
  clearTimeout(pause);
  rested = true;
  if (words() === shown) count();
}

function count() {
  const { dataset } = results();
  if (dataset.settled) return;
  dataset.settled = "yes";
  const here = new URLSearchParams(location.search);
  if ((here.get("q") ?? "") !== shown) history.replaceState(null, "", address(shown));
  if (!dataset.query || !dataset.searchId) return;
  say(dataset.said);
  record("search", {
    id: dataset.searchId,
    query: dataset.query,
    results: Number(dataset.total),
    source: "search",
    ms: clock.elapsed(),
  });
}

field.addEventListener("input", () => {
  clearTimeout(typing);
  clearTimeout(pause);
  rested = false;
  if (words()) clock.start();
  else clock.stop();
  typing = setTimeout(() => load(words()), TYPING);
  pause = setTimeout(settle, SETTLED);
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  rested = true;
  if (words() === shown || (await load(words()))) settle();
  else form.submit();
});

// To open a result, or to ask a person, is to have searched: for what stands there, even when more words were typed.
function leave(event) {
  if (!event.target.closest?.(event.type === "submit" ? "#results .ask" : "#results .hit a")) return;
  clearTimeout(pause);
  count();
  flush();
}

document.addEventListener("click", leave);
document.addEventListener("submit", leave);

// Arrow keys walk from the field through the list and back.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const stops = [field, ...results().querySelectorAll("[data-move] a:not(.quiet a)")].filter((stop) => stop.checkVisibility?.() ?? true);
  const at = stops.indexOf(document.activeElement);
  if (at < 0) return;
  const next = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
  if (next !== undefined && stops[next]) {
    event.preventDefault();
    stops[next].focus();
  } else if (event.key === "Escape" && at > 0) {
    field.focus();
  } else if (event.key === "Escape" && field.value) {
    event.preventDefault();
    field.value = "";
    field.dispatchEvent(new Event("input"));
  } else if (at > 0 && event.key.length === 1 && event.key !== " ") {
    field.focus();
  }
});

// Who asked for more results goes on from them, not from the field.
if (new URLSearchParams(location.search).has("offset")) results().querySelector(".hit a")?.focus();
field.setSelectionRange(field.value.length, field.value.length);
show(results().querySelector("[data-recent]"));
if (shown) settle();
