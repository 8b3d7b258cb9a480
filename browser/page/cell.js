// A code cell of the page: its code, the reader's edit of it, and what it shows.

import { load, save, storage } from "./edits.js";
import { element } from "./elements.js";
import { Outputs } from "./outputs.js";

/** @import {EditorView} from "@codemirror/view" */

/**
 * Where a cell is in its run; as `data-state` it chooses the looks.
 * @typedef {"" | "waiting" | "loading" | "running" | "ok" | "error" | "stopped"} State
 */

export class Cell {
  /** @type {EditorView | null} */ #editor = null;
  /** @type {Promise<unknown> | null} */ #opening = null;
  /** @type {HTMLElement | null} what the page shows below the code */ #shown;
  /** @type {HTMLElement | null} what the book shows there */ #book;
  #labelled = "";
  /** Around the plain text, until the editor takes its place. @type {HTMLElement} */
  #box;

  /** @type {{generation: number, source: string} | null} its last complete run */
  ran = null;
  /** Told when the source has changed. */
  changed = () => {};
  /** Told when the editor cannot be loaded. */
  plain = () => {};
  /** Told when Enter is pressed with Ctrl or Shift. @type {(keys: "stay" | "next") => void} */
  entered = () => {};

  /**
   * @param {HTMLElement} container with the attributes that the build has written
   * @param {number} number its place on the page, from 1
   */
  constructor(container, number) {
    const { notebook = "", cell = "", role = "code", needs = "", binds = "" } =
      container.dataset;
    this.element = container;
    this.number = number;
    this.notebook = notebook;
    this.id = cell;
    this.role = role;
    this.needs = needs ? needs.split(" ") : [];
    this.binds = binds ? binds.split(" ") : [];
    this.localOnly = "localOnly" in container.dataset;
    this.input = /** @type {HTMLElement} */ (container.querySelector(".cell_input"));
    this.code = /** @type {HTMLElement} */ (this.input.querySelector("pre"));
    this.#book = container.querySelector(".cell_output");
    this.#shown = this.#book;
    this.#box = surrounding(this.code);
    this.highlighted = [...this.code.childNodes];
    this.original = (this.code.textContent ?? "").replace(/\n$/, "");
    this.source = this.original;
    this.key = `${notebook}:${cell}`;
  }

  /** Whether Run all runs it. */
  get runnable() {
    return !this.localOnly && this.role !== "solution";
  }

  get edited() {
    return this.source !== this.original;
  }

  get name() {
    return `cell ${this.number}`;
  }

  /** @param {State} state */
  set state(state) {
    this.element.dataset.state = state;
  }

  get state() {
    return /** @type {State} */ (this.element.dataset.state ?? "");
  }

  // -- code ------------------------------------------------------------------

  /** Make the code a thing to type into; show the edit that was kept. */
  prepare() {
    // Not the text itself: the theme takes that out of the order of Tab.
    const box = this.#box;
    box.tabIndex = 0;
    box.setAttribute("role", "textbox");
    box.setAttribute("aria-multiline", "true");
    box.setAttribute("aria-label", `Code of ${this.name}`);
    box.addEventListener("focus", () => {
      // A pointer is about to select, or to click: see below.
      if (box.matches(":focus-visible")) void this.edit();
    });
    box.addEventListener("click", (event) => {
      const selection = getSelection();
      if (selection && !selection.isCollapsed) return; // it was to be copied
      void this.edit({ x: event.clientX, y: event.clientY });
    });
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.altKey) return;
      event.preventDefault();
      if (event.ctrlKey || event.metaKey || event.shiftKey)
        this.entered(event.shiftKey ? "next" : "stay");
      else void this.edit();
    });
    const kept = load(this.key, this.original);
    if (!kept) return null;
    this.#take(kept.source);
    return kept;
  }

  /**
   * Open the editor and put the cursor into it.
   * @param {{x: number, y: number}} [point] where it was clicked
   */
  async edit(point) {
    if (!this.#editor) {
      this.#opening ??= this.#open();
      try {
        await this.#opening;
      } catch {
        this.#opening = null; // the next try may find it
        this.plain();
        return;
      }
    }
    const view = /** @type {EditorView} */ (/** @type {unknown} */ (this.#editor));
    view.focus();
    const at = point && view.posAtCoords(point, false);
    if (at !== undefined) view.dispatch({ selection: { anchor: at } });
  }

  async #open() {
    const { openEditor } = await import("./editor.js");
    const place = element("div", "aw-editor");
    this.#box.before(place);
    this.#box.hidden = true;
    this.#editor = openEditor(place, {
      source: this.source,
      label: `Code of ${this.name}`,
      changed: (source) => this.#take(source),
      run: (keys) => this.entered(keys),
    });
  }

  /** Leave the editor for the control after it. */
  focusCode() {
    if (this.#editor) this.#editor.focus();
    else this.#box.focus();
  }

  /**
   * Replace the code, also in the open editor.
   * @param {string} source
   */
  write(source) {
    const view = this.#editor;
    if (view) {
      const whole = { from: 0, to: view.state.doc.length, insert: source };
      view.dispatch({ changes: whole });
    }
    this.#take(source);
  }

  /** @param {string} source */
  #take(source) {
    if (source === this.source) return;
    this.source = source;
    if (this.edited) this.code.textContent = source; // what Copy copies
    else this.code.replaceChildren(...this.highlighted);
    save(this.key, source, this.original);
    this.element.dataset.edited = this.edited ? "yes" : "";
    this.changed();
  }

  /** Whether the reader's edit is only kept until they leave the page. */
  get forgets() {
    return this.edited && !storage.works;
  }

  // -- outputs ---------------------------------------------------------------

  /** Whether an output is shown, be it the book's or one of the reader's runs. */
  get shows() {
    return Boolean(this.#shown?.childElementCount);
  }

  /** Whether what is shown comes from a run of the reader's. */
  get showsRun() {
    return this.shows && this.#shown !== this.#book;
  }

  /**
   * A place for the outputs of a run. What was shown stays until the first of them
   * comes, so that the page does not jump.
   * @param {() => void} onFlood
   * @returns {{outputs: Outputs, settle: () => void}}
   */
  begin(onFlood) {
    const place = element("div", "cell_output docutils container");
    const settle = () => {
      if (this.#shown === place) return;
      this.mark("");
      if (this.#shown) this.#shown.replaceWith(place);
      else this.element.append(place);
      this.#shown = place;
    };
    return { outputs: new Outputs(place, onFlood), settle };
  }

  /** Show the book's output again. */
  restore() {
    this.mark("");
    if (this.#shown === this.#book) return;
    if (this.#book) this.#shown?.replaceWith(this.#book);
    else this.#shown?.remove();
    this.#shown = this.#book;
  }

  /**
   * Mark the output as older than what the page now holds; an empty reason unmarks.
   * @param {string} reason
   */
  mark(reason) {
    if (reason === this.#labelled) return;
    this.#labelled = reason;
    this.element.querySelector(".aw-stale")?.remove();
    this.element.dataset.stale = reason ? "yes" : "";
    if (reason && this.shows) this.#shown?.before(element("p", "aw-stale", reason));
  }
}

/**
 * The box around a cell's text, which the build has made: what is moved is drawn late.
 * @param {HTMLElement} code
 * @returns {HTMLElement}
 */
function surrounding(code) {
  const there = /** @type {HTMLElement | null} */ (code.closest(".aw-code"));
  if (there) return there;
  const made = element("div", "aw-code");
  code.replaceWith(made);
  made.append(code);
  return made;
}
