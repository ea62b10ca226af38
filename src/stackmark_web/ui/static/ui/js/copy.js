// data-copy="#id": copies the text or value of that element and says so on the button.
import { announce } from "./tell.js";

function textOf(source) {
  return "value" in source ? source.value : source.textContent.trim();
}

function say(button, words) {
  const label = button.querySelector("[data-label]") ?? button;
  const before = label.textContent;
  label.textContent = words;
  announce(words);
  setTimeout(() => { label.textContent = before; }, 2000);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  const source = button && document.querySelector(button.dataset.copy);
  if (!source || button.dataset.busy) return;
  button.dataset.busy = "1";
  setTimeout(() => delete button.dataset.busy, 2100);
  try {
    await navigator.clipboard.writeText(textOf(source));
    say(button, button.dataset.copied || document.body.dataset.copied);
  } catch {
    source.select?.();
    document.getSelection()?.selectAllChildren(source);
  }
});
