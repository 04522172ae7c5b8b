// A made-up order desk: three screens, a router of its own. It knows nothing of the help but one button.
const ORDERS = [
  { number: 1042, customer: "A. Okafor", state: "Delivered", paid: "card", total: 84.5, items: ["Desk lamp, oak", "Bulb E27, 2 pcs"] },
  { number: 1043, customer: "B. Lindqvist", state: "Packed", paid: "invoice", total: 312.0, items: ["Office chair, grey"] },
  { number: 1044, customer: "C. Moreau", state: "Delivered", paid: "gift card", total: 25.9, items: ["Notebook A5, 5 pcs"] },
  { number: 1045, customer: "D. Rossi", state: "Returned", paid: "card", total: 149.0, items: ["Monitor arm"] },
];
const BASE = "/widget/demo";
const screen = document.getElementById("screen");

function make(name, text, attributes = {}) {
  const node = document.createElement(name);
  if (text) node.textContent = text;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function row(cells, name) {
  const line = make("tr");
  for (const cell of cells) {
    const place = line.appendChild(make(name));
    place.append(cell);
  }
  return line;
}

function link(text, path) {
  return make("a", text, { href: BASE + path });
}

function list() {
  const table = make("table");
  table.append(row(["Order", "Customer", "State", "Total"], "th"));
  for (const order of ORDERS) table.append(row([link(String(order.number), `/orders/${order.number}`), order.customer, order.state, order.total.toFixed(2)], "td"));
  return ["Orders", [table]];
}

function detail(order) {
  const facts = make("dl");
  for (const [name, value] of [["Customer", order.customer], ["State", order.state], ["Paid by", order.paid], ["Items", order.items.join(", ")], ["Total", order.total.toFixed(2)]])
    facts.append(make("dt", name), make("dd", value));
  const refund = make("button", "Refund …", { type: "button" });
  refund.addEventListener("click", () => go(`${BASE}/orders/${order.number}/refund`));
  return [`Order ${order.number}`, [facts, refund]];
}

function refund(order) {
  const form = make("form");
  const reason = make("select", "", { id: "reason" });
  for (const text of ["Damaged", "Wrong item", "Changed mind"]) reason.append(make("option", text));
  form.append(make("label", "Amount", { for: "amount" }), make("input", "", { id: "amount", value: order.total.toFixed(2), inputmode: "decimal" }));
  form.append(make("label", "Reason code", { for: "reason" }), reason, make("p"), make("button", "Post refund", { type: "submit" }));
  const help = make("button", "How do I do this?", { type: "button", "data-job-aid": "customer-care/refund-card-order#step-2" });
  form.append(" ", help);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.append(make("p", `Posted: ${form.amount.value} to ${order.customer}. (Nothing happened, this is a demo.)`, { class: "said", role: "status" }));
  });
  return [`Refund order ${order.number}`, [form]];
}

function show() {
  const [, number, what] = location.pathname.slice(BASE.length).split("/").filter(Boolean);
  const order = ORDERS.find((one) => String(one.number) === number);
  const [title, parts] = !order ? list() : what === "refund" ? refund(order) : detail(order);
  document.title = `${title} · Order desk (demo)`;
  screen.replaceChildren(make("h1", title), ...parts);
}

function go(address) {
  history.pushState(null, "", address);
  show();
}

document.addEventListener("click", (event) => {
  const anchor = event.target.closest(`a[href^="${BASE}"]`);
  if (!anchor || event.defaultPrevented) return;
  event.preventDefault();
  go(anchor.getAttribute("href"));
});
addEventListener("popstate", show);
show();
