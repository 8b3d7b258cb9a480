// Runs the cells of a page in the order that the reader asks for.

/** @import {Cell} from "./cell.js" */
/** @import {Controls} from "./controls.js" */
/** @import {Outcome, Python} from "./python.js" */

import { announce } from "./announcer.js";

const AGO = "From before Python was started anew.";
const EDITED = "The code was edited after this output.";
const FLOODED =
  "It printed more than 20 million characters, so it was stopped. If Python had to be " +
  "ended for that, its variables are gone; your edits are not.";
const ABOVE = "A cell above was changed and run after this output.";

/** @typedef {{cell: Cell, draw: boolean, target: Cell}} Turn */

export class Runner {
  /** @type {Turn[]} */ #queue = [];
  /** @type {Turn | null} */ #now = null;
  /** Told once, when a cell has run for the first time. */
  ranFirst = () => {};
  /** Told when a run begins or all have ended. */
  changed = () => {};

  /**
   * @param {Cell[]} cells
   * @param {Python} python
   * @param {(cell: Cell) => Controls} controls
   */
  constructor(cells, python, controls) {
    this.cells = cells;
    this.python = python;
    this.controls = controls;
    this.byId = new Map(cells.map((cell) => [cell.id, cell]));
    // The parts of an exercise depend on what they name, not on the exercises above.
    this.independent = cells[0]?.notebook.startsWith("exercises/") ?? false;
  }

  get busy() {
    return this.#now !== null;
  }

  /**
   * Run a cell; offer to run first what it needs and has not been run.
   * @param {Cell} cell
   * @param {boolean} draw
   */
  run(cell, draw) {
    const missing = this.#missing(cell);
    if (!missing.length) this.#add([cell], draw);
    else if (this.independent) this.#add([...missing, cell], draw);
    else {
      const cells = missing.length === 1 ? "an earlier cell" : `${missing.length} earlier cells`;
      this.controls(cell).ask(`It uses names from ${cells} not run yet.`, [
        ["Run them first", () => this.runWithAbove(cell, draw)],
        ["Run only this", () => this.#add([cell], draw)],
      ]);
    }
  }

  /**
   * Run what stands above a cell and has not been run as it is, then the cell.
   * @param {Cell} cell
   * @param {boolean} draw
   */
  runWithAbove(cell, draw) {
    const above = this.cells.slice(0, this.cells.indexOf(cell));
    this.#add([...above.filter((each) => each.runnable && !this.#fresh(each)), cell], draw);
  }

  /** Run the whole page, from its first cell. */
  runAll() {
    this.#add(this.cells.filter((cell) => cell.runnable), false);
  }

  /** Stop the running cell; those that wait for their turn do not get it. */
  stop() {
    this.#clear();
    if (!this.#now) return;
    this.controls(this.#now.cell).say("stopping …");
    this.python.stop();
  }

  /** End Python; edits and outputs stay. */
  restart() {
    this.#clear();
    this.python.restart();
    this.#forget();
  }

  /**
   * Mark what a changed source makes old.
   * @param {Cell} cell
   */
  edited(cell) {
    const current = cell.showsRun ? cell.ran?.source : cell.original;
    cell.mark(cell.source === current ? "" : EDITED);
  }

  /** @param {Cell} cell */
  #fresh(cell) {
    const { ran } = cell;
    return ran?.generation === this.python.generation && ran.source === cell.source;
  }

  /**
   * The cells that a cell needs, and those that they need, as far as not run.
   * @param {Cell} cell
   * @returns {Cell[]} in the page's order
   */
  #missing(cell) {
    const needed = this.#needed(cell);
    return this.cells.filter(
      (each) => needed.has(each.id) && !each.localOnly && !this.#fresh(each),
    );
  }

  /**
   * @param {Cell} cell
   * @returns {Set<string>}
   */
  #needed(cell) {
    /** @type {Set<string>} */ const found = new Set();
    const open = this.#direct(cell);
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (found.has(id)) continue;
      found.add(id);
      const next = this.byId.get(id);
      if (next) open.push(...this.#direct(next));
    }
    return found;
  }

  /**
   * The cells that bind a name which a cell reads. The build has looked at the book's
   * code; an edited cell is looked at here, word by word.
   * @param {Cell} cell
   * @returns {string[]}
   */
  #direct(cell) {
    if (!cell.edited) return [...cell.needs];
    const words = new Set(cell.source.match(/[A-Za-z_]\w*/g));
    /** @type {Map<string, string>} */ const binders = new Map();
    for (const each of this.cells.slice(0, this.cells.indexOf(cell)))
      for (const name of each.binds) if (words.has(name)) binders.set(name, each.id);
    return [...new Set(binders.values())];
  }

  /**
   * @param {Cell[]} cells
   * @param {boolean} draw the last of them
   */
  #add(cells, draw) {
    const target = cells[cells.length - 1];
    for (const cell of cells) {
      if (this.#queue.some((turn) => turn.cell === cell)) continue;
      this.#queue.push({ cell, draw: draw && cell === target, target });
      this.controls(cell).dismiss();
      if (this.#now?.cell !== cell) cell.state = "waiting";
    }
    if (!this.#now) void this.#drain();
  }

  #clear() {
    for (const { cell } of this.#queue)
      if (cell.state === "waiting") cell.state = "";
    this.#queue = [];
  }

  async #drain() {
    for (let turn = this.#queue.shift(); turn; turn = this.#queue.shift()) {
      this.#now = turn;
      this.changed();
      const went = await this.#turn(turn);
      if (!went) {
        this.#tell(turn);
        this.#clear();
      }
    }
    this.#now = null;
    this.changed();
  }

  /**
   * @param {Turn} turn
   * @returns {Promise<boolean>} whether the next may run
   */
  async #turn({ cell, draw }) {
    const controls = this.controls(cell);
    const { source, notebook, id } = cell;
    const before = cell.ran?.source ?? cell.original;
    let flooded = false;
    const { outputs, settle } = cell.begin(() => {
      flooded = true;
      this.stop();
    });
    cell.state = this.python.started ? "running" : "loading";
    controls.begin();
    const outcome = await this.python.run({ notebook, cell: id, source, draw }, {
      progress: (progress) => controls.progress(progress),
      output: (output) => {
        controls.loaded();
        cell.state = "running";
        settle();
        outputs.add(output);
      },
      trouble: (message) =>
        controls.warn(`Outside the cell something failed: ${message}. If it stands still, stop it.`),
    });
    outputs.flush();
    if (flooded && outcome.status === "stopped") outcome.reason = FLOODED;
    if (outcome.status === "ok" || outputs.received || outputs.error) settle();
    controls.end(outcome, outputs);
    if (outcome.lost) this.#forget();
    else if (outcome.status !== "failed") {
      cell.ran = { generation: this.python.generation, source };
      this.edited(cell);
      if (source !== before) this.#age(cell);
    }
    if (outputs.error === "NameError") this.#offer(cell, draw);
    this.#announce(cell, outcome, outputs.said);
    if (outcome.status === "ok") {
      this.ranFirst();
      this.ranFirst = () => {};
    }
    return outcome.status === "ok";
  }

  /**
   * Mark the outputs of the cells that need a cell which has changed.
   * @param {Cell} changed
   */
  #age(changed) {
    for (const cell of this.cells)
      if (cell.shows && this.#needed(cell).has(changed.id)) cell.mark(ABOVE);
  }

  /** Python is gone, and with it what the cells have made. */
  #forget() {
    for (const cell of this.cells) {
      if (cell.ran && cell.showsRun) cell.mark(AGO);
      cell.ran = null;
    }
  }

  /**
   * After a NameError: the cells above may define the name.
   * @param {Cell} cell
   * @param {boolean} draw
   */
  #offer(cell, draw) {
    const above = this.cells.slice(0, this.cells.indexOf(cell));
    if (!above.some((each) => each.runnable && !this.#fresh(each))) return;
    this.controls(cell).ask("A name is missing, and cells above have not been run.", [
      ["Run them first", () => this.runWithAbove(cell, draw)],
    ]);
  }

  /**
   * Say at the cell that was asked for why its turn did not come.
   * @param {Turn} turn
   */
  #tell({ cell, target }) {
    if (cell === target || !this.#queue.some((turn) => turn.cell === target)) return;
    this.controls(target).ask(`Not run: ${cell.name} above did not end well.`, [
      ["Go there", () => cell.element.scrollIntoView({ block: "center" })],
      ["Run only this", () => this.#add([target], false)],
    ]);
  }

  /**
   * @param {Cell} cell
   * @param {Outcome} outcome
   * @param {string} said
   */
  #announce(cell, outcome, said) {
    const how = { ok: "done", error: "raised an error", stopped: "stopped", failed: "failed" };
    const text = outcome.reason ?? (said.trim() || "no output");
    if (!this.#queue.length) announce(`Cell ${cell.number} ${how[outcome.status]}: ${text}`);
  }
}
