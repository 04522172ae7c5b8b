// The aids used last, kept by this browser and nowhere else: titles and addresses, never what was searched.
import { read, write } from "./events.js";

const RECENT = "jobaids.recent";
const MOST = 6;

export function remember(slug, title) {
  const others = read("localStorage", RECENT, []).filter((aid) => aid.slug !== slug);
  write("localStorage", RECENT, [{ slug, title }, ...others].slice(0, MOST));
}

export function show(section) {
  const aids = read("localStorage", RECENT, []);
  if (!section || !aids.length) return;
  section.querySelector("ul").replaceChildren(
    ...aids.map(({ slug, title }) => {
      const item = document.createElement("li");
      const link = item.appendChild(document.createElement("a"));
      link.href = `/aids/${slug}`;
      link.textContent = title;
      return item;
    }),
  );
  section.querySelector("[data-clear]").addEventListener("click", () => {
    write("localStorage", RECENT, undefined);
    section.hidden = true;
    document.getElementById("q").focus();
  });
  section.hidden = false;
}
