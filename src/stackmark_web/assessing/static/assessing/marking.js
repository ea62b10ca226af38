// data-rubric: number keys choose a level of the criterion in focus and go on to the next one.
// The radio buttons work by themselves; arrow keys between levels are the browser's own.
const form = document.querySelector("[data-rubric]");

function criteria() {
  return [...form.querySelectorAll("[data-criterion]")];
}

function here() {
  const focused = document.activeElement?.closest?.("[data-criterion]");
  return focused ?? criteria().find((one) => !one.querySelector("input:checked")) ?? null;
}

function goTo(criterion) {
  const radio = criterion?.querySelector("input:checked") ?? criterion?.querySelector("input");
  radio?.focus({ preventScroll: true });
  criterion?.scrollIntoView({ block: "nearest" });
}

function writes(element) {
  return element?.matches?.("textarea, select, input:not([type=radio])");
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) return;
  if (!/^[1-9]$/.test(event.key)) return;
  const criterion = here();
  const radio = criterion?.querySelector(`input[data-key="${event.key}"]`);
  if (!radio) return;
  event.preventDefault();
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  const all = criteria();
  goTo(all[all.indexOf(criterion) + 1] ?? criterion);
}

if (form) {
  document.documentElement.classList.add("has-keys");
  form.querySelector("[data-keys]")?.removeAttribute("hidden");
  document.addEventListener("keydown", press);
}
