// data-drawing: boxes are dragged or moved with the arrow keys; their places are saved by
// themselves. A box dropped on a group goes into it. The list below does all of this without us.
import { announce } from "../ui/js/tell.js";

const WIDE = 224;
const STEP = 10;
const SLACK = 4; // so far a press may wander and still be a click
const drawing = document.querySelector("[data-drawing]");
const sheet = drawing?.querySelector("svg");
const boxes = new Map([...(sheet?.querySelectorAll("[data-id]") ?? [])].map((one) => [one.dataset.id, one]));
let held = null;
let waiting = 0;

function place(box) {
  return { x: Number(box.dataset.x), y: Number(box.dataset.y), high: Number(box.dataset.high) };
}

function put(box, x, y) {
  box.dataset.x = Math.max(0, Math.round(x));
  box.dataset.y = Math.max(0, Math.round(y));
  box.dataset.pinned = "";
  box.setAttribute("transform", `translate(${box.dataset.x} ${box.dataset.y})`);
  for (const line of sheet.querySelectorAll("[data-from]")) {
    if (line.dataset.from === box.dataset.id || line.dataset.to === box.dataset.id) redraw(line);
  }
  grow();
}

function redraw(line) {
  const a = place(boxes.get(line.dataset.from));
  const b = place(boxes.get(line.dataset.to));
  const x1 = a.x + WIDE;
  const y1 = a.y + Math.floor(a.high / 2);
  const y2 = b.y + Math.floor(b.high / 2);
  if (line.dataset.kind === "before") {
    const x2 = b.x + WIDE;
    const out = Math.max(x1, x2) + 28;
    line.setAttribute("d", `M${x1} ${y1}C${out} ${y1} ${out} ${y2} ${x2} ${y2}`);
    return;
  }
  const bend = Math.max(24, Math.floor(Math.abs(b.x - x1) / 2));
  line.setAttribute("d", `M${x1} ${y1}C${x1 + bend} ${y1} ${b.x - bend} ${y2} ${b.x} ${y2}`);
}

function grow() {
  let wide = 0;
  let high = 0;
  for (const box of boxes.values()) {
    const at = place(box);
    wide = Math.max(wide, at.x + WIDE + 12);
    high = Math.max(high, at.y + at.high + 12);
  }
  sheet.setAttribute("width", wide);
  sheet.setAttribute("height", high);
  sheet.setAttribute("viewBox", `0 0 ${wide} ${high}`);
}

function inside(box, id) {
  for (let one = box; one; one = boxes.get(one.dataset.parent)) {
    if (one.dataset.id === id) return true;
  }
  return false;
}

// The group under the middle of the box that is held, if it may go in there.
function groupUnder(box) {
  const at = place(box);
  const x = at.x + WIDE / 2;
  const y = at.y + at.high / 2;
  for (const other of boxes.values()) {
    if (!other.matches(".box--group, .box--award") || inside(other, box.dataset.id)) continue;
    const there = place(other);
    const over = x > there.x && x < there.x + WIDE && y > there.y && y < there.y + there.high;
    if (over) return other;
  }
  return null;
}

async function save() {
  const chosen = [...boxes].filter(([, box]) => "pinned" in box.dataset);
  const layout = Object.fromEntries(chosen.map(([id, box]) => [id, [place(box).x, place(box).y]]));
  const data = new FormData(drawing.querySelector("[data-nest]"));
  data.set("layout", JSON.stringify(layout));
  try {
    const answer = await fetch(drawing.dataset.arrange, {
      method: "POST", body: data, headers: { "X-Requested-With": "fetch" },
    });
    if (!answer.ok) announce(document.body.dataset.failed);
  } catch {
    announce(document.body.dataset.failed);
  }
}

function saveSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(save, 500);
}

function nest(box, group) {
  const form = drawing.querySelector("[data-nest]");
  form.elements.at.value = box.dataset.id;
  form.elements.into.value = group.dataset.id;
  form.submit();
}

function mark(group) {
  for (const box of boxes.values()) box.classList.toggle("is-under", box === group);
}

function press(event) {
  const box = event.target.closest("[data-id]");
  if (!box || event.button !== 0) return;
  const at = place(box);
  held = { box, x: event.clientX - at.x, y: event.clientY - at.y, from: at, start: [event.clientX, event.clientY], moved: false };
}

function drag(event) {
  if (!held) return;
  const far = Math.hypot(event.clientX - held.start[0], event.clientY - held.start[1]);
  if (!held.moved && far < SLACK) return;
  if (!held.moved) {
    held.moved = true;
    held.box.setPointerCapture(event.pointerId);
    held.box.classList.add("is-held");
    sheet.append(held.box);
  }
  put(held.box, event.clientX - held.x, event.clientY - held.y);
  mark(groupUnder(held.box));
}

function drop() {
  if (!held) return;
  const { box, moved } = held;
  held = null;
  if (!moved) return;
  box.classList.remove("is-held");
  const group = groupUnder(box);
  mark(null);
  box.addEventListener("click", (event) => event.preventDefault(), { once: true, capture: true });
  if (group && group.dataset.id !== box.dataset.parent && box.dataset.parent) nest(box, group);
  else saveSoon();
}

const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

function step(event) {
  const box = event.target.closest("[data-id]");
  const by = ARROWS[event.key];
  if (!box || !by || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const at = place(box);
  put(box, at.x + by[0], at.y + by[1]);
  saveSoon();
}

if (drawing) {
  drawing.classList.add("has-drag");
  document.querySelector("[data-with-script]")?.removeAttribute("hidden");
  sheet.addEventListener("pointerdown", press);
  sheet.addEventListener("dragstart", (event) => event.preventDefault());
  window.addEventListener("pointermove", drag);
  window.addEventListener("pointerup", drop);
  window.addEventListener("pointercancel", drop);
  sheet.addEventListener("keydown", step);
}
