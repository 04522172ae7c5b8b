// Less to read: rows of a table by words and by choices, entries of a whole page by words. Escape clears.
const FEWEST_ROWS = 6;
const MOST_CHOICES = 7;
const ENTRIES = "tbody > tr, dt, li, p, pre, h3";
const filterTemplate = document.getElementById("filter");
const findTemplate = document.getElementById("find");

// Letters as one compares them: small, without accents. The length stays, so that places can be marked.
const fold = (text) => Array.from(text, (one) => one.normalize("NFD")[0].toLowerCase().padEnd(one.length).slice(0, one.length)).join("");
const wordsOf = (text) => fold(text).split(/\s+/).filter(Boolean);
const fits = (text, words) => words.every((word) => fold(text).includes(word));

// Marks the words where they stand, without touching the page. Not every browser can; nothing else depends on it.
function mark(elements, words) {
  if (!CSS.highlights) return;
  const ranges = [];
  for (const element of words.length ? elements : []) {
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = fold(texts.currentNode.data);
      for (const word of words)
        for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
          const range = new Range();
          range.setStart(texts.currentNode, at);
          range.setEnd(texts.currentNode, at + word.length);
          ranges.push(range);
        }
    }
  }
  CSS.highlights.set("found", new Highlight(...ranges));
}

function clearWithEscape(field, update) {
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !field.value) return;
    event.preventDefault();
    field.value = "";
    update();
  });
}

// What stands in a column, when it is little enough to choose from.
function choices(rows, column) {
  const values = [...new Set(rows.map((row) => row.cells[column]?.textContent.trim() ?? ""))].filter(Boolean);
  const few = values.length >= 2 && values.length <= MOST_CHOICES && values.length <= (rows.length * 2) / 3;
  return few ? values.sort((one, other) => one.localeCompare(other, undefined, { numeric: true })) : [];
}

function choice(head, values) {
  const label = document.createElement("label");
  const select = document.createElement("select");
  select.append(new Option(filterTemplate.dataset.any, ""), ...values.map((value) => new Option(value, value)));
  label.append(head, " ", select);
  return label;
}

function filter(table) {
  const rows = [...table.tBodies[0].rows];
  if (rows.length < FEWEST_ROWS) return;
  const bar = filterTemplate.content.cloneNode(true).firstElementChild;
  const [field, count] = [bar.querySelector("input"), bar.querySelector(".count")];
  const selects = new Map();
  [...(table.tHead?.rows[0]?.cells ?? [])].forEach((cell, column) => {
    const values = choices(rows, column);
    if (!values.length || !cell.textContent.trim()) return;
    const label = choice(cell.textContent.trim(), values);
    selects.set(column, label.lastChild);
    count.before(label);
  });
  const update = () => {
    const words = wordsOf(field.value);
    const chosen = (row) => [...selects].every(([column, { value }]) => !value || row.cells[column].textContent.trim() === value);
    for (const row of rows) row.hidden = !(fits(row.textContent, words) && chosen(row));
    const shown = rows.filter((row) => !row.hidden);
    const text = shown.length < rows.length ? filterTemplate.dataset.rows : filterTemplate.dataset.all;
    count.textContent = text.replace("{shown}", shown.length).replace("{all}", rows.length);
    mark(shown, words);
  };
  bar.addEventListener("input", update);
  clearWithEscape(field, update);
  table.closest(".table-wrap").before(bar);
  update();
}

// The entries under one heading belong to it: when the heading fits, all of them are shown.
function groups(part) {
  const found = [{ head: null, entries: [] }];
  for (const one of part.querySelectorAll(ENTRIES)) {
    if (one.matches("h3")) found.push({ head: one, entries: [] });
    else if (!one.parentElement.closest("tr, li, dd, pre, .helped")) found.at(-1).entries.push(one);
  }
  return found;
}

// A term and what it means are one entry.
function whole(entry) {
  const found = [entry];
  if (entry.matches("dt")) for (let next = entry.nextElementSibling; next?.matches("dd"); next = next.nextElementSibling) found.push(next);
  return found;
}

function finder() {
  const bar = findTemplate.content.cloneNode(true).firstElementChild;
  const [field, count] = [bar.querySelector("input"), bar.querySelector(".count")];
  const parts = [...document.querySelectorAll(".aid > .section, .aid > .steps-card, .aid > .prose")];
  const places = document.querySelector(".places");
  let opened; // as the reader had folded the parts before she searched
  const update = () => {
    const words = wordsOf(field.value);
    opened ??= new Map(parts.map((part) => [part, part.open]));
    let fitting = 0;
    const shown = [];
    for (const part of parts) {
      let here = 0;
      for (const { head, entries } of groups(part)) {
        const all = head && fits(head.textContent, words);
        const some = entries.filter((entry) => {
          const elements = whole(entry);
          const fit = all || fits(elements.map((one) => one.textContent).join(" "), words);
          for (const one of elements) one.hidden = !fit;
          if (fit) shown.push(...elements);
          return fit;
        });
        if (head) head.hidden = !(all || some.length);
        here += some.length;
      }
      for (const box of part.querySelectorAll(".table-wrap, ul, ol, dl, .admonition")) {
        box.hidden = words.length > 0 && !box.querySelector(":is(tbody tr, li, dt, p, pre):not([hidden])");
      }
      part.hidden = words.length > 0 && !here;
      if ("open" in part) part.open = words.length ? true : opened.get(part);
      fitting += here;
    }
    if (!words.length) opened = undefined;
    places?.toggleAttribute("hidden", words.length > 0);
    const { none, one, many } = findTemplate.dataset;
    count.textContent = words.length ? [none, one][fitting] ?? many.replace("{n}", fitting) : "";
    mark(shown, words);
  };
  field.addEventListener("input", update);
  clearWithEscape(field, update);
  document.querySelector(".aid-head").after(bar);
}

if (findTemplate) finder();
else for (const table of document.querySelectorAll(".aid .table-wrap table:has(tbody)")) if (!table.closest(".tree")) filter(table);
