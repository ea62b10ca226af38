// Another row without a round trip. Without script the same button saves and shows an empty row.
import "./steps.js";
const countOf = (list) => list.querySelector(`:scope > input[name="${list.dataset.rows}-TOTAL_FORMS"]`);

function add(list) {
  const template = list.querySelector(":scope > template[data-row-template]");
  const count = countOf(list);
  const most = Number(list.querySelector(`:scope > input[name="${list.dataset.rows}-MAX_NUM_FORMS"]`)?.value ?? 1000);
  if (!template || Number(count.value) >= most) return false;
  const prefix = list.dataset.rows;
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
