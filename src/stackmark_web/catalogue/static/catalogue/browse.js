// On wide screens the filters stand open beside the results; the button counts what is ticked.
const facets = document.querySelector("[data-facets]");
if (facets && matchMedia("(min-width: 60rem)").matches) facets.open = true;

const button = document.querySelector("[data-compare-button]");
function count() {
  const ticked = document.querySelectorAll("[data-compare]:checked").length
    + document.querySelectorAll("input[type=hidden][name=a]").length;
  button.textContent = ticked ? `${button.dataset.compareLabel} (${ticked})` : button.dataset.compareLabel;
  button.disabled = ticked < 2;
}
if (button) {
  document.addEventListener("change", (event) => event.target.closest("[data-compare]") && count());
  count();
}
