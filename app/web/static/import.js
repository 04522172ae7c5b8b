// Files may be dropped on the form, and a batch shows by itself how far it is. Everything works without.
const PAUSE = 1500;
const drop = document.querySelector("[data-drop]");
const batch = document.querySelector("[data-batch]");
document.documentElement.classList.add("scripted");

if (drop) {
  const input = drop.querySelector("input[type=file]");
  const chosen = drop.querySelector("[data-chosen]");
  drop.querySelector("[data-drop-hint]").hidden = false;
  input.addEventListener("change", () => say(chosen, input.files.length));
  for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => over(event, true));
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, (event) => over(event, false));
  drop.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    say(chosen, input.files.length);
  });
}

function over(event, inside) {
  event.preventDefault();
  drop.classList.toggle("over", inside);
}

function say(where, number) {
  where.textContent = number ? where.dataset[number === 1 ? "one" : "many"].replace("{n}", number) : "";
}

async function follow() {
  while (batch?.hasAttribute("data-running")) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-batch]"));
    } catch {
      // The connection is gone for a moment; the next turn asks again.
    }
  }
}

function show(fresh) {
  const focused = document.activeElement?.getAttribute("href");
  batch.replaceChildren(...fresh.childNodes);
  batch.toggleAttribute("data-running", fresh.hasAttribute("data-running"));
  if (focused) batch.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  const said = document.querySelector("[data-said]");
  if (!batch.hasAttribute("data-running")) said.textContent = said.dataset.done;
}

follow();
