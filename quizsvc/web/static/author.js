// The preview shows what is saved by itself; without this it does when the page is reloaded.
"use strict";

const EVERY = 250; // milliseconds between two looks at what is saved
const spot = document.querySelector("[data-preview]");

// What was typed and not tried yet is still there when the page has changed beneath it.
function carryOver(from, to) {
  const fields = "input:not([type=\"hidden\"]), textarea, select";
  from.querySelectorAll(fields).forEach((field) => {
    if (!field.id) return;
    const same = to.querySelector(`#${CSS.escape(field.id)}`);
    if (!same || same.type !== field.type) return;
    if (field.type === "radio" || field.type === "checkbox") {
      if (field.checked !== field.defaultChecked) same.checked = field.checked;
    } else if (field.tagName === "SELECT" || field.value !== field.defaultValue) {
      same.value = field.value;
    }
  });
}

async function load(address, id) {
  const text = await fetch(address).then((response) => response.text());
  return document.adoptNode(new DOMParser().parseFromString(text, "text/html").getElementById(id));
}

// What was asked for stays so when the page changes beneath it: id to address.
const asked = new Map();

// What takes longer comes after the page, or once it is asked for.
async function loadInto(here, address) {
  here.setAttribute("aria-busy", "true");
  const found = await load(address, here.id).catch(() => null);
  here.removeAttribute("aria-busy");
  if (found && here.isConnected) {
    here.replaceWith(found);
    enliven(found);
  }
}

function loadLate() {
  document.querySelectorAll("[data-load]").forEach((late) => {
    loadInto(late, asked.get(late.id) ?? late.dataset.load);
  });
}

function loadAsked(event) {
  const link = event.target.closest("a[data-into]");
  const here = link && document.getElementById(link.dataset.into);
  if (!here) return;
  event.preventDefault();
  asked.set(here.id, link.href);
  loadInto(here, link.href);
}

async function renew() {
  const old = document.querySelector("main");
  const text = await fetch(location.href).then((response) => response.text());
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = document.adoptNode(page.querySelector("main"));
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  carryOver(old, fresh);
  document.title = page.title;
  old.replaceWith(fresh);
  enliven(fresh);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  loadLate();
}

async function look() {
  const { version, versions } = document.querySelector("main").dataset;
  try {
    if (!document.hidden) {
      const response = await fetch(versions);
      if (response.ok && await response.text() !== version) await renew();
      spot.textContent = "What you save shows here by itself.";
    }
  } catch {
    spot.textContent = "The preview has ended. Once it is started again, this page goes on.";
  }
  setTimeout(look, EVERY);
}

document.addEventListener("click", loadAsked);
document.addEventListener("DOMContentLoaded", () => { look(); loadLate(); });
