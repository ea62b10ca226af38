// data-poll="2" with hx-get="/part": asks every few seconds for a fresh copy of the element and
// puts it in its place. It stops when the answer no longer asks to be polled.
import { announce, focusFirst } from "./tell.js";

const LONGEST = 30;

function replace(old, html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = (old.id && page.getElementById(old.id)) || page.body.firstElementChild;
  if (!fresh) return;
  const open = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(document.adoptNode(fresh));
  if (open) document.getElementById(open)?.focus();
  window.htmx?.process(fresh);
  const words = fresh.dataset.announce ?? fresh.querySelector("[data-announce]")?.dataset.announce;
  if (words && words !== old.dataset.announce) announce(words);
  focusFirst(fresh);
  start(fresh);
}

async function ask(part, wait) {
  if (!part.isConnected) return;
  if (document.hidden) return later(part, wait);
  try {
    const answer = await fetch(part.getAttribute("hx-get"), { headers: { "HX-Request": "true" } });
    if (answer.ok) return replace(part, await answer.text());
  } catch {
    // The network is away; ask again, less often.
  }
  later(part, Math.min(LONGEST, wait * 2));
}

function later(part, wait) {
  setTimeout(() => ask(part, wait), wait * 1000);
}

function start(root) {
  const parts = root.matches?.("[data-poll]") ? [root] : root.querySelectorAll("[data-poll]");
  for (const part of parts) later(part, Math.max(1, Number(part.dataset.poll) || 2));
}

start(document);
