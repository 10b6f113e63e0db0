// Small comforts; every page works without them.
"use strict";

// What is wider than the screen scrolls by itself, so the keyboard must reach it: also once it is
// unfolded, the window is made narrower, or the font has come.
const SCROLLING = ".wide, .maths-display, .claim p, .stem p, .embedded p";
const sizes = new ResizeObserver((changes) => changes.forEach(({ target: box }) => {
  const scrolls = box.scrollWidth > box.clientWidth && getComputedStyle(box).overflowX === "auto";
  if (scrolls) box.tabIndex = 0; else box.removeAttribute("tabindex");
}));

// A question in a lesson is answered, an example changed and help shown without losing the place.
async function replaceInPlace(event, id, request, otherwise) {
  const here = document.getElementById(id);
  if (!here) return;
  event.preventDefault();
  let address = "";
  const page = await fetch(...request).then((response) => {
    // What a form got without being sent elsewhere has no address of its own.
    address = response.ok && (response.redirected || !request[1]) ? response.url : "";
    return response.text();
  }).catch(() => null);
  const fresh = page && new DOMParser().parseFromString(page, "text/html").getElementById(id);
  if (!fresh) { // offline, or an error page: let the browser show what there is
    otherwise();
    return;
  }
  if (address) history.replaceState(null, "", address); // a reload shows the same
  here.replaceWith(document.adoptNode(fresh));
  enliven(fresh);
  // What is new is read aloud: the problems, the hint or the code that came, or all of it.
  const news = fresh.querySelector(
    fresh.hasAttribute("data-news") ? "[tabindex=\"-1\"]" : "[data-problems]",
  );
  fresh.tabIndex = -1;
  (news || fresh).focus({ preventScroll: true });
  (news || fresh).scrollIntoView({ block: "nearest" });
}

// A button may say for itself where it sends its form and what is replaced by the answer.
function sendInPlace(event) {
  const form = event.target, button = event.submitter;
  const id = (button && button.dataset.replace) || form.dataset.replace;
  if (!id) return;
  const to = button && button.hasAttribute("formaction") ? button.formAction : form.action;
  const request = [to, { method: "POST", body: new FormData(form, button) }];
  replaceInPlace(event, id, request, () => { form.action = to; form.submit(); });
}

function enliven(root) {
  document.dispatchEvent(new CustomEvent("quizsvc:fresh", { detail: root }));
  root.querySelectorAll("a[data-replace]").forEach((link) => {
    link.addEventListener("click", (event) => replaceInPlace(
      event, link.dataset.replace, [link.href], () => location.assign(link.href),
    ));
  });
  root.querySelectorAll(SCROLLING).forEach((box) => sizes.observe(box));
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

// What an account's page left after its owner had signed out in another tab goes with the first
// page of somebody else. A guest's stays: he may be who has signed in. An old page shows nobody.
function clearForeignDrafts() {
  const { owner } = document.body.dataset, [visit] = performance.getEntriesByType("navigation");
  if (owner === undefined || (visit && visit.type === "back_forward")) return;
  try {
    Object.keys(localStorage).filter((key) => key.startsWith("quizsvc:draft:")).forEach((key) => {
      const kept = JSON.parse(localStorage.getItem(key));
      if (kept.owner && kept.owner !== owner) localStorage.removeItem(key);
    });
  } catch { /* as above */ }
}

// A page that the back button brings back was answered: what is sent now is another answer.
function renewTokens(event) {
  if (!event.persisted) return;
  document.querySelectorAll('form:has([name="revision"]) [name="token"]').forEach((field) => {
    const random = crypto.getRandomValues(new Uint8Array(16));
    field.value = [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  });
}

document.addEventListener("submit", sendInPlace);
window.addEventListener("pageshow", renewTokens);
// Once all scripts of the page have said what they do with fresh markup.
document.addEventListener("DOMContentLoaded", () => enliven(document));
document.addEventListener("DOMContentLoaded", clearDrafts);
document.addEventListener("DOMContentLoaded", clearForeignDrafts);
const problems = document.querySelector("[data-problems]");
if (problems) problems.focus();
