// A reference: each heading has a link to itself; a click also puts the address on the clipboard.
const template = document.getElementById("anchor");

function anchor(heading, id) {
  const link = template.content.cloneNode(true).firstElementChild;
  link.href = `#${id}`;
  link.ariaLabel = link.ariaLabel.replace("{title}", heading.textContent.trim());
  link.addEventListener("click", () => copy(link));
  return link;
}

async function copy(link) {
  try {
    await navigator.clipboard.writeText(link.href);
  } catch {
    return; // The address stands in the browser's own field.
  }
  const said = document.createElement("span");
  said.className = "copied";
  said.role = "status";
  link.after(said);
  said.textContent = template.dataset.copied;
  setTimeout(() => said.remove(), 2000);
}

for (const part of document.querySelectorAll("details.section")) part.append(anchor(part.querySelector("summary h2"), part.id));
for (const heading of document.querySelectorAll(".section h3[id]")) heading.append(" ", anchor(heading, heading.id));
