// What comes from elsewhere: images by paste, drop or choice, and formatted text from Word or a web page.
import { put } from "./editor-text.js";

// Formatting that is worth a question to the server; other text is pasted as it is.
const FORMATTED = "h1, h2, h3, h4, h5, h6, li, table, strong, b, em, i, a[href], p + p, img[src^='data:']";

async function post(address, body, type) {
  const answer = await fetch(address, { method: "POST", body, headers: { "Content-Type": type, Accept: "application/json" } });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail);
  return said;
}

export function bring(form, field, slug) {
  const said = form.querySelector("[data-said]");
  const undo = form.querySelector("[data-undo]");
  const chooser = form.querySelector("[data-file]");
  const dialog = document.querySelector("[data-picture]");
  const words = document.getElementById("f_alt");
  const folder = () => slug().split("/").map(encodeURIComponent).join("/");

  function say(text, undoable = false) {
    said.textContent = text;
    undo.hidden = !undoable;
  }

  const failed = (error) => say(error instanceof TypeError ? field.dataset.failed : error.message);

  // Asks for the words; resolves with them, or with nothing when the image is not wanted.
  function described(shown) {
    dialog.querySelector("[data-picture-shown]").src = shown;
    dialog.returnValue = "";
    words.value = "";
    dialog.showModal();
    words.focus();
    return new Promise((done) => {
      dialog.addEventListener("close", () => done(dialog.returnValue === "insert" ? words.value.trim() : undefined), { once: true });
    });
  }

  async function images(files) {
    for (const file of files) {
      say(field.dataset.imagesWait);
      try {
        const { address, shown } = await post(`/studio/aids/${folder()}/images`, file, "application/octet-stream");
        say("");
        const alt = await described(shown);
        if (alt !== undefined) put(field, `![${alt.replace(/[[\]]/g, "")}](${address})`);
      } catch (error) {
        failed(error);
      }
    }
  }

  async function formatted(html) {
    say(field.dataset.pasteWait);
    try {
      const { markdown, lost } = await post(`/studio/paste?slug=${encodeURIComponent(slug())}`, html, "text/plain");
      const inLine = !/(^|\n)$/.test(field.value.slice(0, field.selectionStart)) && markdown.trim().includes("\n");
      put(field, (inLine ? "\n\n" : "") + markdown.trim());
      say(lost.length ? field.dataset.lost.replace("{what}", lost.join(" ")) : field.dataset.pasted, true);
    } catch (error) {
      failed(error);
    }
  }

  const pictures = (data) => [...(data?.files ?? [])].filter((file) => file.type.startsWith("image/"));

  field.addEventListener("paste", (event) => {
    const html = event.clipboardData.getData("text/html");
    const page = html && new DOMParser().parseFromString(html, "text/html").body;
    const files = pictures(event.clipboardData);
    if (page && page.textContent.trim() && page.querySelector(FORMATTED)) {
      event.preventDefault();
      formatted(html);
    } else if (files.length) {
      event.preventDefault();
      images(files);
    }
  });
  field.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  field.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    images(event.dataTransfer.files);
  });
  chooser.addEventListener("change", () => {
    images([...chooser.files]);
    chooser.value = "";
  });
  undo.addEventListener("click", () => {
    field.focus();
    document.execCommand("undo");
    say("");
  });
  field.addEventListener("input", () => (undo.hidden = true));
}
