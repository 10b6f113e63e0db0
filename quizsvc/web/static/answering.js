// Comforts while typing an answer; every page works without them.
"use strict";

const LONGEST = 2000; // characters of a preview: as in web/echoes.py
const LONGEST_ADDRESS = 3000; // the same, spelt out in the address of a request
const LONGEST_ANSWER = 64000; // characters of one answer: as in grading.py
const LARGEST_FORM = 256 * 1024; // bytes: as in web/security.py

const count = (number) => number.toLocaleString("en");

function type(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// ---- Previews: how a text is read, once typing pauses

// The line or cell of a text in which something is not understood, with the place marked.
function marked(letters, start, length) {
  const ends = (letter) => letter === "\n" || letter === "\t";
  let from = start, to = start + length;
  while (from > 0 && start - from < 40 && !ends(letters[from - 1])) from -= 1;
  while (to < letters.length && to - start - length < 40 && !ends(letters[to])) to += 1;
  const piece = (a, b) => letters.slice(a, b).join("");
  const mark = document.createElement("mark");
  mark.textContent = piece(start, start + length) || "\u00a0"; // something is missing here
  const code = document.createElement("code");
  code.append(piece(from, start), mark, piece(start + length, to));
  const before = letters.slice(0, start), line = before.lastIndexOf("\n"), cell = before.lastIndexOf("\t");
  const place = document.createElement("span");
  place.className = "unseen";
  place.textContent = ` At character ${start - Math.max(line, cell)}.`;
  return [code, place];
}

function show(output, letters, { html = "", words = "", start = null, length = 0 } = {}) {
  const formula = document.createElement("span"), told = document.createElement("span");
  formula.innerHTML = html; // MathML that our own server made
  told.textContent = words;
  const [code, place] = start === null ? ["", ""] : marked(letters, start, length);
  output.replaceChildren(...[html && formula, code, words && told, place].filter(Boolean));
}

function preview(source, text) {
  const output = document.getElementById(`${source.id}-echo`);
  let timer = 0, request = new AbortController();
  const ask = async () => {
    const typed = text(), spelt = typed.length > LONGEST ? "" : encodeURIComponent(typed);
    if (!typed.trim()) { show(output, []); return; }
    if (!spelt || spelt.length > LONGEST_ADDRESS) {
      show(output, [], { words: `Too long to preview: ${count(typed.length)} characters; read when you check.` });
      return;
    }
    request = new AbortController();
    const { signal } = request;
    const found = await fetch(`${source.dataset.echo}?text=${spelt}`, { signal })
      .then((response) => (response.ok ? response.json() : {})).catch(() => ({}));
    // Offline nothing is said; an answer that was overtaken says nothing either.
    if (!signal.aborted) show(output, [...typed], found);
  };
  source.addEventListener("input", () => {
    clearTimeout(timer);
    request.abort();
    timer = setTimeout(ask, 250);
  });
  if (text().trim()) ask();
}

// ---- Fields of one line, and pictures

// A field of one line would join the lines of a pasted row or column: they are entries.
function pasteVector(event) {
  const field = event.target.closest("input[data-entries]");
  const text = field && event.clipboardData ? event.clipboardData.getData("text").trim() : "";
  const rows = /[\n\t]|\\\\/.test(text) ? rowsOf(text) : [], entries = rows.flat();
  if (entries.length < 2 || (rows.length > 1 && rows.some((row) => row.length > 1))) return;
  event.preventDefault();
  const { selectionStart: from, selectionEnd: to, value } = field, list = entries.join(", ");
  const alone = !(value.slice(0, from) + value.slice(to)).trim();
  field.setRangeText(alone ? `[${list}]` : list, alone ? 0 : from, alone ? value.length : to, "end");
  type(field, field.value);
}

// The picture of a graph and the table beside it hold the same fields.
function mirror(field, twin) {
  const copy = (from, to) => from.addEventListener("input", () => {
    if (to.value !== from.value) type(to, from.value);
  });
  if (field.value || !twin.value) twin.value = field.value; else field.value = twin.value;
  copy(field, twin);
  copy(twin, field);
}

// ---- Palette: signs that a keyboard hides

const NAMES = {
  "/": "divided by", "−": "minus", "+": "plus", "*": "times", ".*": "times, entry by entry",
  "·": "times, or dot product", "×": "times", "^": "to the power of", "²": "squared",
  "ᵀ": "transposed", "√()": "square root", "π": "pi", "()": "round brackets",
  "[]": "square brackets", "10^()": "ten to the power of", "%": "per cent", ",": "comma",
  "σ()": "sigmoid", I: "I, the identity",
};

function insert(field, symbol) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const pair = /(\(\)|\[\])$/.test(symbol), inside = pair ? value.slice(from, to) : "";
  field.focus();
  field.setRangeText(pair ? symbol.slice(0, -1) + inside + symbol.slice(-1) : symbol, from, to, "end");
  if (pair && !inside) field.setSelectionRange(field.selectionEnd - 1, field.selectionEnd - 1);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// All of it can be typed as words, so a keyboard's way to the next field passes one stop at most:
// the toggle, or the toolbar, within which the arrow keys lead on.
function palette(place) {
  const part = place.closest(".field"), inputs = [...part.querySelectorAll("input[type=text], textarea")];
  let field = inputs[0];
  part.addEventListener("focusin", ({ target }) => { if (inputs.includes(target)) field = target; });
  const bar = document.createElement("div");
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Symbols");
  const buttons = place.dataset.symbols.split(" ").map((symbol, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = i ? -1 : 0;
    button.textContent = symbol.replace(/^(\(|\[)(.)$/, "$1 $2").replace(/\(\)$/, "");
    if (NAMES[symbol]) button.setAttribute("aria-label", NAMES[symbol]);
    button.addEventListener("click", () => insert(field, symbol));
    return button;
  });
  bar.append(...buttons);
  bar.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  bar.addEventListener("keydown", ({ key, target }) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (key === "Escape") field.focus();
    if (!step) return;
    const next = buttons[(buttons.indexOf(target) + step + buttons.length) % buttons.length];
    buttons.forEach((button) => { button.tabIndex = button === next ? 0 : -1; });
    next.focus();
  });
  if (!matchMedia("(pointer: coarse)").matches) {
    const toggle = document.createElement("button");
    toggle.type = "button";
    toggle.className = "toggle";
    toggle.textContent = "Symbols";
    toggle.setAttribute("aria-expanded", "false");
    toggle.addEventListener("click", () => {
      bar.hidden = !bar.hidden;
      toggle.setAttribute("aria-expanded", String(!bar.hidden));
    });
    bar.hidden = true;
    place.append(toggle);
  }
  place.append(bar);
  place.hidden = false;
}

// ---- Sending: what the server would refuse unread stays here, with the reason

function tooLong(form) {
  const fields = [...form.querySelectorAll("input[type=text], textarea")];
  const field = fields.reduce((a, b) => (b.value.length > a.value.length ? b : a), fields[0]);
  if (!field || field.value.length < LARGEST_FORM / 100) return null;
  const bytes = new URLSearchParams(new FormData(form)).toString().length;
  if (field.value.length <= LONGEST_ANSWER && bytes <= LARGEST_FORM) return null;
  const most = Math.min(LONGEST_ANSWER, Math.floor(field.value.length * LARGEST_FORM / bytes / 1000) * 1000);
  return { field, most };
}

function keepTooLong(event) {
  const found = tooLong(event.target);
  if (!found) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { field, most } = found, box = event.target.closest(".embedded") || document.querySelector("main");
  box.querySelectorAll("[data-problems]").forEach((old) => old.remove());
  const summary = document.createElement("div"), head = document.createElement("h2"), link = document.createElement("a");
  summary.className = "summary";
  summary.tabIndex = -1;
  summary.dataset.problems = "";
  head.textContent = "Not sent yet";
  link.href = `#${field.id}`;
  link.textContent = `This has ${count(field.value.length)} characters; at most ${count(most)} can be sent. `
    + "Nothing was lost: shorten it here.";
  summary.append(head, link);
  field.setAttribute("aria-invalid", "true");
  if (box.tagName === "MAIN") box.prepend(summary); else event.target.before(summary);
  titled(document);
  summary.focus();
}

function titled(root) {
  const plain = document.title.replace(/^Error: /, "");
  document.title = root.querySelector("[data-problems]") ? `Error: ${plain}` : plain;
}

document.addEventListener("submit", keepTooLong, { capture: true });
document.addEventListener("paste", pasteVector);
document.addEventListener("quizsvc:fresh", ({ detail: root }) => {
  root.querySelectorAll("input[data-twin]").forEach((field) => {
    const twin = field.form && field.form.elements.namedItem(field.dataset.twin);
    if (twin) mirror(field, twin);
  });
  root.querySelectorAll("[data-echo]").forEach((source) => {
    preview(source, source.matches(".grid") ? () => textOf(source) : () => source.value);
  });
  root.querySelectorAll(".palette").forEach(palette);
  if (root !== document) titled(document);
});
