// Small comforts; every page works without them.
"use strict";

// A multi-cell text pasted into one cell of a grid fills the grid from there.
function rowsOf(text) {
  const rows = text.trim().replace(/\]\s*,\s*\[/g, "\n").replace(/[[\]]/g, "")
    .split(/[\n;]/).map((row) => row.trim()).filter(Boolean);
  return rows.map((row) => row.split(/\t/.test(row) ? /\t/ : /[,\s]+/).map((cell) => cell.trim()));
}

function fillGrid(event) {
  const cell = event.target.closest(".grid input");
  const rows = cell && event.clipboardData ? rowsOf(event.clipboardData.getData("text")) : [];
  if (rows.length < 2 && (rows[0] || []).length < 2) return;
  const grid = [...cell.closest(".grid").rows].map((row) => [...row.querySelectorAll("input")]);
  const top = grid.findIndex((row) => row.includes(cell));
  const left = grid[top].indexOf(cell);
  const fits = rows.every((row, i) => grid[top + i] && left + row.length <= grid[top + i].length);
  if (!fits) return; // pasted as it is: the message after "Check" says what was expected
  event.preventDefault();
  rows.forEach((row, i) => row.forEach((text, j) => { grid[top + i][left + j].value = text; }));
}

// A field of one line would join the lines of a pasted row or column: they are entries.
function pasteVector(event) {
  const field = event.target.closest("input[data-entries]");
  const rows = field && event.clipboardData ? rowsOf(event.clipboardData.getData("text")) : [];
  const entries = rows.flat();
  if (entries.length < 2 || (rows.length > 1 && rows.some((row) => row.length > 1))) return;
  event.preventDefault();
  field.value = `[${entries.join(", ")}]`;
  field.dispatchEvent(new Event("input"));
}

// The picture of a graph and the table beside it hold the same fields.
function mirror(field, twin) {
  const copy = (from, to) => from.addEventListener("input", () => { to.value = from.value; });
  if (field.value || !twin.value) twin.value = field.value; else field.value = twin.value;
  copy(field, twin);
  copy(twin, field);
}

// What is typed is read back in maths with its shape, once typing pauses.
function echo(field) {
  const output = field.parentElement.querySelector("output.echo");
  let timer = 0, asked = 0;
  const show = async () => {
    const turn = ++asked;
    const answer = await fetch(`${field.dataset.echo}?text=${encodeURIComponent(field.value)}`)
      .then((response) => (response.ok ? response.json() : null)).catch(() => null);
    if (!answer || turn !== asked) return; // offline, or overtaken by what was typed since
    output.innerHTML = answer.html; // MathML that our own server made
    output.append(answer.words ? ` ${answer.words}` : "");
  };
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 250); });
  if (field.value) show();
}

// What is wider than the screen scrolls by itself, so the keyboard must reach it.
function reachScrolling() {
  document.querySelectorAll(".wide, .maths-display, .claim p, .stem p, .embedded p").forEach((box) => {
    const scrolls = box.scrollWidth > box.clientWidth && getComputedStyle(box).overflowX === "auto";
    if (scrolls) box.tabIndex = 0; else box.removeAttribute("tabindex");
  });
}

// A question in a lesson is answered, and an example changed, without losing the place.
async function replaceInPlace(event, source, request) {
  const id = source.dataset.replace, here = document.getElementById(id);
  if (!id || !here) return;
  event.preventDefault();
  let address = "";
  const page = await fetch(...request).then((response) => {
    address = response.ok ? response.url : "";
    return response.text();
  }).catch(() => null);
  const fresh = page && new DOMParser().parseFromString(page, "text/html").getElementById(id);
  if (!fresh) { // offline, or an error page: let the browser show what there is
    if (source.tagName === "FORM") source.submit(); else location.assign(source.href);
    return;
  }
  if (address) history.replaceState(null, "", address); // a reload shows the same
  here.replaceWith(document.adoptNode(fresh));
  enliven(fresh);
  fresh.tabIndex = -1;
  (fresh.querySelector("[data-problems]") || fresh).focus({ preventScroll: true });
  fresh.scrollIntoView({ block: "nearest" });
}

function enliven(root) {
  root.querySelectorAll("input[data-twin]").forEach((field) => {
    const twin = field.form && field.form.elements.namedItem(field.dataset.twin);
    if (twin) mirror(field, twin);
  });
  root.querySelectorAll("[data-echo]").forEach(echo);
  root.querySelectorAll("form[data-replace]").forEach((form) => {
    form.addEventListener("submit", (event) => replaceInPlace(
      event, form, [form.action, { method: "POST", body: new FormData(form) }],
    ));
  });
  root.querySelectorAll("a[data-replace]").forEach((link) => {
    link.addEventListener("click", (event) => replaceInPlace(event, link, [link.href]));
  });
  reachScrolling();
}

document.addEventListener("paste", fillGrid);
document.addEventListener("paste", pasteVector);
window.addEventListener("load", reachScrolling);
window.addEventListener("resize", reachScrolling);
enliven(document);
const problems = document.querySelector("[data-problems]");
if (problems) problems.focus();
