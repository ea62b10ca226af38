// The badge follows what is typed and chosen. The Preview button does the same without script.
import "./steps.js";
const form = document.querySelector("form[data-art]");
const images = document.querySelectorAll("[data-art-image]");
const message = document.querySelector("[data-art-message]");
let waiting;
let asked = 0;
let shown = "";

async function draw() {
  if (!form.elements.title.value.trim()) {
    message.textContent = form.dataset.artEmpty;
    return;
  }
  const values = new URLSearchParams(new FormData(form));
  values.delete("csrfmiddlewaretoken");
  values.delete("revision");
  const turn = ++asked;
  try {
    const answer = await fetch(`${form.dataset.art}?${values}`);
    const text = await answer.text();
    if (turn !== asked) return; // a newer one is on its way
    message.textContent = answer.ok ? "" : text;
    if (answer.ok) show(text);
  } catch {
    message.textContent = form.dataset.artFailed;
  }
}

function show(svg) {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  for (const image of images) image.src = url;
  if (shown) URL.revokeObjectURL(shown);
  shown = url;
}

form?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(draw, 180);
});
const button = form?.querySelector("button[name=preview]");
if (button) button.hidden = true;
