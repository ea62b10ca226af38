// data-drop: a zone round an <input type=file>; drop, paste or choose, then the names are shown.
import { announce } from "./tell.js";

function show(zone, input) {
  let list = zone.querySelector(".drop__files");
  if (!list) {
    list = document.createElement("ul");
    list.className = "drop__files";
    zone.append(list);
  }
  const names = [...input.files].map((file) => file.name);
  const shown = names.slice(0, 6);
  if (names.length > shown.length) shown.push(`+ ${names.length - shown.length}`);
  list.replaceChildren(...shown.map((name) => {
    const item = document.createElement("li");
    item.textContent = name;
    return item;
  }));
  announce(shown.join(", "));
}

function take(zone, input, files) {
  if (!files?.length) return;
  const bag = new DataTransfer();
  for (const file of input.multiple ? files : [files[0]]) bag.items.add(file);
  input.files = bag.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function wire(zone) {
  const input = zone.querySelector("input[type=file]");
  if (!input) return;
  let depth = 0;
  zone.addEventListener("dragenter", (event) => {
    event.preventDefault();
    depth += 1;
    zone.classList.add("is-over");
  });
  zone.addEventListener("dragover", (event) => event.preventDefault());
  zone.addEventListener("dragleave", () => {
    depth -= 1;
    if (depth <= 0) zone.classList.remove("is-over");
  });
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    zone.classList.remove("is-over");
    take(zone, input, event.dataTransfer.files);
  });
  input.addEventListener("change", () => show(zone, input));
  document.addEventListener("paste", (event) => take(zone, input, event.clipboardData?.files));
}

document.querySelectorAll("[data-drop]").forEach(wire);
