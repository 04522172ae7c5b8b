// The aid as it is worked through: ticks, the way to a step, what came of it.
import * as clock from "./clock.js";
import { flush, read, record, write } from "./events.js";
import { remember } from "./recent.js";

const aid = document.querySelector(".aid");
const { slug, title, openId, searchId, source } = aid.dataset;
const revision = Number(aid.dataset.revision);
const about = { slug, revision, search_id: searchId };
const TICKS = `jobaids.ticks:${slug}:${revision}`;

// The server has counted this opening already. Complete it, then make the address one to share.
function opened() {
  const address = new URL(location);
  const rank = Number(address.searchParams.get("rank")) || null;
  if (openId) record("open", { ...about, id: openId, source, rank, ms: clock.elapsed() });
  clock.stop();
  remember(slug, title);
  for (const key of ["from", "search", "rank"]) address.searchParams.delete(key);
  if (address.href !== location.href) history.replaceState(null, "", address);
}

function ticks() {
  const boxes = [...aid.querySelectorAll(".tick")];
  if (!boxes.length) return;
  const counter = aid.querySelector("[data-counter]");
  const again = aid.querySelector("[data-again]");
  const count = () => {
    const done = boxes.filter((box) => box.checked).length;
    const every = done === boxes.length;
    const text = every ? counter.dataset.all : counter.dataset.some;
    counter.textContent = text.replace("{done}", done).replace("{all}", boxes.length);
    counter.classList.toggle("done", every);
    again.hidden = !done;
  };
  const keep = () => write("sessionStorage", TICKS, boxes.flatMap((box, index) => (box.checked ? index : [])));
  // All done and opened anew: that was the last customer.
  let ticked = new Set(read("sessionStorage", TICKS, []));
  if (ticked.size === boxes.length && performance.getEntriesByType("navigation")[0]?.type === "navigate") ticked = new Set();
  boxes.forEach((box, index) => {
    box.checked = ticked.has(index);
    box.addEventListener("change", () => {
      if (box.checked) record("step", { ...about, step: Number(box.closest(".step").id.replace("step-", "")), source });
      keep();
      count();
    });
    // The words of a step tick it too, unless they are a link or are being selected.
    box.closest(".step").addEventListener("click", (event) => {
      if (event.target.closest("a, input, button, summary, .table-wrap") || String(getSelection())) return;
      box.click();
    });
  });
  again.addEventListener("click", () => {
    for (const box of boxes) box.checked = false;
    keep();
    count();
    boxes[0].focus();
  });
  if (counter) count();
}

// A remedy helped or did not: it shows, and the next cause is at hand.
function ruleOut(form, value, onward) {
  form.closest(".cause")?.classList.add(value === "worked" ? "helped-here" : "ruled-out");
  if (value !== "stuck" || !onward) return false;
  form.replaceWith(document.getElementById("next").content.cloneNode(true));
  onward.focus();
  return true;
}

function outcome(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const { value } = event.submitter;
  const fields = new FormData(form);
  const remark = fields.get("remark")?.trim() ?? "";
  record("outcome", { ...about, source, outcome: value, section: fields.get("section"), text: remark });
  flush();
  if (value === "worked") write("sessionStorage", TICKS, undefined);
  if (ruleOut(form, value, document.getElementById(fields.get("onward")))) return;
  // A question that was begun moves along: nothing typed is lost.
  const begun = value === "stuck" && document.getElementById("ask-here")?.form;
  const template = document.getElementById(value);
  const answer = begun || template.content.cloneNode(true).firstElementChild;
  const question = answer.querySelector("textarea");
  if (form.closest("#feedback")) document.getElementById("feedback-title").textContent = template.dataset.title;
  form.replaceWith(answer);
  if (question && remark) {
    question.value = [question.value, remark].filter(Boolean).join("\n");
    answer.querySelector("[data-noted]").hidden = false;
  }
  (question ?? answer).focus();
}

// A link may point to a step, which is where the reader goes on, or into a part that is folded away.
function unfold() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target) target.querySelector(":scope > .tick")?.focus({ preventScroll: true });
  const part = target && target.closest("details:not([open])");
  if (!part) return;
  part.open = true;
  target.scrollIntoView();
}

addEventListener("hashchange", unfold);
addEventListener("beforeprint", () => {
  record("print", about);
  for (const part of aid.querySelectorAll("details:not([open])")) {
    part.open = true;
    addEventListener("afterprint", () => (part.open = false), { once: true });
  }
});
for (const form of aid.querySelectorAll("[data-outcome]")) form.addEventListener("submit", outcome);
ticks();
unfold();
addEventListener("load", unfold); // Arriving at an address takes the focus away.
opened();
