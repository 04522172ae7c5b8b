// The text field: putting in words so that the browser's own undo takes them out again, and the toolbar.

// execCommand is old, and the only way in which a change can be undone with the keys that everybody knows.
export function put(field, text, from = field.selectionStart, to = field.selectionEnd) {
  field.focus();
  field.setSelectionRange(from, to);
  const done = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
  if (done) return;
  field.setRangeText(text, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// Blur and focus make the browser scroll to the place.
export function goTo(field, line) {
  const lines = field.value.split("\n");
  const at = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  field.setSelectionRange(at, at + (lines[line - 1] ?? "").length);
  field.blur();
  field.focus();
}

function lines(field) {
  const { value, selectionStart, selectionEnd } = field;
  const from = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const end = value.indexOf("\n", Math.max(selectionStart, selectionEnd - (selectionEnd > selectionStart ? 1 : 0)));
  return [from, end < 0 ? value.length : end];
}

const MARKS = /^(\s*)(?:\d+\. |- \[[ xX]\] |[-*] |#{1,6} )?/;

// Puts a mark before each line, or takes it away where all have it.
function prefix(field, sample, mark, has) {
  const [from, to] = lines(field);
  const rows = field.value.slice(from, to).split("\n");
  const every = rows.every((row) => has.test(row));
  const marked = rows.map((row, index) => row.replace(MARKS, every ? "$1" : `$1${mark(index)}`));
  if (!every && rows.length === 1 && !rows[0].trim()) marked[0] += sample;
  put(field, marked.join("\n"), from, to);
  const end = from + marked.join("\n").length;
  field.setSelectionRange(rows[0].trim() ? end : end - sample.length, end);
}

function wrap(field, before, after, sample) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  if (value.slice(from - before.length, from) === before && value.slice(to, to + after.length) === after) {
    const inner = value.slice(from, to);
    put(field, inner, from - before.length, to + after.length);
    field.setSelectionRange(from - before.length, from - before.length + inner.length);
    return;
  }
  const words = value.slice(from, to) || sample;
  put(field, before + words + after, from, to);
  field.setSelectionRange(from + before.length, from + before.length + words.length);
}

// A block of its own, with an empty line around it; selects `chosen` in it.
function block(field, text, chosen) {
  const { value, selectionEnd: at } = field;
  const above = /(^|\n\n)$/.test(value.slice(0, at)) ? "" : value[at - 1] === "\n" ? "\n" : "\n\n";
  const below = value.slice(at).startsWith("\n\n") || at === value.length ? "" : value[at] === "\n" ? "\n" : "\n\n";
  put(field, above + text + below, at, at);
  const start = at + above.length + text.indexOf(chosen);
  field.setSelectionRange(start, start + chosen.length);
}

function link(field, sample) {
  const words = field.value.slice(field.selectionStart, field.selectionEnd) || sample;
  const from = field.selectionStart;
  put(field, `[${words}](address.md)`);
  field.setSelectionRange(from + words.length + 3, from + words.length + 13);
}

export const TOOLS = {
  bold: (field, sample) => wrap(field, "**", "**", sample),
  steps: (field, sample) => prefix(field, sample, (index) => `${index + 1}. `, /^\s*\d+\. /),
  heading: (field, sample) => prefix(field, sample, () => "## ", /^\s*## /),
  link,
  checks: (field, sample) => prefix(field, sample, () => "- [ ] ", /^\s*- \[[ xX]\] /),
  table: (field, sample) => block(field, `| ${sample} | ${sample} |\n|---|---|\n| … | … |`, sample),
  note: (field, sample) => block(field, `!!! note\n    ${sample}`, sample),
  warning: (field, sample) => block(field, `!!! warning\n    ${sample}`, sample),
  image: (field) => field.form.querySelector("[data-file]").click(),
};

export function toolbar(bar, field) {
  const buttons = [...bar.children];
  const use = (button) => TOOLS[button.dataset.tool](field, button.dataset.sample);
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) use(button);
  });
  // One stop for the Tab key; arrows walk from tool to tool.
  bar.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const button = buttons.at(next % buttons.length);
    for (const one of buttons) one.tabIndex = one === button ? 0 : -1;
    button.focus();
  });
  field.addEventListener("keydown", (event) => {
    const digit = event.ctrlKey && event.shiftKey && !event.altKey && /^Digit([1-9])$/.exec(event.code);
    const button = digit && buttons[digit[1] - 1];
    if (!button) return;
    event.preventDefault();
    use(button);
  });
}
