// A password can be looked at while it is typed; without the script it is typed unseen.
"use strict";

document.querySelectorAll("[data-password]").forEach((entry) => {
  const field = entry.querySelector("input");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "second small";
  const show = (shown) => {
    field.type = shown ? "text" : "password";
    button.textContent = shown ? "Hide" : "Show";
    button.setAttribute("aria-label", `${button.textContent} the password`);
  };
  button.addEventListener("click", () => show(field.type === "password"));
  // Sent as a password, so that managers keep it and the browser's history of texts does not.
  field.form.addEventListener("submit", () => show(false));
  show(false);
  field.after(" ", button);
});
