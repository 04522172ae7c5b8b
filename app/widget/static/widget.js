// @ts-check
/*
 * The help panel inside another application: one file, no dependency, nothing of the host touched.
 *
 * The contract is in the manual: "Add help to your application". Lists and aids come from the server as sanitised HTML; here
 * is what a page needs to show them, to know the screen and to say what was used. The page is not trusted to be tidy: it
 * may have replaced fetch, JSON.stringify or what arrays can do, so loops count, and what is sent is written out here.
 */
(() => {
  /** @typedef {{html: string, note: string, words?: any, task?: string, search_id?: string, total?: number, said?: string, query?: string, settled?: boolean}} Listing */
  /** @typedef {{slug: string, title: string, version: number, html: string}} Aid */

  const VERSION = "1.1.0";
  /** @type {any} */
  const win = window;
  const doc = document;
  const page = doc.documentElement;
  const tag = /** @type {HTMLScriptElement} */ (doc.currentScript);
  const data = { ...(tag && tag.dataset) };
  const app = data.app || "";
  /** @type {any} */
  const warned = {};
  /** Say once what is wrong; never throw into the host. @param {string} text */
  const warn = (text) => {
    if (!warned[text]) console.warn("Job aid: " + text);
    warned[text] = 1;
  };
  if (win.JobAid && win.JobAid.version) return warn("loaded twice");
  if (!app || encodeURIComponent(app).toLowerCase() !== app) return warn("bad data-app");
  const BASE = tag.src.split("/widget/")[0];
  const OWN = BASE + "/widget/" + VERSION + "/";
  const API = BASE + "/api/v1/widget/" + app + "/";

  // Small tools

  /** @template T, R @param {ArrayLike<T>} list @param {(item: T, index: number) => R} fn @returns {R[]} */
  const map = (list, fn) => {
    /** @type {R[]} */
    const made = [];
    for (let i = 0; i < list.length; i++) made[i] = fn(list[i], i);
    return made;
  };
  /** @template T @param {ArrayLike<T>} list @param {(item: T) => any} fn @param {number} [most] @returns {T[]} */
  const filter = (list, fn, most = 100) => {
    /** @type {T[]} */
    const kept = [];
    map(list, (item) => kept.length < most && fn(item) && (kept[kept.length] = item));
    return kept;
  };
  const has = (/** @type {ArrayLike<any>} */ list, /** @type {any} */ item) => filter(list, (one) => one === item).length > 0;
  const join = (/** @type {ArrayLike<string>} */ list, /** @type {string} */ by) => {
    let text = "";
    map(list, (item, index) => (text += (index ? by : "") + item));
    return text;
  };
  /** JSON, whatever the page did to JSON.stringify or to toJSON. @param {any} value @returns {string} */
  const json = (value) =>
    typeof value === "string"
      ? '"' + value.replace(/["\\\u0000-\u001f]/g, (sign) => "\\u" + (sign.charCodeAt(0) + 65536).toString(16).slice(1)) + '"'
      : value === null || typeof value !== "object"
        ? "" + value
        : Array.isArray(value)
          ? "[" + join(map(value, json), ",") + "]"
          : "{" + join(map(filter(Object.keys(value), (key) => value[key] !== undefined && value[key] !== ""), (key) => json(key) + ":" + json(value[key])), ",") + "}";
  const parse = JSON.parse;
  /** What this tab remembers; storage may be switched off. @param {string} name @returns {any} */
  const read = (name) => {
    try {
      return parse(sessionStorage["jobaid:" + app + name]);
    } catch {}
  };
  const write = (/** @type {string} */ name, /** @type {any} */ value) => {
    try {
      sessionStorage["jobaid:" + app + name] = json(value);
    } catch {}
  };
  /** RFC 9562, version 7; the host is encrypted or this machine, so randomUUID is there. */
  const uuid = () => ("0" + Date.now().toString(16)).replace(/(.{8})/, "$1-") + "-7" + crypto.randomUUID().slice(15);
  const short = (/** @type {any} */ text, most = 120) => (typeof text === "string" ? text.slice(0, most) : "");
  const on = (/** @type {any} */ target, /** @type {string} */ names, /** @type {any} */ fn) =>
    map(names.split(" "), (name) => target.addEventListener(name, fn, { signal: life.signal }));
  /** @type {any} */
  let policy;
  /** Show HTML that the server sanitised, also where the page allows no Trusted Types policy. */
  const html = (/** @type {any} */ node, /** @type {string} */ text) => {
    if (node.setHTML) node.setHTML(text, { sanitizer: { removeElements: [] } });
    else {
      const rules = { createHTML: String };
      policy = policy || (win.trustedTypes ? win.trustedTypes.createPolicy("jobaid", rules) : rules);
      node.innerHTML = policy.createHTML(text);
    }
  };
  /** Another file of ours, for what few pages need. */
  const also = (/** @type {string} */ name) => {
    const script = doc.createElement("script");
    script.src = OWN + name + ".js";
    script.nonce = tag.nonce;
    Object.assign(script.dataset, data);
    page.append(script);
  };

  // Words

  /** @type {any} */
  const WORDS = {
    launch: "Help", close: "Close", back: "Back", side: "Move to the other side", resize: "Width of the panel", search: "What are you stuck on?",
    offline: "No connection. What you opened before still works.",
    failed: "That did not work. Try again in a moment.", ended: "Your sign-in for help has ended. Reload this page.",
    gone: "This aid is not there, or not for you.",
  };
  /** The one word that is there before the first request. @type {any} */
  const LAUNCH = { de: "Hilfe", fr: "Aide", es: "Ayuda" };
  let words = WORDS;
  const t = (/** @type {string} */ name) => words[name] || WORDS[name];
  const title = () => LAUNCH[lang.slice(0, 2)] || WORDS.launch;

  // What the host chose

  const pick = (/** @type {string} */ name, /** @type {any} */ value, /** @type {string} */ known) => {
    const all = known.split(" ");
    if (!value || has(all, value)) return value || all[0];
    warn(name + ": " + known);
    return all[0];
  };
  const THEMES = "auto light dark";
  const SIDES = "end start";
  let lang = short(data.lang || page.lang || navigator.language, 35);
  let theme = pick("theme", data.theme, THEMES);
  let position = pick("position", data.position, SIDES);
  const manual = pick("route", data.route, "auto manual") === "manual";
  let usage = pick("usage", data.usage, "on anonymous off");
  const launches = data.launcher || "button";
  let targets = "[data-job-aid],[data-job-task]";
  const combination = (/** @type {any} */ keys) => {
    if (!keys || keys === "none") return keys || "alt+h";
    const wanted = short(keys, 30).toLowerCase();
    if (/^(?!(ctrl|meta)\+k$)(?!shift)(ctrl\+)?(alt\+)?(meta\+)?(shift\+)?\S$/.test(wanted) && wanted[1]) return wanted;
    warn("shortcut: alt+h");
  };
  let shortcut = combination(data.shortcut);

  // State

  const life = new AbortController();
  const listeners = new Map();
  /** Set by the host. @type {any} */
  let context = { task: short(data.task) };
  /** @type {string[]} */
  let pinned = [];
  /** What this tab was looking at, and what it could not send. @type {any} */
  let place;
  /** @type {any[]} */
  let queue = [];
  /** Storage answers slowly, so it is not asked before somebody needs help, or nobody looks at the page any more. */
  const recall = () => {
    if (place) return;
    if (usage === "on" && win.navigator.globalPrivacyControl) usage = "anonymous";
    place = { done: {}, recent: [], ...read("") };
    queue = read(":queue") || queue;
    on(win, "online", flush);
    if (queue.length) after("flush", 100, flush);
  };
  const keep = () => place && write("", place);
  /** Suggestions by screen, and the aids opened last: they work without a connection. @type {any} */
  let known = {};
  /** @type {any} */
  let aids = {};
  /** @type {any} */
  let answer;
  let opened = false;
  /** @type {any} */
  let opener;
  /** @type {any} */
  let panel;
  /** Its parts. @type {any} */
  let grip;
  /** @type {any} */
  let backward;
  /** @type {any} */
  let field;
  /** @type {any} */
  let live;
  /** @type {any} */
  let results;
  /** @type {any} */
  let note;
  /** @type {any} */
  let list;
  /** @type {any} */
  let article;
  /** @type {any} */
  let launcher;
  let active = -1;
  let batch = "";
  /** @type {any} */
  const timers = {};
  const after = (/** @type {string} */ name, /** @type {number} */ ms, /** @type {any} */ fn) => {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(fn, ms);
  };
  const emit = (/** @type {string} */ name, /** @type {any} */ detail = {}) => doc.dispatchEvent(new CustomEvent("jobaid:" + name, { bubbles: true, detail }));

  // Where the reader is

  /** Ids put out, query and fragment dropped: the same as the server does. @param {string} path */
  const masked = (path) => {
    let made = "";
    map(path.split(/[?#]/)[0].split("/"), (part) => {
      const id = part[0] !== ":" && !/^v\d\d?$/.test(part) && (part.length > 40 || /[\d@%]/.test(part));
      if (part) made += "/" + (id ? ":id" : part);
    });
    return (made || "/").slice(0, 500);
  };
  const route = () => masked(context.route || (manual ? "" : location.pathname));
  const where = () => ({ path: route(), screen: context.screen || "", task: context.task || "", pin: join(pinned, ","), recent: join(place.recent, ",") });
  /** What the suggestions hang on. */
  const screen = () => json({ ...where(), recent: "" });
  let last = location.pathname;
  /** Suggestions anew, unless the reader is at an aid or at a search. */
  const renew = () => opened && !place.slug && !place.query && suggest();
  const changed = () => {
    last = location.pathname;
    emit("context", { task: context.task, route: route() });
    return renew();
  };
  const moved = () => {
    if (manual || context.route || route() === masked(last)) return;
    context = { task: short(data.task) };
    changed();
  };

  // Who the reader is, and the calls

  let token = "";
  let expires = 0;
  /** @type {any} */
  let identify = data.tokenUrl && (async () => (await (await send(data.tokenUrl, { credentials: "same-origin" })).json()).token);
  const credentials = async (/** @type {boolean} */ fresh) => {
    if (!identify || (!fresh && Date.now() < expires - 6e4)) return token;
    token = "";
    try {
      token = short(await identify(), 4096);
      expires = parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).exp * 1000;
    } catch {
      emit("error", { code: "token" });
    }
    return token;
  };
  /** A page may have replaced fetch: a hidden empty frame has one of its own. */
  let pristine = win.fetch;
  const send = (/** @type {any} */ url, /** @type {any} */ options) => {
    if (!/\[native code/.test(pristine)) {
      const frame = doc.createElement("iframe");
      frame.hidden = true;
      root.append(frame);
      const own = /** @type {any} */ (frame.contentWindow);
      pristine = own.fetch.bind(own);
    }
    return pristine.call(win, url, { credentials: "omit", referrerPolicy: "origin", ...options });
  };
  /** @param {string} path @param {any} [query] @param {any} [body] @returns {Promise<any>} */
  const call = async (path, query, body) => {
    const bare = body && body.events && usage === "anonymous";
    for (let again = 0; ; again = 1) {
      const bearer = bare ? "" : await credentials(!!again);
      const headers = { Accept: "application/json", ...(bearer && { Authorization: "Bearer " + bearer }), ...(body && { "Content-Type": bare ? "text/plain" : "application/json" }) };
      const response = await send(API + path + "?" + new URLSearchParams({ v: VERSION, lang, ...query }), { headers, ...(body && { method: "POST", body: json(body), keepalive: true }) });
      const { status } = response;
      if (response.ok) return status === 204 || response.json();
      if (status !== 401 || !identify || bare || again) throw { status };
    }
  };
  /** What to tell the reader. @param {any} error */
  const trouble = ({ status }) => {
    const code = status ? { 401: "ended", 404: "gone" }[/** @type {401} */ (status)] || "failed" : "offline";
    emit("error", { code });
    return t(code);
  };

  // Use

  let sending = false;
  const record = (/** @type {string} */ type, /** @type {any} */ fields) => {
    if (usage === "off") return;
    recall();
    const { path, screen: named, task } = where();
    if (usage === "on") place.tab = place.tab || uuid();
    queue = filter(queue, () => 1, 99);
    queue[queue.length] = { eid: uuid(), t: new Date().toISOString(), type, tab: usage === "on" ? place.tab : "", route: path, screen: named, task: task || (known[screen()] || {}).task, ...fields };
    write(":queue", queue);
    after("flush", type === "view" || type === "feedback" || queue.length > 19 ? 100 : 1e4, flush);
  };
  const sent = (/** @type {any[]} */ events) => {
    const done = map(events, (event) => event.eid);
    queue = filter(queue, (event) => !has(done, event.eid));
    write(":queue", queue);
  };
  const flush = async () => {
    queue = filter(queue, (event) => Date.now() - Date.parse(event.t) < 864e5);
    const events = filter(queue, () => 1, 20);
    if (sending || !events.length) return;
    sending = true;
    try {
      batch = (await call("events", {}, { events })).batch;
      sent(events);
      if (queue.length) after("flush", 100, flush);
    } catch (error) {
      const { status } = /** @type {any} */ (error);
      if (status >= 400 && status < 500 && !has([401, 408, 429], status)) sent(events);
      else {
        if (!status) beacon(events);
        after("flush", 3e4, flush);
      }
    }
    sending = false;
  };
  /** The last way when the page goes: it carries no header, so a key that works once says whose the events are. */
  const beacon = (/** @type {any[]} */ events) => {
    if (doc.visibilityState !== "hidden" || (identify && usage === "on" && !batch)) return;
    navigator.sendBeacon(API + "events", json({ batch: usage === "on" ? batch : "", events }));
    batch = "";
  };
  const leave = () => {
    recall();
    settle();
    keep();
    flush();
  };

  // Suggestions and search

  const show = (/** @type {Listing} */ listing) => {
    html(note, listing.note);
    html(list, listing.html);
    mark(-1);
    list.ariaBusy = "false";
    list.hidden = !options().length;
    field.ariaExpanded = "" + !list.hidden;
  };
  const fail = (/** @type {any} */ error) => {
    if (!panel) return;
    show(known[screen()] || { html: "", note: "" });
    note.textContent = trouble(error);
  };
  const load = async () => {
    recall();
    const mine = screen();
    if (!known[mine]) {
      const first = (known[mine] = await call("boot", where()));
      batch = first.batch;
      words = first.words || words;
      look("--_given", first.accent || "");
    }
    return known[mine];
  };
  /** The aids for this screen: at once what is known already, then what the server says. */
  const suggest = async () => {
    const mine = screen();
    if (known[mine]) show(known[mine]);
    else list.ariaBusy = "true";
    try {
      const found = await load();
      if (mine === screen() && !place.query && !place.slug) show(found);
    } catch (error) {
      fail(error);
    }
  };
  const search = async () => {
    const query = (place.query = short(field.value.trim(), 500));
    answer = null;
    live.textContent = "";
    if (!query) return suggest();
    list.ariaBusy = "true";
    try {
      const listing = await call("search", { ...where(), q: query });
      if (query !== place.query) return;
      answer = { ...listing, query };
      show(listing);
      after("say", 500, () => panel && (live.textContent = listing.said));
    } catch (error) {
      if (query === place.query) fail(error);
    }
  };
  /** A search counts once, when typing has come to rest or something was opened. */
  const settle = () => {
    if (!answer || answer.settled) return;
    answer.settled = true;
    const { query, total: results } = answer;
    record("search", { eid: answer.search_id, query, results });
    emit(results ? "search" : "noresults", { query, results });
  };
  const options = () => panel.querySelectorAll(".option");
  const mark = (/** @type {number} */ to) => {
    const all = options();
    active = all.length && to >= -1 ? to % all.length : all.length - 1;
    map(all, (/** @type {any} */ node, index) => (node.ariaSelected = "" + (index === active)));
    const node = all[active];
    field.setAttribute("aria-activedescendant", node ? node.id : "");
    if (node) node.scrollIntoView({ block: "nearest" });
  };
  const choose = (/** @type {HTMLElement} */ node) => {
    const { slug, rank, step } = node.dataset;
    settle();
    openAid(slug || "", { step, by: rank ? "search" : "list", ...(rank && answer && { search: answer.search_id, rank: +rank }) });
  };
  const typing = (/** @type {any} */ event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const { key } = event;
    const node = options()[active];
    if (key === "ArrowDown") mark(active + 1);
    else if (key === "ArrowUp") mark(active < 1 ? -2 : active - 1);
    else if (key === "Enter") node ? choose(node) : search().then(settle);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  // An aid

  const back = () => {
    place.slug = "";
    article.hidden = backward.hidden = true;
    results.hidden = false;
  };
  const fetchAid = async (/** @type {string} */ slug) => {
    const aid = await call("aids/" + encodeURI(slug)).catch((error) => {
      if (!error.status && aids[slug]) return aids[slug];
      throw error;
    });
    return (aids[slug] = aid);
  };
  /** Put an aid into an area of the panel or of the page. */
  const render = (/** @type {any} */ area, /** @type {Aid} */ aid, /** @type {string} */ id) => {
    recall();
    html(area, aid.html);
    area.aid = aid;
    area.key = aid.slug + ":" + aid.version;
    count(area);
    return id && reach(area, id, !area.id);
  };
  /** The ids of what was ticked or answered. @param {any} area @returns {string[]} */
  const done = (area) => place.done[area.key] || [];
  /** Show how far the reader is, and of a decision the one question that the answers lead to. @param {any} area @returns {any} */
  const count = (area) => {
    const counter = area.querySelector(".count");
    if (!counter) return;
    const way = done(area);
    const boxes = area.querySelectorAll(".tick");
    /** @type {any} */
    let shown;
    let at = "q-1";
    map(boxes, (/** @type {any} */ box) => (box.checked = has(way, box.id)));
    map(way, (id) => (at = (area.querySelector("#" + id) || area).dataset.to || at));
    map(area.querySelectorAll("[data-way]"), (/** @type {any} */ node) => {
      if (node.dataset.at === at) shown = node;
      node.hidden = node !== shown && !has(way, node.id);
    });
    const { some, all } = (shown || counter).dataset;
    counter.textContent = (way.length === boxes.length ? all : some).replace("{done}", way.length).replace("{n}", boxes.length || way.length + 1);
    map(area.querySelectorAll(".plain"), (/** @type {any} */ button) => (button.hidden = !way.length));
    if (shown) area.querySelector(".out").hash = way[way.length - 1] || "";
    keep();
    return shown;
  };
  /** The focus goes to what is no control, so that it is read out. */
  const attend = (/** @type {any} */ node) => {
    node.tabIndex = -1;
    node.focus();
  };
  /**
   * Unfold, mark and focus a part of an aid.
   * @type {(area: any, id: string, quiet?: any) => boolean}
   */
  const reach = (area, id, quiet) => {
    let node = area.querySelector("#" + win.CSS.escape(id));
    if (!node) return false;
    const screen = node.closest("[data-way]");
    if (screen) {
      place.done[area.key] = filter(screen.dataset.way.split(","), String);
      node = count(area);
    }
    map(area.querySelectorAll(".here"), (/** @type {any} */ one) => one.classList.remove("here"));
    node.classList.add("here");
    const fold = node.closest("details");
    if (fold) fold.open = true;
    if (!quiet) attend(node);
    return true;
  };
  /** Open an aid in the panel: `billing/refund`, or `billing/refund#step-3`. @param {string} address @param {any} how */
  const openAid = async (address, how = {}) => {
    const parts = address.split("#");
    const slug = parts[0];
    const id = how.step ? "step-" + how.step : parts[1];
    if (!opened) await open(how.by || "api", true);
    const area = article;
    place.slug = slug;
    area.hidden = backward.hidden = false;
    results.hidden = true;
    const present = (/** @type {Aid} */ aid) => {
      const reached = render(area, aid, id);
      if (how.back) area.scrollTop = place.scroll;
      if (!reached) area.querySelector("h2").focus({ preventScroll: how.back });
    };
    const before = aids[slug];
    if (before) present(before);
    else area.textContent = "…";
    try {
      const aid = await fetchAid(slug);
      if (place.slug !== slug) return;
      if (!before || before.version !== aid.version) present(aid);
      if (how.back) return;
      const recent = [aid.slug];
      map(place.recent, (one) => one !== aid.slug && recent.length < 6 && (recent[recent.length] = one));
      place.recent = recent;
      viewed(aid, how);
    } catch (error) {
      area.textContent = trouble(error);
    }
    keep();
  };
  const viewed = (/** @type {Aid} */ { slug, version }, /** @type {any} */ { search, rank, by }) => {
    record("view", { slug, version, search, rank });
    emit("view", { slug, version, source: by || "api" });
  };
  const step = (/** @type {string} */ slug, /** @type {number} */ version, /** @type {number} */ step, /** @type {boolean} */ done) => {
    if (done) record("step", { slug, version, step });
    emit("step", { slug, step, done });
  };
  /** What is clicked, ticked and sent inside the panel or an aid in the page. */
  const inside = (/** @type {any} */ event) => {
    const { target } = event;
    const area = target.closest("article") || {};
    const { slug, version } = area.aid || {};
    if (event.type === "change" && target.className === "tick") {
      place.done[area.key] = map(filter(area.querySelectorAll(".tick"), (/** @type {any} */ box) => box.checked), (box) => box.id);
      step(slug, version, +target.id.slice(5), target.checked);
      return count(area);
    }
    if (event.type === "submit") {
      event.preventDefault();
      return ask(target, slug);
    }
    if (event.type !== "click") return;
    const link = target.closest("a[href]");
    const href = (link && link.getAttribute("href")) || "";
    const button = target.closest("[data-do]");
    const option = target.closest(".option");
    if (option) choose(option);
    if (button) (does[button.dataset.do] || said)(area, slug, version, button);
    if (link && link.dataset.print) record("print", { slug, version });
    const own = BASE + "/aids/";
    if (href[0] === "#") {
      event.preventDefault();
      reach(area, decodeURIComponent(href.slice(1)));
    } else if (href.indexOf(own) === 0 && link.className !== "out") {
      event.preventDefault();
      openAid(decodeURIComponent(href.slice(own.length)), { by: "link" });
    }
  };
  /** @type {any} */
  const does = {
    back: () => {
      back();
      field.focus();
      place.query ? search() : suggest();
    },
    side: () => {
      place.side = panel.classList.contains("start") ? "end" : "start";
      dress();
    },
    close: () => close(),
    launch: () => {
      opener = launcher;
      toggle("click");
    },
    /** An answer: one given before to the same question does not count any more. */
    pick: (/** @type {any} */ area, /** @type {any} */ slug, /** @type {any} */ version, /** @type {any} */ { value }) => {
      const question = (/** @type {string} */ id) => id.replace(/-\w+$/, "");
      const way = (place.done[area.key] = filter(done(area), (id) => question(id) !== question(value)));
      way[way.length] = value;
      step(slug, version, +value.split("-")[1], true);
      attend(count(area));
    },
    undo: (/** @type {any} */ area) => {
      done(area).length--;
      attend(count(area));
    },
    again: (/** @type {any} */ area) => {
      delete place.done[area.key];
      attend(count(area) || area.querySelector("h2"));
    },
  };
  const said = (/** @type {any} */ area, /** @type {string} */ slug, /** @type {number} */ version, /** @type {any} */ button) => {
    const helpful = button.dataset.do === "worked";
    record("feedback", { slug, version, helpful });
    emit("feedback", { slug, helpful });
    if (helpful) delete place.done[area.key];
    area.querySelector(".feedback").hidden = true;
    const next = area.querySelector(helpful ? ".thanks" : ".ask");
    next.hidden = false;
    (next.querySelector("textarea") || next).focus();
  };
  const ask = async (/** @type {any} */ form, /** @type {string} */ slug) => {
    const { path: route, screen, task } = where();
    form.eid = form.eid || uuid();
    settle();
    try {
      await call("questions", {}, { eid: form.eid, text: form.text.value, slug, query: place.query, search: (answer || {}).search_id, route, screen, task });
      form.textContent = form.dataset.asked;
      attend(form);
    } catch {
      form.querySelector("[role=status]").textContent = t("failed");
    }
  };

  // The panel

  const sheet = (/** @type {string} */ text) => {
    const made = new CSSStyleSheet();
    made.replaceSync(text);
    return made;
  };
  /** @type {any} */
  let styles;
  const shadow = (/** @type {any} */ element) => {
    const made = element.shadowRoot || element.attachShadow({ mode: "open" });
    made.adoptedStyleSheets = [base];
    on(made, "click", inside);
    return made;
  };
  /** The style of everything but the launcher is read when there is more to see. */
  const full = (/** @type {any} */ shown) => {
    shown.adoptedStyleSheets = [base, (styles = styles || sheet(`__CSS__`))];
    on(shown, "change submit", inside);
  };
  const direction = () => getComputedStyle(page).direction;
  const host = doc.createElement("job-aid-panel");
  const look = (/** @type {string} */ name, /** @type {string} */ value) => host.style.setProperty(name, value);
  /** Colours that the host gave: a pair that cannot be read is refused; what stands on the accent the style sheet computes. */
  const colours = () => {
    const probe = doc.createElement("i");
    root.append(probe);
    look("--_scheme", theme.replace("auto", ""));
    const light = (/** @type {string} */ name) => {
      probe.style.color = "color(from var(--" + name + ") xyz x y z)";
      return +getComputedStyle(probe).color.split(" ")[2] + 0.05;
    };
    const share = light("fg") / light("bg");
    if (share > 0.22 && share < 4.5) {
      warn("--jobaid-fg cannot be read on --jobaid-bg");
      look("--jobaid-fg", "initial");
      look("--jobaid-bg", "initial");
    }
    probe.remove();
  };
  const dress = () => {
    if (!panel) return;
    panel.dir = direction();
    panel.className = "panel " + (place.side || position);
    if (place.width) panel.style.width = place.width + "px";
    grip.ariaValueNow = ((panel.offsetWidth / win.innerWidth) * 100) | 0;
    keep();
  };
  const wider = (/** @type {number} */ width) => {
    place.width = width;
    dress();
  };
  /** Whether the panel stands on the left. */
  const left = () => panel.classList.contains("start") !== (direction() === "rtl");
  const drag = (/** @type {any} */ { buttons, pointerId, clientX }) => {
    if (!buttons) return;
    grip.setPointerCapture(pointerId);
    wider(left() ? clientX : page.clientWidth - clientX);
  };
  const SHELL =
    '<div id=handle role=separator tabindex=0 aria-orientation=vertical aria-label="{resize}"></div><header><button class=icon id=back data-do=back aria-label="{back}" hidden>‹</button><h1>{launch}</h1>' +
    '<button class="icon side" data-do=side aria-label="{side}">⇄</button><button class=icon data-do=close aria-label="{close}">×</button></header>' +
    '<input type=search id=search part=search role=combobox autocomplete=off aria-controls=list aria-autocomplete=list aria-label="{search}" placeholder="{search}">' +
    '<p id=live role=status></p><div id=found><div id=note></div><div class=scroll role=listbox id=list hidden aria-label="{search}"></div></div><article class=scroll id=aid part=aid hidden></article>';
  const build = () => {
    panel = doc.createElement("dialog");
    html(panel, SHELL.replace(/{(\w+)}/g, (_, name) => t(name)));
    panel.ariaLabel = t("launch");
    panel.part = "panel";
    panel.lang = words === WORDS ? "en" : lang;
    full(root);
    root.append(panel);
    [grip, backward, field, live, results, note, list, article] = panel.querySelectorAll("[id]");
    field.ariaExpanded = "false";
    field.value = place.query || "";
    on(field, "keydown", typing);
    on(field, "input", () => {
      back();
      after("type", 120, search);
      after("settle", 1e3, settle);
    });
    on(article, "scroll", (/** @type {any} */ event) => (place.scroll = event.target.scrollTop));
    on(grip, "pointerdown pointermove", drag);
    on(grip, "keydown", (/** @type {any} */ { key }) => {
      const by = key === "ArrowLeft" ? 24 : key === "ArrowRight" ? -24 : 0;
      if (by) wider(panel.offsetWidth + (left() ? -by : by));
    });
    on(panel, "keydown", (/** @type {any} */ event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      close();
    });
    on(panel, "cancel", (/** @type {any} */ event) => event.preventDefault());
  };
  const deepest = () => {
    let node = /** @type {any} */ (doc.activeElement);
    while (node && node.shadowRoot && node.shadowRoot.activeElement) node = node.shadowRoot.activeElement;
    return node;
  };
  /** @param {string} by @param {boolean} [bare] without what was open before */
  const open = async (by, bare) => {
    if (opened) return;
    opener = (by === "click" && opener) || deepest();
    if (words === WORDS && title() !== WORDS.launch) await load().catch(() => {});
    if (opened || life.signal.aborted) return;
    opened = true;
    recall();
    if (!panel) build();
    dress();
    panel.popover = win.innerWidth < 640 ? null : "manual";
    panel.popover ? panel.showPopover() : panel.showModal();
    if (launcher) launcher.ariaExpanded = "true";
    colours();
    emit("open", { by });
    if (!manual && !win.navigation) timers.route = setInterval(moved, 1e3);
    if (bare) return;
    if (place.slug) return openAid(place.slug, { back: true });
    field.focus();
    return place.query ? search() : suggest();
  };
  /** The focus goes back to where the reader came from. */
  const home = () => {
    const to = opener && opener.isConnected && opener !== doc.body ? opener : launcher;
    if (to) to.focus();
  };
  const close = () => {
    if (!opened || !panel) return;
    opened = false;
    leave();
    clearInterval(timers.route);
    panel.popover ? panel.hidePopover() : panel.close();
    if (launcher) launcher.ariaExpanded = "false";
    home();
    opener = null;
    emit("close");
  };
  const toggle = (/** @type {string} */ by) => (opened ? close() : open(by));
  const searchFor = async (/** @type {string} */ by, /** @type {string} */ query) => {
    await open(by, true);
    back();
    field.value = query;
    field.focus();
    return search();
  };

  // Keys and clicks in the page

  const pressed = (/** @type {any} */ event) => {
    if (event.defaultPrevented || event.isComposing || event.repeat) return;
    const within = root.contains(deepest());
    const { key, code, ctrlKey, altKey, metaKey, shiftKey } = event;
    const held = (ctrlKey ? "ctrl+" : "") + (altKey ? "alt+" : "") + (metaKey ? "meta+" : "") + (shiftKey ? "shift+" : "");
    const same = shortcut === held + key.toLowerCase() || shortcut === held + code.slice(3).toLowerCase();
    if (!same && (key !== "F6" || !opened)) return;
    event.preventDefault();
    if (!opened) open("shortcut");
    else if (!within) {
      opener = deepest();
      (article.hidden ? field : backward).focus();
    } else if (same) close();
    else home();
  };
  const clicked = (/** @type {any} */ event) => {
    const target = event.composedPath()[0];
    const node = !event.defaultPrevented && event.target !== host && target.closest && target.closest(targets);
    if (!node || node === tag) return;
    if (node.tagName === "A") event.preventDefault();
    opener = node;
    const aid = node.getAttribute("data-job-aid");
    const task = node.getAttribute("data-job-task");
    if (aid) run("show", aid, { by: "click" });
    else if (task) {
      context = { ...context, task: short(task) };
      searchFor("click", "");
    } else toggle("click");
  };
  /** The launcher never covers what has the focus: it moves above it, or goes until the focus has gone on. */
  const aside = () => {
    const { style } = launcher;
    style.bottom = style.visibility = "";
    const node = deepest();
    if (!node || node === launcher || node === doc.body) return;
    const box = node.getBoundingClientRect();
    const own = launcher.getBoundingClientRect();
    if (box.right <= own.left || box.left >= own.right || box.bottom <= own.top || box.top >= own.bottom) return;
    if (box.top > own.height + 16) style.bottom = win.innerHeight - box.top + 8 + "px";
    else style.visibility = "hidden";
  };
  const hashed = () => {
    const { hash } = location;
    if (hash.slice(0, 8) === "#jobaid=") run("show", decodeURIComponent(hash.slice(8)), { by: "link" });
  };

  // An aid inside the page

  const inline = async (/** @type {any} */ element) => {
    const area = doc.createElement("article");
    const slug = element.getAttribute("slug");
    area.className = "inline";
    area.part = "aid";
    area.dir = direction();
    area.textContent = "…";
    const inner = shadow(element);
    full(inner);
    inner.replaceChildren(area);
    try {
      const aid = await fetchAid(slug);
      render(area, aid, "step-" + element.getAttribute("step"));
      viewed(aid, { by: "inline" });
    } catch (error) {
      area.textContent = trouble(error);
    }
  };
  /** @type {any} */
  let Inline = customElements.get("job-aid");
  if (!Inline) {
    Inline = class extends HTMLElement {
      connectedCallback() {
        if (Inline.show) Inline.show(this);
      }
    };
    customElements.define("job-aid", Inline);
  }

  // What the host may call

  /** Another reader, or none: what was fetched for the last one is not shown. */
  const forget = () => {
    token = batch = "";
    expires = 0;
    answer = null;
    known = {};
    aids = {};
  };
  /** @type {any} */
  const calls = {
    __proto__: null,
    open: () => open("api"),
    close,
    toggle: () => toggle("api"),
    search: (/** @type {any} */ query) => searchFor("api", short(query, 500)),
    show: (/** @type {any} */ slug, /** @type {any} */ how) => openAid(slug.slice(0, 500), { by: "api", ...how }),
    context: (/** @type {any} */ { task, screen, route }) => {
      context = { task: short(task), screen: short(screen), route: short(route) };
      changed();
    },
    suggest: (/** @type {any} */ slugs) => {
      pinned = filter(slugs || [], (slug) => short(slug), 5);
      return renew();
    },
    identify: (/** @type {any} */ callback) => {
      identify = callback.bind();
      forget();
    },
    logout: () => {
      forget();
      identify = null;
      queue = [];
      place = { done: {}, recent: [] };
      write(":queue", queue);
      keep();
      if (panel) {
        back();
        field.value = "";
        if (opened) return suggest();
      }
    },
    set: (/** @type {any} */ given) => {
      recall();
      if (given.theme) theme = pick("theme", given.theme, THEMES);
      if (given.position) {
        position = place.side = pick("position", given.position, SIDES);
        if (launcher) launcher.className = "launcher " + position;
      }
      if (given.shortcut) shortcut = combination(given.shortcut);
      if (given.lang) {
        lang = short(given.lang, 35);
        words = WORDS;
        if (launcher) launcher.textContent = title();
        forget();
        if (opened) close();
        if (panel) panel.remove();
        panel = null;
      }
      colours();
      dress();
    },
    on: (/** @type {any} */ name, /** @type {any} */ fn) => {
      listeners.set(fn, listeners.get(fn) || ((/** @type {any} */ event) => fn(event.detail)));
      on(doc, "jobaid:" + name, listeners.get(fn));
    },
    off: (/** @type {any} */ name, /** @type {any} */ fn) => doc.removeEventListener("jobaid:" + name, listeners.get(fn)),
    destroy: () => {
      flush();
      map(Object.keys(timers), (name) => clearTimeout(timers[name]));
      life.abort();
      Inline.show = null;
      map(doc.querySelectorAll("job-aid"), (node) => node.shadowRoot && node.shadowRoot.replaceChildren());
      host.remove();
      panel = launcher = null;
      delete win.JobAid;
    },
  };
  const run = async (/** @type {any} */ name, /** @type {any} */ one, /** @type {any} */ other) => {
    try {
      if (!calls[name]) throw "there is no such call";
      if (!life.signal.aborted) return await calls[name](one, other);
    } catch (error) {
      warn(String(name) + ": " + error);
    }
  };
  run.version = VERSION;

  // Begin

  const base = sheet(`__LAUNCHER__`);
  if ("frame" in data) return also("frame");
  const root = shadow(host);
  if (launches === "button") {
    launcher = doc.createElement("button");
    Object.assign(launcher, { className: "launcher " + position, part: "launcher", ariaHasPopup: "dialog", ariaExpanded: "false", textContent: title() });
    launcher.dataset.do = "launch";
    on(doc, "focusin", aside);
    root.append(launcher);
  } else if (launches !== "none")
    try {
      host.matches(launches);
      targets += "," + launches;
    } catch {
      warn("data-launcher");
    }
  page.append(host);
  if (theme !== "auto") colours();
  on(doc, "click", clicked);
  on(doc, "keydown", pressed);
  on(win, "hashchange", hashed);
  if (win.navigation) on(win.navigation, "currententrychange", moved);
  else on(win, "popstate hashchange", moved);
  on(doc, "visibilitychange", () => doc.visibilityState === "hidden" && leave());
  const waiting = (win.JobAid && win.JobAid.q) || [];
  win.JobAid = run;
  Inline.show = inline;
  map(doc.querySelectorAll("job-aid"), inline);
  map(waiting, (/** @type {any} */ args) => run(args[0], args[1], args[2]));
  emit("ready", { version: VERSION });
  hashed();
  if (location.search.indexOf("jobaid=record") > 0) also("recorder");
})();
