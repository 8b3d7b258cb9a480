// What a cell said, as the book's pages show it; cut where a page could not bear it.

/** @import {Display, Failure, MimeBundle, Output} from "./protocol.js" */

import { coloured, stripped } from "./ansi.js";
import { element } from "./elements.js";
import { addStepper } from "./stepper.js";

/** Characters of text that one cell may put into the page. */
const SHOWN = 100_000;
/** Characters of markup of one output. */
const MARKUP = 5_000_000;
/** Characters after which a cell that goes on printing is stopped. */
const FLOOD = 20_000_000;

const KINDS = ["image/svg+xml", "text/html", "image/png", "image/jpeg", "text/plain"];

const count = new Intl.NumberFormat("en");

export class Outputs {
  /** Characters of text so far, shown or not. */
  received = 0;
  /** The text that was shown, for screen readers. */
  said = "";
  /** @type {string | null} the name of the exception that was raised */
  error = null;

  #shown = 0;
  /** @type {{name: string, text: string} | null} */ #stream = null;
  /** @type {{name: string, pre: HTMLElement} | null} */ #open = null;
  /** @type {ReturnType<typeof setTimeout> | null} */ #flush = null;
  /** @type {HTMLElement | null} */ #cut = null;
  #flooded = false;

  /**
   * @param {HTMLElement} place the element that outputs go into
   * @param {() => void} onFlood told once, when a cell prints without end
   */
  constructor(place, onFlood) {
    this.place = place;
    this.onFlood = onFlood;
  }

  /** @param {Output} output */
  add(output) {
    if (output.output_type === "stream") {
      this.#hear(output.name, output.text);
      return;
    }
    this.flush();
    this.#open = null;
    if (output.output_type === "error") this.#fail(output);
    else void this.#display(output);
  }

  /**
   * Text is put into the page some times a second, not at each message.
   * @param {string} name
   * @param {string} text
   */
  #hear(name, text) {
    this.received += text.length;
    if (this.received > FLOOD && !this.#flooded) {
      this.#flooded = true;
      this.onFlood();
    }
    const kept = text.slice(0, Math.max(0, SHOWN - this.#shown));
    this.#shown += kept.length;
    if (this.#stream && this.#stream.name !== name) this.flush();
    this.#stream = { name, text: (this.#stream?.text ?? "") + kept };
    this.#flush ??= setTimeout(() => this.flush(), 30);
  }

  /** Show the text that has arrived. */
  flush() {
    if (this.#flush !== null) clearTimeout(this.#flush);
    this.#flush = null;
    const stream = this.#stream;
    this.#stream = null;
    if (stream?.text) {
      if (this.#open?.name !== stream.name) {
        const kind = stream.name === "stderr" ? "stderr" : "stream";
        this.#open = { name: stream.name, pre: this.#text(kind) };
      }
      this.#open.pre.append(coloured(stream.text));
      if (overflows(this.#open.pre)) this.#open.pre.tabIndex = 0;
      this.#say(stream.text);
    }
    if (this.received > SHOWN) this.#tellCut();
  }

  #tellCut() {
    this.#cut ??= this.place.appendChild(element("p", "aw-cut-note"));
    const all = count.format(this.received);
    this.#cut.textContent = `Cut here: ${count.format(SHOWN)} of ${all} characters are shown.`;
  }

  /**
   * A place for text, made as the book's build makes it.
   * @param {string} kind
   * @returns {HTMLElement}
   */
  #text(kind) {
    const pre = element("pre");
    // What is larger than its place is scrolled, also by keyboard.
    queueMicrotask(() => {
      if (overflows(pre)) pre.tabIndex = 0;
    });
    const block = element("div", "highlight", pre);
    this.place.append(element("div", `output ${kind} notranslate`, block));
    return pre;
  }

  /** @param {Failure} output */
  #fail(output) {
    this.error = output.ename;
    const last = `${output.ename}: ${output.evalue}`;
    const trace = output.traceback.length ? output.traceback.join("\n") : last;
    this.#text("traceback").append(coloured(this.#limited(trace)));
    this.#say(last);
  }

  /** @param {Display} output */
  async #display(output) {
    const kind = KINDS.find((each) => each in output.data);
    if (!kind) return;
    const text = joined(output.data[kind]);
    if (kind === "text/plain") {
      this.#text("text_plain").append(coloured(this.#limited(text)));
      this.#say(text);
      return;
    }
    // Its place in the order is taken now, also if it is filled a moment later.
    const box = element("div", "output");
    this.place.append(box);
    if (text.length > MARKUP) {
      box.className = "aw-cut-note";
      box.textContent =
        `A display of ${count.format(text.length)} characters is not shown: ` +
        `the page would stand still. The limit is ${count.format(MARKUP)}.`;
    } else if (kind.startsWith("image/p") || kind.startsWith("image/j")) {
      const image = element("img");
      image.src = `data:${kind};base64,${text}`;
      image.alt = "text/plain" in output.data ? joined(output.data["text/plain"]) : "";
      box.append(image);
    } else {
      this.#say(spoken(output.data));
      await show(box, kind, text);
    }
  }

  /**
   * @param {string} text
   * @returns {string}
   */
  #limited(text) {
    const room = Math.max(0, SHOWN - this.#shown);
    this.#shown += Math.min(text.length, room);
    this.received += text.length;
    if (text.length > room) queueMicrotask(() => this.#tellCut());
    return text.slice(0, room);
  }

  /** @param {string} text */
  #say(text) {
    if (this.said.length < 1000) this.said += stripped(text.slice(0, 1000));
  }
}

/** @param {HTMLElement} box */
function overflows(box) {
  return box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
}

/**
 * Put markup into a box; a timeline gets its slider.
 * @param {HTMLElement} box
 * @param {string} kind
 * @param {string} text
 */
async function show(box, kind, text) {
  try {
    const { harmless } = await import("./markup.js");
    const nodes = harmless(text);
    if (kind === "image/svg+xml") {
      const figure = element("figure", "aw-timeline-figure", nodes);
      figure.tabIndex = 0;
      box.append(figure);
      addStepper(figure);
    } else {
      box.classList.add("text_html");
      box.append(nodes);
    }
  } catch {
    box.className = "aw-cut-note";
    box.textContent =
      "This display cannot be shown: a part of the page is missing. Reload it, " +
      "then run the cell again.";
  }
}

/**
 * What a display says in words.
 * @param {MimeBundle} data
 */
function spoken(data) {
  return "text/plain" in data ? joined(data["text/plain"]) : "";
}

/** @param {string | string[]} text */
function joined(text) {
  return typeof text === "string" ? text : text.join("");
}
