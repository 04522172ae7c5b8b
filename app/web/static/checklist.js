// A checklist: the moment at which everything was ticked, kept in this tab, and the way to paper. aid.js has set the ticks.
import { read, write } from "./events.js";

const aid = document.querySelector(".aid");
const KEY = `jobaids.completed:${aid.dataset.slug}:${aid.dataset.revision}`;
const boxes = [...aid.querySelectorAll(".tick")];
const said = aid.querySelector("[data-complete]");
const paper = aid.querySelector("[data-print-list]");

// 23 Nov 2026, 16:40: as everywhere on these pages.
function written(moment) {
  const language = document.documentElement.lang.replace(/^en$/, "en-GB");
  const words = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  return said.dataset.text.replace("{at}", words.format(new Date(moment)));
}

function show() {
  const moment = boxes.every((box) => box.checked) ? read("sessionStorage", KEY, new Date().toISOString()) : undefined;
  write("sessionStorage", KEY, moment);
  said.textContent = moment ? written(moment) : "";
}

if (boxes.length) {
  for (const box of boxes) box.addEventListener("change", show);
  aid.querySelector("[data-again]").addEventListener("click", show);
  paper.hidden = false;
  paper.addEventListener("click", () => print());
  show();
}
