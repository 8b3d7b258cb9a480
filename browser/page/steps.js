// Gives an exercise's help in steps: its hints one by one, then the solution's lines
// out of order, and only then the solution.

import { announce } from "./announcer.js";
import { button, element, icon } from "./elements.js";

const MOST = 12; // pieces of a puzzle; a long solution's have several lines
const MARKS = /^### (BEGIN|END) SOLUTION\n?/gm;

/**
 * Let each step appear when the one before has been opened.
 * @param {HTMLElement} solution the cell that holds it
 */
export function inSteps(solution) {
  const fold = solution.querySelector("details");
  const code = solution.querySelector("pre")?.textContent;
  if (!fold || !code) return;
  /** @type {HTMLElement[]} */ const hints = [];
  let before = solution.previousElementSibling;
  while (before instanceof HTMLDetailsElement) {
    hints.unshift(before);
    before = before.previousElementSibling;
  }
  for (const each of fold.querySelectorAll("summary p")) each.textContent = "Solution";
  const puzzle = element("details", "aw-puzzle");
  puzzle.append(element("summary", "", "The solution's lines, out of order"));
  solution.before(puzzle);
  const tried = () => {
    fold.hidden = false;
  };
  let filled = false;
  puzzle.addEventListener("toggle", () => {
    if (!filled) puzzle.append(...pieces(code.replace(MARKS, "").trimEnd(), tried));
    filled = true;
  });
  fold.hidden = true;
  const steps = [...hints, puzzle];
  steps.forEach((step, at) => {
    const next = steps[at + 1];
    if (!next) return;
    next.hidden = true;
    step.addEventListener("toggle", () => (next.hidden = false), { once: true });
  });
}

/**
 * A puzzle: pieces to bring into the solution's order.
 * @param {string} code
 * @param {() => void} tried called when an order has been checked
 * @returns {HTMLElement[]}
 */
function pieces(code, tried) {
  const right = split(code);
  const list = element("ol", "aw-pieces");
  const help = element(
    "p",
    "",
    "Drag a piece, or focus it and press the arrow keys. The order asked for is the " +
      "solution's; another one may work as well.",
  );
  for (const text of shuffled(right)) list.append(piece(text, list));
  const said = element("p", "aw-why");
  const check = button(null, "Check the order", "Check the order", () => {
    const order = [...list.children].map((each) => each.textContent ?? "");
    const fits = order.map((text, at) => text === right[at]);
    [...list.children].forEach((each, at) => {
      each.classList.toggle("aw-fits", fits[at]);
    });
    const count = fits.filter(Boolean).length;
    said.textContent =
      count === right.length
        ? "That is the solution."
        : `${count} of ${right.length} pieces stand where they do in the solution.`;
    announce(said.textContent);
    tried();
  });
  return [help, list, check, said];
}

/**
 * The code in pieces, none of them blank.
 * @param {string} code
 * @returns {string[]}
 */
function split(code) {
  const lines = code.split("\n").filter((line) => line.trim());
  const size = Math.ceil(lines.length / MOST);
  const count = Math.ceil(lines.length / size);
  return Array.from({ length: count }, (_, at) =>
    lines.slice(at * size, (at + 1) * size).join("\n"),
  );
}

/**
 * A copy in another order.
 * @param {string[]} texts
 */
function shuffled(texts) {
  const mixed = [...texts];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * at); // never itself: all of them move
    [mixed[at], mixed[other]] = [mixed[other], mixed[at]];
  }
  return mixed;
}

/**
 * One piece, which can be moved by pointer and by keyboard.
 * @param {string} text
 * @param {HTMLElement} list
 */
function piece(text, list) {
  const item = element("li", "aw-piece");
  const handle = element("button", "", text);
  const grip = icon("grip");
  handle.type = "button";
  handle.append(grip);
  item.append(handle);
  const place = () => [...list.children].indexOf(item);
  /**
   * Move the others around it: what is moved itself loses focus and pointer.
   * @param {number} wanted
   */
  const put = (wanted) => {
    if (wanted === place()) return;
    while (place() < wanted) item.before(/** @type {Node} */ (item.nextSibling));
    while (place() > wanted) item.after(/** @type {Node} */ (item.previousSibling));
    for (const each of list.children) each.classList.remove("aw-fits");
  };
  handle.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const last = list.children.length - 1;
    put(Math.min(Math.max(place() + step, 0), last));
    announce(`Place ${place() + 1} of ${last + 1}`);
  });
  handle.addEventListener("pointerdown", (event) => {
    const scrolls = event.pointerType === "touch" && !grip.contains(/** @type {Node} */ (event.target));
    if (event.button || scrolls) return;
    handle.setPointerCapture(event.pointerId);
    item.classList.add("aw-dragged");
  });
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const above = [...list.children].filter((each) => {
      const box = each.getBoundingClientRect();
      return each !== item && box.top + box.height / 2 < event.clientY;
    });
    put(above.length);
  });
  const drop = () => item.classList.remove("aw-dragged");
  handle.addEventListener("pointerup", drop);
  handle.addEventListener("pointercancel", drop);
  return item;
}
