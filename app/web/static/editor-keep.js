// What is typed is kept on the server a second after the last key, and when the page is left: it survives the browser.
const REST = 1000;
const AGAIN = 5000;

export function keep(form) {
  const state = form.querySelector("[data-state]");
  const others = document.querySelector("[data-others]");
  let timer;
  let typed = false;
  let failed = false;
  let saving = false;
  let sent;

  function say(text) {
    if (state.textContent !== text) state.textContent = text;
  }

  function warn(names) {
    const rows = names.map((name) => {
      const row = document.createElement("p");
      row.className = others.dataset.kind;
      row.textContent = `${name} ${form.dataset.others}`;
      return row;
    });
    if (others.textContent.trim() !== rows.map((row) => row.textContent).join("")) others.replaceChildren(...rows);
  }

  // `keepalive` lets the request outlive the page; browsers allow it up to 64 kB.
  async function send(keepalive) {
    clearTimeout(timer);
    if (!typed || saving) return;
    typed = false;
    const body = new URLSearchParams(new FormData(form));
    try {
      const small = String(body).length < 60_000;
      const answer = await fetch("/studio/drafts", { method: "POST", body, keepalive: keepalive && small, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const { kept, others: names } = await answer.json();
      failed = false;
      say(form.dataset.kept.replace("{time}", kept));
      warn(names);
    } catch (error) {
      typed = failed = true;
      say(["401", "403"].includes(error.message) ? form.dataset.signedOut : form.dataset.notKept);
      timer = setTimeout(() => (sent = send()), AGAIN);
    }
  }

  form.addEventListener("input", () => {
    typed = true;
    clearTimeout(timer);
    timer = setTimeout(() => (sent = send()), failed ? AGAIN : REST);
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send(true));
  addEventListener("pagehide", () => send(true));
  addEventListener("beforeunload", (event) => failed && !saving && event.preventDefault());
  // A copy that is on its way must not arrive after the text was saved.
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    if (sent && !saving) {
      event.preventDefault();
      const { submitter } = event;
      saving = true;
      await sent;
      setTimeout(() => form.requestSubmit(submitter)); // not while this very event is under way
    }
    saving = true;
  });
}
