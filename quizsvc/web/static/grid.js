// Grids: arrow keys, and whole matrices that are pasted or typed. Without it each cell is a field.
"use strict";

const cellsOf = (grid) => [...grid.rows].map((row) => [...row.querySelectorAll("input")]);
const textOf = (grid) => {
  const rows = cellsOf(grid).map((row) => row.map((cell) => cell.value.trim()));
  return rows.flat().some(Boolean) ? rows.map((row) => row.join("\t")).join("\n") : "";
};

// What stands between signs of a kind, where no bracket is open.
function cut(text, separator) {
  const pieces = [""];
  let depth = 0;
  for (const letter of text) {
    depth += "([{".includes(letter) - ")]}".includes(letter);
    if (depth <= 0 && separator.test(letter)) pieces.push(""); else pieces[pieces.length - 1] += letter;
  }
  return pieces.map((piece) => piece.trim());
}

function cutRow(row, columns) {
  if (row.includes("\t")) return row.split("\t").map((cell) => cell.trim());
  // A sign with a space on both sides joins; one with a space before it only begins an entry.
  const joined = row.replace(/\s*([*/^·×])\s*/g, "$1").replace(/\s+([-+−])\s+/g, "$1");
  const spaced = cut(joined, /\s/).filter(Boolean);
  const commas = cut(row.replace(/,\s*$/, ""), /,/);
  const decimals = spaced.length === columns && spaced.every((cell) => /^[^,]+(,[^,]+)?$/.test(cell));
  return commas.length > 1 && !decimals ? commas : spaced;
}

// Rows of cells: a spreadsheet's tabs, lines, [1 2; 3 4], [[1, 2], [3, 4]] or LaTeX.
function rowsOf(text, columns = 0) {
  if (text.length > LONGEST_ANSWER) return [];
  let inner = text.replace(/\r\n?/g, "\n").replace(/^[ \n]+|[ \n]+$/g, "")
    .replace(/^(np\.|numpy\.)?array\(([^]*?)(,\s*dtype=[^)]*)?\)$/, "$2");
  const latex = /\\begin\{[a-z]*matrix\}([^]*)\\end\{[a-z]*matrix\}/.exec(inner);
  if (latex) {
    const plain = latex[1].replace(/\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}/g, "($1)/($2)").replace(/\\[,;!]/g, "");
    return plain.split("\\\\").filter((row) => row.trim())
      .map((row) => row.split("&").map((cell) => cell.trim()));
  }
  if (/^\[[^]*\]$/.test(inner) && cut(inner, /[\s,;]/).length === 1) inner = inner.slice(1, -1).trim();
  const nested = inner.startsWith("[") && cut(inner.replace(/\]\s*[,;]?\s*\[/g, "]\u0000["), /\u0000/);
  const rows = nested && nested.every((row) => /^\[[^]*\]$/.test(row))
    ? nested.map((row) => row.slice(1, -1).replace(/\n/g, " ")) : inner.split(/\n|;/);
  return rows.map((row) => row.replace(/^ +| +$/g, "")).filter((row) => row)
    .map((row) => cutRow(row, columns));
}

// A piece of something else, such as [1; 2]', is no cell.
function isCell(text) {
  const depths = [...text].reduce((all, letter) => [
    ...all, all[all.length - 1] + "([{".includes(letter) - ")]}".includes(letter),
  ], [0]);
  return Math.min(...depths) === 0 && depths[depths.length - 1] === 0;
}

// Put rows into a grid from a cell on, if they fit.
function put(rows, cells, top, left) {
  const fits = rows.length && rows.flat().every(isCell)
    && rows.every((row, i) => cells[top + i] && left + row.length <= cells[top + i].length);
  if (fits) rows.forEach((row, i) => row.forEach((text, j) => type(cells[top + i][left + j], text)));
  return Boolean(fits);
}

const isWhole = (rows, cells) => rows.length === cells.length
  && rows.every((row) => row.length === cells[0].length);

function tell(grid, words) {
  grid.closest(".field").querySelector(".told").textContent = words;
}

function filled(grid) {
  const cells = cellsOf(grid);
  tell(grid, `The grid is filled: ${cells.length} × ${cells[0].length} entries.`);
}

function pasteInGrid(event) {
  const cell = event.target.closest(".grid input"), grid = cell && cell.closest(".grid");
  const text = grid && event.clipboardData ? event.clipboardData.getData("text") : "";
  const cells = grid ? cellsOf(grid) : [], rows = grid ? rowsOf(text, cells[0].length) : [];
  if (rows.length < 2 && (rows[0] || []).length < 2) return;
  event.preventDefault();
  const top = cells.findIndex((row) => row.includes(cell)), left = cells[top].indexOf(cell);
  if (put(rows, cells, top, left) || put(isWhole(rows, cells) ? rows : [], cells, 0, 0)) {
    filled(grid);
    return;
  }
  const box = grid.closest(".field").querySelector(".paste");
  box.closest("details").open = true;
  type(box, text);
  box.focus();
  tell(grid, "This does not fit into the grid: it stands in the box.");
}

// A matrix of the right size in the box goes into the grid; any other stays, and is read there.
function moveIntoGrid(box) {
  const grid = box.closest(".field").querySelector(".grid"), cells = cellsOf(grid);
  const rows = rowsOf(box.value, cells[0].length);
  if (!isWhole(rows, cells) || !put(rows, cells, 0, 0)) return;
  type(box, "");
  filled(grid);
}

function fillFromBox(event) {
  const box = event.target.closest("textarea.paste");
  if (!box) return;
  // While rows are typed line by line, the last one may go on: those wait until the box is left.
  const whole = event.inputType === "insertFromPaste" || /^\s*\[[^]*\]\s*$/.test(box.value);
  if (box.value && (event.type === "change" || whole)) moveIntoGrid(box);
}

// Up and down always move; left and right only where the cursor has nowhere to go in the cell.
function moveByArrow(event) {
  const cell = event.target.closest(".grid input"), { key } = event;
  if (!cell || !key.startsWith("Arrow") || event.isComposing
    || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const cells = cellsOf(cell.closest(".grid"));
  const row = cells.findIndex((each) => each.includes(cell)), column = cells[row].indexOf(cell);
  const end = cell.value.length, all = cell.selectionStart === 0 && cell.selectionEnd === end;
  const stays = { ArrowLeft: !all && cell.selectionEnd > 0, ArrowRight: !all && cell.selectionStart < end };
  const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
  const next = !stays[key] && (cells[row + down] || [])[column + right];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.select();
}

document.addEventListener("paste", pasteInGrid);
document.addEventListener("keydown", moveByArrow);
document.addEventListener("input", fillFromBox);
document.addEventListener("change", fillFromBox);
