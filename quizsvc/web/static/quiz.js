// Small comforts; every page works without them.
"use strict";

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
  document.dispatchEvent(new CustomEvent("quizsvc:fresh", { detail: root }));
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

// Answers that were kept on this device for a sitting, or for all, are not left for the next person.
function clearDrafts() {
  const hook = document.querySelector("[data-clear-drafts]");
  if (!hook) return;
  const which = hook.dataset.clearDrafts ? `${hook.dataset.clearDrafts}:` : "";
  try {
    Object.keys(localStorage)
      .filter((key) => key.startsWith(`quizsvc:draft:${which}`))
      .forEach((key) => localStorage.removeItem(key));
  } catch { /* a browser that keeps nothing has nothing to clear */ }
}

window.addEventListener("load", reachScrolling);
window.addEventListener("resize", reachScrolling);
// Once all scripts of the page have said what they do with fresh markup.
document.addEventListener("DOMContentLoaded", () => enliven(document));
document.addEventListener("DOMContentLoaded", clearDrafts);
const problems = document.querySelector("[data-problems]");
if (problems) problems.focus();
