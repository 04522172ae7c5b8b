// @ts-check
// A trainer opens an application with ?jobaid=record and clicks the title of a screen: the studio proposes the rule for it.
(() => {
  "use strict";
  const tag = /** @type {HTMLScriptElement} */ (document.currentScript);
  const base = new URL(tag.src).origin;
  const life = new AbortController();
  const host = document.createElement("job-aid-recorder");
  const root = host.attachShadow({ mode: "open" });
  const styles = new CSSStyleSheet();
  styles.replaceSync(
    ":host{all:initial!important}div{position:fixed;inset:auto auto 8px 50%;translate:-50%;z-index:2147483001;display:flex;gap:12px;align-items:center;" +
      "padding:8px 16px;border:2px solid #2456b0;border-radius:8px;background:#fff;color:#20242b;font:600 16px/1.4 system-ui,sans-serif}" +
      "button{min-height:44px;padding:0 12px;font:inherit}",
  );
  root.adoptedStyleSheets = [styles];
  /** @type {any} */
  const said = "__WORDS__";
  const lang = tag.dataset.lang || document.documentElement.lang || navigator.language;
  const words = said[lang.slice(0, 2)] || said.en;
  const bar = document.createElement("div");
  bar.role = "status";
  bar.textContent = words.record;
  const cancel = document.createElement("button");
  cancel.textContent = words.cancel;
  const end = () => {
    life.abort();
    host.remove();
  };
  cancel.addEventListener("click", end);
  bar.append(cancel);
  root.append(bar);
  document.documentElement.append(host);
  document.addEventListener(
    "click",
    (event) => {
      const path = event.composedPath();
      if (path.includes(host) || path.some((node) => node instanceof Element && node.localName === "job-aid-panel")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const words = path[0] instanceof HTMLElement ? path[0].innerText.trim().split("\n")[0].slice(0, 120) : "";
      const query = new URLSearchParams({ path: location.pathname, title: words });
      open(`${base}/studio/applications/${tag.dataset.app}/rules?${query}`, "_blank", "noopener");
    },
    { capture: true, signal: life.signal },
  );
})();
