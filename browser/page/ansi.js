// Coloured text of a terminal as elements: the colours that tracebacks use.

import { element } from "./elements.js";

const SEQUENCE = /\x1b\[([0-9;:]*)([@-~])/g;

/** @typedef {{colour: number | null, bold: boolean, italic: boolean, underline: boolean}} Style */

/** @returns {Style} */
const plain = () => ({ colour: null, bold: false, italic: false, underline: false });

/**
 * Text without its escape sequences.
 * @param {string} text
 */
export function stripped(text) {
  return text.replace(SEQUENCE, "");
}

/**
 * A text as nodes: spans of class `aw-ansi-…` for what is coloured.
 * @param {string} text
 * @returns {DocumentFragment}
 */
export function coloured(text) {
  const made = document.createDocumentFragment();
  let style = plain();
  let from = 0;
  for (const match of text.matchAll(SEQUENCE)) {
    append(made, text.slice(from, match.index), style);
    if (match[2] === "m") style = changed(style, match[1]);
    from = match.index + match[0].length;
  }
  append(made, text.slice(from), style);
  return made;
}

/**
 * @param {Style} style
 * @param {string} codes
 * @returns {Style}
 */
function changed(style, codes) {
  let next = { ...style };
  const numbers = codes.split(/[;:]/).map(Number);
  for (let at = 0; at < numbers.length; at += 1) {
    const code = numbers[at];
    if (code === 0) next = plain();
    else if (code === 1) next.bold = true;
    else if (code === 3) next.italic = true;
    else if (code === 4) next.underline = true;
    else if (code === 22) next.bold = false;
    else if (code === 23) next.italic = false;
    else if (code === 24) next.underline = false;
    else if (code >= 30 && code <= 37) next.colour = code - 30;
    else if (code >= 90 && code <= 97) next.colour = code - 90;
    else if (code === 39) next.colour = null;
    else if (code === 38 || code === 48) {
      // 38;5;N is one of 256 colours, of which the first 16 are the named ones.
      const five = numbers[at + 1] === 5;
      const colour = numbers[at + 2];
      if (five && code === 38) next.colour = colour < 16 ? colour % 8 : null;
      at += five ? 2 : 4;
    }
  }
  return next;
}

/**
 * @param {Node} parent
 * @param {string} text
 * @param {Style} style
 */
function append(parent, text, style) {
  if (!text) return;
  const classes = [];
  if (style.colour !== null) classes.push(`aw-ansi-${style.colour}`);
  for (const name of /** @type {const} */ (["bold", "italic", "underline"]))
    if (style[name]) classes.push(`aw-ansi-${name}`);
  parent.appendChild(
    classes.length ? element("span", classes.join(" "), text) : new Text(text),
  );
}
