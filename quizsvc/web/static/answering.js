// Comforts while typing an answer; every page works without them.
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

document.addEventListener("paste", fillGrid);
document.addEventListener("paste", pasteVector);
document.addEventListener("quizsvc:fresh", ({ detail: root }) => {
  root.querySelectorAll("input[data-twin]").forEach((field) => {
    const twin = field.form && field.form.elements.namedItem(field.dataset.twin);
    if (twin) mirror(field, twin);
  });
  root.querySelectorAll("[data-echo]").forEach(echo);
});
