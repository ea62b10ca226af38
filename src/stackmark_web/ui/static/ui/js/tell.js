// Saying something to screen readers, and putting the focus where the news is.
export function announce(words) {
  const place = document.getElementById("announcer");
  if (!place || !words) return;
  place.textContent = "";
  setTimeout(() => { place.textContent = words; }, 60);
}

export function focusFirst(root) {
  const wanted = root.matches?.("[data-focus]") ? root : root.querySelector?.("[data-focus]");
  if (wanted?.closest("[data-no-focus]")) return;
  wanted?.focus({ preventScroll: false });
}
