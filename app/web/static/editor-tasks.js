// Tasks by searching: a combobox as in the ARIA practices. The form sends what the plain field would have sent.
const PAUSE = 120;

function make(name, attributes = {}, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

export function pick(box) {
  const sent = box.querySelector("input");
  const chips = box.querySelector("ul");
  const field = make("input", { id: sent.id, role: "combobox", "aria-expanded": "false", "aria-controls": "tasks_list", "aria-autocomplete": "list", autocomplete: "off", "aria-describedby": sent.getAttribute("aria-describedby") ?? "" });
  const list = make("ul", { id: "tasks_list", role: "listbox", "aria-label": box.querySelector("label").textContent, class: "options", hidden: "" });
  const said = make("p", { class: "said", role: "status" });
  const chosen = new Map([...chips.children].map((one) => [one.dataset.value, one.textContent]));
  let timer;
  let asked = 0;
  let at = -1;

  sent.type = "hidden";
  sent.removeAttribute("id");
  sent.after(chips, field, list, said);
  chips.hidden = false;
  box.querySelector(".hint").textContent = box.dataset.hint;

  function draw() {
    chips.replaceChildren(...[...chosen].map(([slug, title]) => {
      const row = make("li");
      const button = make("button", { type: "button", class: "chip", "aria-label": box.dataset.remove.replace("{title}", title) }, title);
      button.addEventListener("click", () => {
        chosen.delete(slug);
        changed();
        field.focus();
      });
      row.append(button);
      return row;
    }));
    sent.value = [...chosen.keys()].join(", ");
  }

  function changed() {
    draw();
    sent.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function close() {
    list.hidden = true;
    at = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function take(option) {
    chosen.set(option.dataset.value, option.dataset.title);
    field.value = "";
    close();
    changed();
  }

  function mark(next) {
    const { children } = list;
    children[at]?.setAttribute("aria-selected", "false");
    at = (next + children.length) % children.length;
    children[at].setAttribute("aria-selected", "true");
    children[at].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", children[at].id);
  }

  function offer(tasks, words) {
    const known = tasks.some((task) => task.title.toLowerCase() === words.toLowerCase());
    const slug = words.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
    const fresh = !known && slug ? [{ slug, title: words, label: box.dataset.add.replace("{words}", words) }] : [];
    const rows = [...tasks, ...fresh].filter((task) => !chosen.has(task.slug)).map((task, index) => {
      const row = make("li", { id: `tasks_${index}`, role: "option", "aria-selected": "false" }, task.label ?? task.title);
      Object.assign(row.dataset, { value: task.slug, title: task.title });
      if (task.workflow) row.append(make("span", { class: "quiet" }, task.workflow));
      return row;
    });
    list.replaceChildren(...rows);
    list.hidden = !rows.length;
    at = -1;
    field.setAttribute("aria-expanded", String(!list.hidden));
    field.removeAttribute("aria-activedescendant");
    said.textContent = tasks.length ? box.dataset.found.replace("{n}", tasks.length) : box.dataset.none;
  }

  async function ask() {
    const words = field.value.trim();
    const mine = ++asked;
    try {
      const answer = await fetch(`/studio/pick/tasks?q=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" } });
      const tasks = answer.ok ? await answer.json() : [];
      if (mine === asked && document.activeElement === field) offer(tasks, words);
    } catch {
      offer([], words);
    }
  }

  field.addEventListener("input", (event) => {
    event.stopPropagation(); // nothing is chosen yet
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const keys = {
      ArrowDown: () => (list.hidden ? ask() : mark(at + 1)),
      ArrowUp: () => list.hidden || mark(at < 0 ? -1 : at - 1),
      Enter: () => list.children[at] && !list.hidden && take(list.children[at]),
      Escape: () => (list.hidden ? (field.value = "") : close()),
    };
    if (event.key === "Backspace" && !field.value && chosen.size) {
      chosen.delete([...chosen.keys()].at(-1));
      changed();
    }
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  field.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    event.preventDefault();
    if (option) take(option);
  });
  draw();
}
