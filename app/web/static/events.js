// What was used, sent in small batches. Kept for this tab only until the server has it.
const ADDRESS = "/api/v1/events";
const QUEUE = "jobaids.unsent";
const TAB = "jobaids.tab";
const BATCH = 20;
const KEEP = 100;
const SOON = 400;
const SLOWEST = 60_000;

let timer;
let wait = SOON;
let sending = false;

// Storage may be switched off: then nothing is remembered and nothing breaks.
export function read(store, key, otherwise) {
  try {
    return JSON.parse(window[store].getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function write(store, key, value) {
  try {
    if (value === undefined) window[store].removeItem(key);
    else window[store].setItem(key, JSON.stringify(value));
  } catch {
    return;
  }
}

// RFC 9562, version 7: 48 bits of time, then random bits.
export function uuidv7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(now / 65536));
  view.setUint16(4, now % 65536);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// A random name for this tab, so that anonymous readers can be told apart. Not sent by those who ask not to be followed.
function tab() {
  if (navigator.globalPrivacyControl) return undefined;
  const known = read("sessionStorage", TAB);
  if (known) return known;
  const made = uuidv7();
  write("sessionStorage", TAB, made);
  return made;
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(flush, wait);
}

// Fields without a value are left out.
export function record(type, fields = {}) {
  const event = { id: uuidv7(), type, at: new Date().toISOString(), tab: tab() };
  for (const [key, value] of Object.entries(fields)) if (value !== "" && value != null) event[key] = value;
  write("sessionStorage", QUEUE, [...read("sessionStorage", QUEUE, []), event].slice(-KEEP));
  later();
}

export async function flush() {
  const events = read("sessionStorage", QUEUE, []).slice(0, BATCH);
  if (sending || !events.length) return;
  sending = true;
  let done = false;
  try {
    const answer = await fetch(ADDRESS, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ events }),
      keepalive: true,
    });
    // What the server refuses for good is not sent again.
    done = answer.ok || (answer.status >= 400 && answer.status < 500 && ![408, 429].includes(answer.status));
  } catch {
    done = false;
  }
  sending = false;
  if (done) {
    const sent = new Set(events.map((event) => event.id));
    const left = read("sessionStorage", QUEUE, []).filter((event) => !sent.has(event.id));
    write("sessionStorage", QUEUE, left.length ? left : undefined);
    wait = SOON;
    if (left.length) later();
  } else {
    wait = Math.min(wait * 2, SLOWEST);
    later();
  }
}

document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && flush());
addEventListener("online", flush);
if (read("sessionStorage", QUEUE, []).length) later();
