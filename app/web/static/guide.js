// A decision, one question at a time. The server made a screen of each question and of what each answer says; this
// shows the one that belongs to the address and the answers given. Every question and answer has its address.
import { record } from "./events.js";

const aid = document.querySelector(".aid");
const tree = aid.querySelector(".tree");
const made = document.getElementById("guide").content.cloneNode(true);
const guide = made.querySelector(".guide");
const [given, shown] = [".given", ".screens"].map((part) => guide.querySelector(part));
const [back, restart] = ["[data-back]", "[data-restart]"].map((part) => guide.querySelector(part));
const named = (parts) => new Map([...parts].map((part) => [part.dataset.name, part]));
const answers = named(given.children);
const screens = named(shown.children);
const start = shown.firstElementChild.dataset.name;

const question = (id) => answers.get(id).querySelector("a").hash.slice(1);
const way = (id) => (answers.get(id) ?? screens.get(id)).dataset.way.split(",").filter(Boolean);
const path = () => [...given.children].map((item) => item.dataset.name);

// A question comes with what the answer before it said.
function screenAt(id, last) {
  const after = screens.get(answers.get(answers.has(id) ? id : last)?.dataset.to);
  return answers.has(id) || after?.dataset.asks === id ? after : screens.get(id);
}

function show(id, ids) {
  shown.replaceChildren(screenAt(id, ids.at(-1)));
  given.replaceChildren(...ids.map((one) => answers.get(one)));
  given.hidden = back.hidden = restart.hidden = !ids.length;
  const section = guide.closest(".steps-card")?.nextElementSibling?.querySelector("[name=section]");
  if (section) section.value = shown.querySelector(".choice") ? guide.closest(".steps-card").id : id;
}

const focus = () => shown.querySelector(".now").focus();

function go(id, ids) {
  history.pushState({ path: ids, ours: true }, "", `#${id}`);
  show(id, ids);
  focus();
}

function choose(id) {
  const { slug, revision, searchId, source } = aid.dataset;
  const step = Number(question(id).split("-")[1]);
  record("step", { slug, revision: Number(revision), search_id: searchId, source, step });
  const others = path().filter((one) => question(one) !== question(id));
  go(screens.get(answers.get(id).dataset.to).dataset.asks || id, [...others, id]);
}

function goBack() {
  if (history.state?.ours) return history.back();
  const ids = path().slice(0, -1);
  const id = screens.get(answers.get(ids.at(-1))?.dataset.to)?.dataset.asks || start;
  history.replaceState({ path: ids }, "", `#${id}`);
  show(id, ids);
  focus();
}

// From the address: a question, an answer, or a step, which is a question of the first level.
function arrive() {
  const id = decodeURIComponent(location.hash.slice(1)).replace(/^step-/, "q-");
  if (id && !answers.has(id) && !screens.has(id)) return;
  const kept = history.state?.path?.filter((one) => answers.has(one)); // the text may have changed since
  show(id || start, kept ?? way(id || start));
  if (id) focus();
}

function keys(event) {
  const buttons = [...shown.querySelectorAll(".choice")];
  const at = buttons.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (step && buttons.length) {
    event.preventDefault();
    buttons[at < 0 && step < 0 ? buttons.length - 1 : (at + step + buttons.length) % buttons.length].focus();
  } else if (event.key === "Backspace" && !back.hidden) {
    event.preventDefault();
    goBack();
  }
}

function click(event) {
  const button = event.target.closest(".choice");
  const link = event.target.closest(".given a");
  if (button) choose(button.value);
  if (!link) return;
  event.preventDefault();
  go(link.hash.slice(1), path().slice(0, [...given.children].indexOf(link.parentElement)));
}

// The list stays as it is, folded away; its addresses now lead into the guide.
tree.before(made);
guide.nextElementSibling.append(tree);
for (const one of guide.parentElement.querySelectorAll(":is(.guide, .tree) [id]")) one.removeAttribute("id");
back.addEventListener("click", goBack);
restart.addEventListener("click", () => go(start, []));
guide.addEventListener("click", click);
guide.addEventListener("keydown", keys);
addEventListener("popstate", arrive);
show(start, []);
arrive();
