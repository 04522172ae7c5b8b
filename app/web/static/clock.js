// When this tab began to look for something: the first key of a search. Read once, when an aid opens.
import { read, write } from "./events.js";

const START = "jobaids.start";
const TOO_OLD = 30 * 60_000;

export function start() {
  if (elapsed() === undefined) write("sessionStorage", START, Date.now());
}

export function stop() {
  write("sessionStorage", START, undefined);
}

// Milliseconds since then, or undefined when nobody was searching.
export function elapsed() {
  const began = read("sessionStorage", START);
  const ms = Date.now() - began;
  return began && ms >= 0 && ms < TOO_OLD ? ms : undefined;
}
