// A decision, one question at a time. It only reads the nested list that the page has anyway: questions, below each its
// answers, below an answer the questions that it leads to. Every question and answer has its address.
import { record } from "./events.js";

const aid = document.querySelector(".aid");
const tree = aid.querySelector(".tree");
const template = document.getElementById("guide");
const guide = template.content.cloneNode(true).firstElementChild;
const [given, now, choices] = [".given", ".now", ".choices"].map((part) => guide.querySelector(part));
const back = guide.querySelector("[data-back]");
const restart = guide.querySelector("[data-restart]");
const nodes = new Map();
const SHORT = 24;

const isList = (node) => node.matches?.("ul, ol") && node.querySelector(":scope > .question, :scope > .answer");
const below = (item, kind) => [...item.querySelectorAll(`:scope > :is(ul, ol) > .${kind}`)];

// What an item itself says, without the list that hangs on it.
function own(item) {
  const box = document.createElement("div");
  for (const node of item.childNodes) if (!isList(node)) box.append(node.cloneNode(true));
  for (const one of box.querySelectorAll("[id]")) one.removeAttribute("id");
  return box;
}

// "Yes: take a bag." is the answer "Yes" and what it leads to.
function split(item) {
  const rest = own(item);
  const texts = document.createTreeWalker(rest, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const at = text.data.search(/:(?=\s|$)/);
    if (at < 0) continue;
    const range = new Range();
    range.setStart(rest, 0);
    range.setEnd(text, at);
    const label = range.extractContents().textContent.trim();
    text.data = text.data.slice(1).trimStart().replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
    return { label, rest };
  }
  const label = rest.textContent.trim();
  rest.replaceChildren();
  return { label, rest };
}

// The question after this one: its neighbour, or the one after the question above.
function following(question) {
  const next = question.nextElementSibling;
  if (next?.matches(".question")) return next.id;
  const above = question.parentElement.closest(".answer")?.closest(".question");
  return above ? following(above) : null;
}

function linked(rest) {
  const id = rest.querySelector("a[href^='#']")?.hash.slice(1).replace(/^step-/, "q-");
  return id && tree.querySelector(`.question[id="${CSS.escape(id)}"]`) ? id : null;
}

function readAnswer(item, question) {
  const { label, rest } = split(item);
  const said = rest.textContent.trim();
  const onward = !said || /^(go to the )?next question\.?$/i.test(said);
  const leads = below(item, "question")[0]?.id ?? linked(rest) ?? (onward ? following(question) : null);
  nodes.set(item.id, { id: item.id, label, rest: onward ? null : rest, leads, question: question.id });
  return item.id;
}

function readQuestion(item) {
  const answers = below(item, "answer").map((answer) => readAnswer(answer, item));
  const next = following(item);
  // One answer only, and a next question: then there is a second answer, "no".
  if (next && answers.length < 2) {
    const { next: goOn, no, other } = template.dataset;
    const label = !answers.length ? goOn : /^yes\b/i.test(nodes.get(answers[0]).label) ? no : other;
    const id = `${item.id}-else`;
    nodes.set(id, { id, label, rest: null, leads: next, question: item.id });
    answers.push(id);
  }
  const body = own(item);
  const short = (body.querySelector("strong") ?? body).textContent.trim();
  nodes.set(item.id, { id: item.id, body, short, answers });
}

// The answers that lead to a question or an answer by the shortest way: for who comes by a link.
function way(id) {
  const seen = new Map([[start, []]]);
  for (const [at, path] of seen)
    for (const answer of nodes.get(at).answers) {
      const there = [...path, answer];
      const { leads } = nodes.get(answer);
      if (answer === id) return there;
      if (leads && !seen.has(leads)) seen.set(leads, there);
    }
  return seen.get(id) ?? [];
}

function button(answer) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button choice";
  made.textContent = answer.label;
  made.addEventListener("click", () => choose(answer));
  return made;
}

function crumb(id, index, path) {
  const { question, label } = nodes.get(id);
  const [item, link, chosen] = ["li", "a", "b"].map((name) => document.createElement(name));
  link.href = `#${question}`;
  link.textContent = nodes.get(question).short;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    go(question, path.slice(0, index));
  });
  chosen.textContent = label;
  item.append(link, " ", chosen);
  return item;
}

// After an answer comes what it says, or the question that it leads to.
function show(id, path) {
  const node = nodes.get(id);
  const question = node.answers ? node : nodes.get(node.leads);
  given.replaceChildren(...path.map(crumb));
  given.hidden = back.hidden = restart.hidden = !path.length;
  const last = nodes.get(path.at(-1));
  const answers = question?.answers ?? [];
  const ends = !answers.length;
  now.classList.toggle("result", ends);
  now.replaceChildren(...(question ? asked(question, last) : result(node)));
  choices.replaceChildren(...answers.map((answer) => button(nodes.get(answer))));
  choices.classList.toggle("few", answers.every((answer) => nodes.get(answer).label.length <= SHORT));
  guide.dataset.at = id;
  const section = guide.closest(".steps-card")?.nextElementSibling?.querySelector("[name=section]");
  if (section) section.value = ends ? id : guide.closest(".steps-card").id;
}

function asked(question, last) {
  const body = question.body.cloneNode(true);
  if (!last?.rest || last.leads !== question.id) return [body];
  const before = last.rest.cloneNode(true);
  before.className = "so-far";
  return [before, body];
}

function result(answer) {
  const title = document.createElement("p");
  title.className = "quiet";
  title.textContent = template.dataset.result;
  const said = answer.rest?.cloneNode(true) ?? document.createElement("p");
  if (!answer.rest) said.textContent = answer.label;
  return [title, said];
}

function go(id, path) {
  history.pushState({ path, ours: true }, "", `#${id}`);
  show(id, path);
  now.focus();
}

function choose(answer) {
  const { slug, revision, searchId, source } = aid.dataset;
  const step = Number(answer.question.split("-")[1]);
  record("step", { slug, revision: Number(revision), search_id: searchId, source, step });
  const path = history.state?.path ?? way(guide.dataset.at);
  go(answer.leads ?? answer.id, [...path.filter((id) => nodes.get(id).question !== answer.question), answer.id]);
}

function goBack() {
  if (history.state?.ours) return history.back();
  const path = way(guide.dataset.at).slice(0, -1);
  const id = nodes.get(path.at(-1))?.leads ?? start;
  history.replaceState({ path }, "", `#${id}`);
  show(id, path);
  now.focus();
}

// From the address: a question, an answer, or a step, which is a question of the first level.
function arrive(focus) {
  const id = decodeURIComponent(location.hash.slice(1)).replace(/^step-/, "q-");
  if (id && !nodes.has(id)) return guide.dataset.at || show(start, []);
  const at = id || start;
  show(at, history.state?.path ?? way(at));
  if (id && focus) now.focus();
}

function keys(event) {
  const buttons = [...choices.children];
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

// The list stays as it is, folded away; its addresses now lead into the guide.
function takeOver() {
  const prose = tree.closest(".prose");
  const [details, summary] = [document.createElement("details"), document.createElement("summary")];
  details.className = "whole";
  summary.textContent = template.dataset.whole;
  tree.before(guide, details);
  details.append(summary, tree);
  prose.classList.add("guided");
  for (const one of tree.querySelectorAll("[id]")) one.removeAttribute("id");
}

for (const question of tree.querySelectorAll(".question")) readQuestion(question);
const start = tree.querySelector(".question").id;
takeOver();
back.addEventListener("click", goBack);
restart.addEventListener("click", () => go(start, []));
guide.addEventListener("keydown", keys);
addEventListener("popstate", () => arrive(true));
arrive(true);
