// The preview: the server's own rendering, asked for while somebody types. One question at a time, and after the answer
// the next one with the text as it is then: so an old answer never replaces a newer one.
const PAUSE = 40;
const LONGEST = 1500;

export function look(form, place) {
  let timer;
  let asking = false;
  let again = false;
  let took = 0;

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, Math.min(Math.max(PAUSE, took / 2), LONGEST));
  };

  async function ask() {
    again = asking;
    if (asking) return;
    asking = true;
    const began = performance.now();
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch("/studio/preview", { method: "POST", body });
      if (answer.ok) show(place, await answer.text());
    } catch {
      // The text is here; the preview comes back with the server.
    } finally {
      took = performance.now() - began;
      asking = false;
      if (again) soon();
    }
  }

  for (const event of ["input", "change"]) form.addEventListener(event, soon);
  outside(place);
}

// Where the reader was, and what she folded away, stays so.
function show(place, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  const old = place.querySelector("[data-shown]");
  const closed = [...place.querySelectorAll("details:not([open])")].map((one) => one.id);
  const scrolled = old?.scrollTop ?? 0;
  for (const one of fresh.querySelectorAll("details")) one.open = !closed.includes(one.id);
  place.replaceChildren(...fresh.childNodes);
  const now = place.querySelector("[data-shown]");
  if (now) now.scrollTop = scrolled;
  outside(place);
}

// A link in the preview must not take the text away.
function outside(place) {
  for (const link of place.querySelectorAll("[data-shown] a[href]")) link.target = "_blank";
}
