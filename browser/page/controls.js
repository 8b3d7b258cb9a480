// The controls of one cell: quiet until it is pointed at, focused or running.

/** @import {Cell} from "./cell.js" */
/** @import {Outputs} from "./outputs.js" */
/** @import {Progress} from "./protocol.js" */
/** @import {Outcome} from "./python.js" */
/** @import {Runner} from "./runner.js" */

import { announce } from "./announcer.js";
import { button, element } from "./elements.js";

const PATIENCE = 30_000; // milliseconds without news, after which this is said

export class Controls {
  /** @type {ReturnType<typeof setInterval> | undefined} */ #clock;
  /** @type {HTMLProgressElement | null} */ #meter = null;
  #news = 0;

  /**
   * @param {Cell} cell
   * @param {Runner} runner
   */
  constructor(cell, runner) {
    this.cell = cell;
    this.runner = runner;
    const { name } = cell;
    this.runButton = button("run", "Run", `Run ${name}`, () => runner.run(cell, false));
    this.drawButton = button("draw", "Draw", `Draw ${name}`, () =>
      runner.run(cell, true),
    );
    this.aboveButton = button("above", "Run all above", `Run all above ${name}, then it`, () =>
      runner.runWithAbove(cell, false),
    );
    this.stopButton = button("stop", "Stop", `Stop ${name}`, () => runner.stop());
    this.resetButton = button("reset", "Reset", `Reset ${name} to the book's`, () => this.reset());
    this.runButton.classList.add("aw-run");
    this.stopButton.classList.add("aw-stop");
    this.aboveButton.classList.add("aw-above");
    this.resetButton.classList.add("aw-reset");
    if (cell.number === 1) {
      this.aboveButton.hidden = true;
      cell.element.dataset.first = "yes";
    }
    this.status = element("span", "aw-status");
    this.notice = element("div", "aw-notice");
    this.notice.hidden = true;
    this.bar = element(
      "div",
      "aw-bar",
      this.stopButton,
      this.runButton,
      this.drawButton,
      this.aboveButton,
      this.resetButton,
      this.status,
    );
    this.bar.setAttribute("role", "group");
    this.bar.setAttribute("aria-label", `Controls of ${name}`);
    cell.input.after(this.bar, this.notice);
    this.refresh();
  }

  /** Show the buttons that make sense now. */
  refresh() {
    const { cell } = this;
    this.resetButton.hidden = !cell.edited && !cell.showsRun;
    if (cell.edited && cell.state === "") this.say("edited");
    if (!cell.edited && this.status.textContent === "edited") this.say("");
    if (cell.forgets) {
      this.warn(
        "This browser keeps nothing for this page (its storage is blocked or full): " +
          "your edits last until you leave it.",
      );
    }
  }

  /** @param {string} text */
  say(text) {
    this.status.textContent = text;
  }

  /** A run begins: something is seen at once. */
  begin() {
    this.#news = performance.now();
    this.dismiss();
    if (this.cell.state === "loading") {
      this.#showMeter("Starting Python …");
      announce("Python is being loaded.");
    }
    const started = performance.now();
    clearInterval(this.#clock);
    this.say(this.cell.state);
    this.#clock = setInterval(() => {
      const seconds = Math.round((performance.now() - started) / 1000);
      if (this.status.textContent !== "stopping …")
        this.say(`${this.cell.state}, ${seconds} s`);
      if (this.#meter && performance.now() - this.#news > PATIENCE)
        this.#showMeter("Nothing has arrived for 30 seconds. Is the network there?");
    }, 1000);
  }

  /** @param {Progress} progress */
  progress({ label, loaded, total }) {
    this.#news = performance.now();
    const meter = this.#showMeter(
      total > 0 && loaded < total
        ? `Loading ${label}: ${megabytes(loaded)} of ${megabytes(total)} MB`
        : `Starting ${label} …`,
    );
    if (total > 0 && loaded < total) {
      meter.max = total;
      meter.value = loaded;
    } else meter.removeAttribute("value");
  }

  /** The first output is there: nothing is loading any more. */
  loaded() {
    if (this.#meter) this.dismiss();
  }

  /**
   * @param {Outcome} outcome
   * @param {Outputs} outputs
   */
  end(outcome, outputs) {
    clearInterval(this.#clock);
    this.loaded();
    const { status, seconds, lost, reason } = outcome;
    this.cell.state = status === "failed" ? "error" : status;
    if (status === "ok") this.say(`done, ${duration(seconds)}`);
    else if (status === "error") this.say(outputs.error ?? "error");
    else this.say(status === "failed" ? "not run" : "stopped");
    if (reason) this.warn(reason);
    else if (status === "stopped" && lost && seconds > 0.5) {
      this.warn(
        "Stopped. The cell did not end by itself, so Python was ended: its variables " +
          "are gone, your edits are not. The next run starts it anew.",
      );
    }
    this.refresh();
  }

  /**
   * Say something below the code.
   * @param {string} text
   */
  warn(text) {
    this.#notice(element("p", "", text));
  }

  /**
   * Ask something below the code.
   * @param {string} text
   * @param {[string, () => void][]} answers
   */
  ask(text, answers) {
    const buttons = answers.map(([word, action]) =>
      button(null, word, word, () => {
        this.dismiss();
        action();
      }),
    );
    this.#notice(element("p", "", text), element("div", "aw-answers", ...buttons));
    announce(text);
    buttons[0].focus({ preventScroll: true });
  }

  /** Take away what was said below the code. */
  dismiss() {
    const held = this.notice.contains(document.activeElement);
    this.notice.hidden = true;
    this.notice.replaceChildren();
    this.#meter = null;
    if (held) this.bar.querySelector("button")?.focus({ preventScroll: true });
  }

  /** Give the cell back its code and output of the book; it can be undone. */
  reset() {
    const { cell } = this;
    const { source } = cell;
    cell.restore();
    cell.state = "";
    this.say("");
    if (cell.edited) {
      cell.write(cell.original);
      this.ask("The cell is the book's again.", [["Undo", () => cell.write(source)]]);
    } else this.dismiss();
    cell.mark("");
    this.refresh();
  }

  /** @param {Node[]} children */
  #notice(...children) {
    this.#meter = null;
    this.notice.replaceChildren(...children);
    this.notice.hidden = false;
  }

  /**
   * @param {string} text
   * @returns {HTMLProgressElement}
   */
  #showMeter(text) {
    if (!this.#meter) {
      const meter = element("progress", "aw-meter");
      meter.setAttribute("aria-label", "Loading Python");
      this.#notice(element("p", "", text), meter);
      this.#meter = meter;
    }
    const said = /** @type {HTMLElement} */ (this.notice.firstElementChild);
    if (said.textContent !== text) said.textContent = text;
    return this.#meter;
  }
}

/** @param {number} bytes */
function megabytes(bytes) {
  return (bytes / 1e6).toFixed(1);
}

/** @param {number} seconds */
function duration(seconds) {
  const milliseconds = Math.max(1, Math.round(seconds * 1000));
  return seconds < 1 ? `${milliseconds} ms` : `${seconds.toFixed(1)} s`;
}
