// The editor. Without this it is a form with a preview button; everything here only saves steps.
import { bring } from "./editor-bring.js";
import { keep } from "./editor-keep.js";
import { look } from "./editor-look.js";
import { pick } from "./editor-tasks.js";
import { goTo, toolbar } from "./editor-text.js";

const form = document.getElementById("editor");
const field = document.getElementById("f_body");
const desk = document.querySelector("[data-desk]");
const tabs = document.querySelector("[data-tabs]");

function show(name) {
  desk.dataset.desk = name;
  for (const tab of tabs.children) tab.setAttribute("aria-pressed", tab.dataset.tab === name);
}

// The address follows the title until somebody writes another one. The server makes it the same way.
export const proposed = (title) => title.normalize("NFC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 80);

function address() {
  const { slug, title } = form.elements;
  if (slug.type === "hidden") return;
  let own = slug.value !== "" && slug.value !== proposed(title.value);
  slug.addEventListener("input", () => (own = slug.value !== ""));
  title.addEventListener("input", () => {
    if (!own) slug.value = proposed(title.value);
  });
  if (!own) slug.value = proposed(title.value);
}

// Advice leads to its line or its field.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#f_']");
  if (!link) return;
  event.preventDefault();
  show("write");
  if (link.dataset.line) goTo(field, Number(link.dataset.line));
  else document.querySelector(link.getAttribute("href"))?.focus();
});

tabs.hidden = false;
tabs.addEventListener("click", (event) => event.target.dataset.tab && show(event.target.dataset.tab));
document.querySelector("[data-without-script]").hidden = true;
for (const keys of document.querySelectorAll("[data-keys]")) keys.hidden = false;
address();
pick(document.querySelector("[data-tasks]"));
toolbar(document.querySelector("[data-toolbar]"), field);
bring(form, field, () => form.elements.slug.value || proposed(form.elements.title.value) || "new-aid");
look(form, document.querySelector("[data-look]"));
keep(form);
document.querySelector("[data-focus]")?.focus();
