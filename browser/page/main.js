// Brings a page of the book to life: runs its cells, steps through its timelines.

import { announce } from "./announcer.js";
import { showCards } from "./cards.js";
import { Cell } from "./cell.js";
import { Controls } from "./controls.js";
import { button, element, icon } from "./elements.js";
import { keepOffline } from "./offline.js";
import { ask } from "./predictions.js";
import { followReading } from "./progress.js";
import { Python } from "./python.js";
import { Runner } from "./runner.js";
import { addStepper } from "./stepper.js";
import { inSteps } from "./steps.js";

const ROOT = new URL("../../", import.meta.url);
const SLICE = 6; // cells that get their controls before the browser may draw

for (const figure of document.querySelectorAll("figure.aw-timeline-figure"))
  addStepper(/** @type {HTMLElement} */ (figure));
for (const question of document.querySelectorAll(".aw-prediction"))
  ask(/** @type {HTMLElement} */ (question));
for (const solution of document.querySelectorAll('[data-role="solution"]'))
  inSteps(/** @type {HTMLElement} */ (solution));
headerButtons();
const containers = [...document.querySelectorAll("[data-cell]")];
// The theme's scripts put their copy buttons beside the code first, and measure the page.
if (document.readyState === "complete") begin();
else document.addEventListener("DOMContentLoaded", () => setTimeout(begin));
keepOffline(ROOT);
followReading(ROOT);
showCards();
if (document.getElementById("search-results")) findWords();

function begin() {
  const cells = containers.map((each, at) => new Cell(/** @type {HTMLElement} */ (each), at + 1));
  if (cells.length) void start(cells);
}

/** Let the browser draw, and answer the reader, before the work goes on. */
function pause() {
  return new Promise((done) => setTimeout(done));
}

/** @param {Cell[]} cells */
async function start(cells) {
  const python = new Python(new URL("browser/runtime/", ROOT));
  /** @type {Map<Cell, Controls>} */ const controls = new Map();
  const runner = new Runner(cells, python, (cell) => {
    const found = controls.get(cell);
    if (!found) throw new Error(`${cell.key} has no controls`);
    return found;
  });
  for (const [at, cell] of cells.entries()) {
    if (at % SLICE === SLICE - 1) await pause();
    if (cell.localOnly) continue;
    const kept = cell.prepare();
    const made = new Controls(cell, runner);
    controls.set(cell, made);
    cell.changed = () => {
      runner.edited(cell);
      made.refresh();
    };
    cell.plain = () =>
      made.warn(
        "The editor could not be loaded: the connection was lost, or this page is " +
          "older than the site. The cell still runs; reload the page to edit it.",
      );
    if (kept) runner.edited(cell);
    if (kept?.outdated) {
      made.ask("The book's cell has changed since you edited it.", [
        ["Take the book's", () => made.reset()],
        ["Keep mine", () => {}],
      ]);
    }
    cell.entered = (keys) => {
      runner.run(cell, false);
      const next = cells.slice(cells.indexOf(cell) + 1).find((each) => !each.localOnly);
      if (keys === "next") next?.focusCode();
    };
  }
  // Whoever runs cells will edit them, perhaps in a train: have the editor ready.
  runner.ranFirst = () => {
    void import("./editor.js").catch(() => {});
    void import("./markup.js").catch(() => {});
  };
  if (cells.length > 1) pageControls(cells, runner, controls);
}

/**
 * The line under the page's title.
 * @param {Cell[]} cells
 * @param {Runner} runner
 * @param {Map<Cell, Controls>} controls
 */
function pageControls(cells, runner, controls) {
  const all = button("run", "Run all", "Run all cells", () => runner.runAll());
  const stop = button("stop", "Stop", "Stop the running cell", () => runner.stop());
  const reset = button("reset", "Reset page", "Reset page", () => {
    const before = cells.map((cell) => cell.source);
    runner.stop();
    runner.restart();
    for (const each of controls.values()) {
      each.reset();
      each.dismiss();
    }
    const edits = cells.filter((cell, at) => before[at] !== cell.source).length;
    announce("The page is the book's again.");
    refresh();
    undo.hidden = edits === 0;
    undo.onclick = () => {
      cells.forEach((cell, at) => cell.write(before[at]));
      undo.hidden = true;
      reset.focus();
    };
  });
  const undo = button(null, "Undo", "Undo the reset of the page", () => {});
  undo.hidden = true;
  stop.classList.add("aw-stop");
  const notebook = element("a", "aw-button", icon("notebook"), element("span", "", "Open as notebook"));
  notebook.href = new URL(
    `lite/notebooks/index.html?path=${encodeURIComponent(`${cells[0].notebook}.ipynb`)}`,
    ROOT,
  ).href;
  const words = element("p", "", "The cells run here, in your browser.");
  const line = element("div", "aw-page", words, all, stop, reset, undo, notebook);
  line.setAttribute("role", "group");
  line.setAttribute("aria-label", "This page's Python");
  // The build has kept a place for it, so that nothing moves when it comes.
  const room = document.querySelector(".aw-room");
  if (room) room.replaceWith(line);
  else document.querySelector("article h1")?.after(line);

  const refresh = () => {
    stop.hidden = !runner.busy;
    all.hidden = runner.busy;
    reset.hidden = !cells.some((cell) => cell.edited || cell.showsRun);
  };
  runner.changed = refresh;
  for (const cell of cells) {
    const { changed } = cell;
    cell.changed = () => {
      changed();
      refresh();
    };
  }
  refresh();
}

/** The search page asks for its index of all words only when there is a question. */
function findWords() {
  if (!new URLSearchParams(location.search).get("q")) return;
  const index = element("script");
  index.src = new URL("searchindex.js", ROOT).href;
  document.head.append(index);
}

/** The theme's buttons whose inline handlers the page's policy does not allow. */
function headerButtons() {
  /** @type {Record<string, () => void>} */
  const actions = {
    print: () => print(),
    "full-screen": () => {
      if (document.fullscreenElement) void document.exitFullscreen();
      else void document.documentElement.requestFullscreen();
    },
  };
  for (const found of document.querySelectorAll("[data-aw-do]")) {
    const action = actions[/** @type {HTMLElement} */ (found).dataset.awDo ?? ""];
    found.addEventListener("click", action);
  }
}
