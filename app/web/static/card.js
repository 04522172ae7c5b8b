// The card: a button to print it.
import { record } from "./events.js";

const card = document.querySelector(".card");
const button = document.querySelector("[data-print]");
button.hidden = false;
button.addEventListener("click", () => print());
addEventListener("beforeprint", () => record("print", { slug: card.dataset.slug, revision: Number(card.dataset.revision) }));
