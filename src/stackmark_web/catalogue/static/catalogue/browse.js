// On narrow screens the filters fold away; the button counts what is ticked.
const wide = matchMedia("(min-width: 60rem)");
let opened = wide.matches;

function count() {
  const button = document.querySelector("[data-compare-button]");
  if (!button) return;
  const ticked = document.querySelectorAll("[data-compare]:checked, input[type=hidden][name=a]").length;
  button.textContent = ticked ? `${button.dataset.compareLabel} (${ticked})` : button.dataset.compareLabel;
  button.disabled = ticked < 2;
}

function start() {
  const facets = document.querySelector("[data-facets]");
  if (!facets) return;
  facets.open = opened;
  facets.addEventListener("toggle", () => { opened = facets.open; });
  facets.querySelector("[data-show-results]").hidden = true; // each choice shows its results
  count();
}

document.addEventListener("change", (event) => event.target.closest("[data-compare]") && count());
// A choice swaps the results and the counts: the reader stays where they were.
let held;
document.addEventListener("htmx:beforeSwap", () => {
  const { name, value } = document.activeElement ?? {};
  held = name && { name, value };
});
document.addEventListener("htmx:afterSettle", () => {
  start();
  if (!held || document.activeElement !== document.body) return;
  const same = [...document.getElementsByName(held.name)].find((one) => one.value === held.value);
  same?.focus({ preventScroll: true });
});
wide.addEventListener("change", () => {
  opened = wide.matches;
  start();
});
start();
