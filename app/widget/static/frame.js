// @ts-check
/*
 * The panel in a frame, for hosts that let no foreign script near their data: this much runs in the host, the rest in a page
 * of the help server that only the named origins may frame. Each side checks the window and the origin of the other.
 */
(() => {
  "use strict";
  /** @type {any} */
  const win = window;
  const tag = /** @type {HTMLScriptElement} */ (document.currentScript);
  const data = { ...tag.dataset };
  if (win.JobAid && win.JobAid.version) return console.warn("Job aid: loaded twice");
  const BASE = new URL(tag.src).origin;
  const life = new AbortController();
  const host = document.createElement("job-aid-panel");
  const root = host.attachShadow({ mode: "open" });
  const styles = new CSSStyleSheet();
  styles.replaceSync(
    ":host{all:initial!important}[hidden]{display:none!important}button{position:fixed;inset:auto 16px 16px auto;z-index:2147483000;" +
      "min-height:44px;padding:8px 20px;border:2px solid;border-radius:24px;background:#2456b0;color:#fff;font:600 16px system-ui,sans-serif;cursor:pointer}" +
      "iframe{position:fixed;inset:0 0 0 auto;width:min(360px,100vw);height:100dvh;border:1px solid #8884;z-index:2147483000;background:Canvas}" +
      "button.rtl{inset:auto auto 16px 16px}iframe.rtl{inset:0 auto 0 0}",
  );
  root.adoptedStyleSheets = [styles];
  const lang = data.lang || document.documentElement.lang || navigator.language;
  /** @type {any} */
  const said = "__WORDS__";
  const { launch } = said[lang.slice(0, 2)] || said.en;
  const rtl = getComputedStyle(document.documentElement).direction === "rtl";
  const button = document.createElement("button");
  button.lang = lang;
  button.textContent = launch;
  button.ariaHasPopup = "dialog";
  button.ariaExpanded = "false";
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.title = launch;
  for (const one of [button, frame]) one.className = rtl ? "rtl" : "";
  let ready = false;
  /** @type {any[]} */
  let waiting = [];
  /** @type {any} */
  let identify = data.tokenUrl ? async () => (await (await fetch(data.tokenUrl || "", { credentials: "same-origin" })).json()).token : null;
  /** @type {any} */
  let context = { task: data.task };
  const where = () => ({ route: context.route || location.pathname, task: context.task, screen: context.screen });
  const tell = (/** @type {any} */ message) => (ready ? frame.contentWindow && frame.contentWindow.postMessage(message, BASE) : waiting.push(message));
  const open = () => {
    if (!frame.src) frame.src = BASE + "/widget/frame/" + encodeURIComponent(data.app || "") + "?lang=" + encodeURIComponent(lang);
    frame.hidden = false;
    button.hidden = true;
    button.ariaExpanded = "true";
    frame.focus();
    tell({ jobaid: "context", ...where() });
  };
  const close = () => {
    frame.hidden = true;
    button.hidden = false;
    button.ariaExpanded = "false";
    button.focus();
  };
  /** @param {MessageEvent} event */
  const heard = async (event) => {
    if (event.source !== frame.contentWindow || event.origin !== BASE || !event.data) return;
    const { jobaid: what, name, detail } = event.data;
    if (what === "ready") {
      ready = true;
      if (identify) tell({ jobaid: "identify" });
      tell({ jobaid: "context", ...where() });
      waiting.splice(0).forEach(tell);
    } else if (what === "token") {
      const token = identify ? await Promise.resolve(identify()).catch(() => "") : "";
      tell({ jobaid: "token", token });
    } else if (what === "close") close();
    else if (what === "event") document.dispatchEvent(new CustomEvent("jobaid:" + name, { bubbles: true, detail }));
  };
  /** @type {any} */
  const calls = {
    open,
    close,
    toggle: () => (frame.hidden ? open() : close()),
    search: (/** @type {any} */ query) => (open(), tell({ jobaid: "search", query })),
    show: (/** @type {any} */ slug, /** @type {any} */ how) => (open(), tell({ jobaid: "show", slug, step: how && how.step })),
    context: (/** @type {any} */ given) => {
      context = given || {};
      tell({ jobaid: "context", ...where() });
    },
    identify: (/** @type {any} */ callback) => {
      identify = callback;
      tell({ jobaid: "identify" });
    },
    destroy: () => {
      life.abort();
      host.remove();
      delete win.JobAid;
    },
  };
  const run = async (/** @type {any} */ name, /** @type {any[]} */ ...args) => {
    try {
      return calls[name](...args);
    } catch (error) {
      console.warn("Job aid: " + name + ": " + error);
    }
  };
  run.version = "1.0.0";
  const queued = (win.JobAid && win.JobAid.q) || [];
  win.JobAid = run;
  button.addEventListener("click", open);
  addEventListener("message", heard, { signal: life.signal });
  root.append(button, frame);
  document.documentElement.append(host);
  for (const args of queued) run(args[0], args[1], args[2]);
})();
