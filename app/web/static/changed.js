// Which revision of an aid was used last, kept by this browser and nowhere else, and from that: what is news here.
import { read, write } from "./events.js";

const USED = "jobaids.used";
const MOST = 300;

const { slug, revision } = document.querySelector(".aid").dataset;
const others = read("localStorage", USED, []).filter(([name]) => name !== slug);
const before = read("localStorage", USED, []).find(([name]) => name === slug)?.[1];
const remember = (number) => write("localStorage", USED, [[slug, number], ...others].slice(0, MOST));

const news = document.querySelector("[data-news]");
const changed = news && before && before < Number(news.dataset.news);
if (changed) {
  const link = news.querySelector("a");
  const button = news.querySelector("[data-seen]");
  link.href += `?since=${before}`;
  link.addEventListener("click", () => remember(Number(revision)));
  button.hidden = news.hidden = false;
  button.addEventListener("click", () => {
    remember(Number(revision));
    news.hidden = true;
    document.getElementById("main").focus();
  });
} else {
  if (news) news.hidden = true;
  remember(Number(revision));
}
