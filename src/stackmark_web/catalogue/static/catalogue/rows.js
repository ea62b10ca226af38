// Another row without a round trip. Without script the same button saves and shows an empty row.
import "./steps.js";
const fieldOf = (list, name) => list.querySelector(`input[name="${list.dataset.rows}-${name}"]`);

function add(list) {
  const prefix = list.dataset.rows;
  const template = list.querySelector(`template[data-row-template="${prefix}"]`);
  const count = fieldOf(list, "TOTAL_FORMS");
  const most = Number(fieldOf(list, "MAX_NUM_FORMS")?.value ?? 1000);
  if (!template || Number(count.value) >= most) return false;
  const holder = document.createElement("template");
  holder.innerHTML = template.innerHTML.replaceAll(`${prefix}-__prefix__`, `${prefix}-${count.value}`);
  const row = holder.content.firstElementChild;
  template.before(row);
  count.value = Number(count.value) + 1;
  row.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  return true;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-row]");
  const list = button?.closest("[data-rows]");
  if (list && add(list)) event.preventDefault();
});
