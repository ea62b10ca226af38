// Small conveniences. Every page works without them; nothing here decides anything.
import "./confirm.js";
import "./copy.js";
import "./drop.js";
import "./poll.js";
import { announce, focusFirst } from "./tell.js";

// Menus close when the reader goes elsewhere or presses Escape.
const menus = () => document.querySelectorAll("details[name=header][open]");
document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A choice that needs no button; the button stays for those without script.
for (const control of document.querySelectorAll("[data-submit-on-change]")) {
  const button = control.form?.querySelector("button:not([name])");
  if (button && control.matches("select") && !control.form.hasAttribute("data-keep-button")) button.hidden = true;
}
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-submit-on-change]")) event.target.form?.requestSubmit();
});

// The system's own share sheet where there is one.
for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) button.hidden = true;
}
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-share]");
  if (!button) return;
  const url = button.dataset.share || location.href;
  try {
    await navigator.share({ url, title: button.dataset.shareTitle || document.title });
  } catch {
    // The reader closed the sheet.
  }
});

// htmx: forms outside <form> elements still carry the token; swaps are heard and keep the focus.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (token) event.detail.headers["X-CSRFToken"] = token.value;
});
document.addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail.elt;
  const words = part.dataset?.announce ?? part.querySelector?.("[data-announce]")?.dataset.announce;
  if (words) announce(words);
  focusFirst(part);
});
document.addEventListener("htmx:responseError", () => {
  announce(document.body.dataset.failed);
});

focusFirst(document);
