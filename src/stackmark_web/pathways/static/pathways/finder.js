// Enter in a finder's field looks up, instead of saving the whole form.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches(".finder input[type=search]")) return;
  event.preventDefault();
  event.target.form.querySelector("button[name=search]").click();
});
