// data-confirm="text" on a form or its button: asks once in a native dialog before sending.
let asked = null;

function build(form, words, button) {
  const dialog = document.createElement("dialog");
  const text = document.createElement("p");
  const row = document.createElement("div");
  const cancel = document.createElement("button");
  const go = document.createElement("button");
  text.textContent = words;
  text.id = "confirm-text";
  dialog.setAttribute("aria-labelledby", text.id);
  row.className = "cluster";
  cancel.className = "button button--secondary";
  cancel.textContent = document.body.dataset.cancel;
  cancel.autofocus = true;
  go.className = button?.className || "button";
  go.textContent = button?.textContent.trim() || document.body.dataset.confirmLabel;
  cancel.addEventListener("click", () => dialog.close());
  go.addEventListener("click", () => {
    asked = form;
    dialog.close();
    form.requestSubmit(button ?? undefined);
  });
  dialog.addEventListener("close", () => dialog.remove());
  row.append(cancel, go);
  dialog.append(text, row);
  return dialog;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const words = event.submitter?.dataset.confirm || form.dataset.confirm;
  if (!words) return;
  if (asked === form) {
    asked = null;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const dialog = build(form, words, event.submitter);
  document.body.append(dialog);
  dialog.showModal();
}, true);
