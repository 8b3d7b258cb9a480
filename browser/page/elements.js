// Small helpers to build elements.

const SVG = "http://www.w3.org/2000/svg";

/** Icons of 16 by 16 units, drawn in the colour of the text. */
const ICONS = {
  run: '<path fill="currentColor" stroke="none" d="M5 3.2v9.6L13 8z"/>',
  stop: '<path fill="currentColor" stroke="none" d="M4 4h8v8H4z"/>',
  draw: '<path d="M3.5 2.5v11M8 5.5v8M12.5 2.5v7"/><path d="M3.5 5.5H8M8 9.5h4.5"/>',
  above: '<path d="M3 3h10M8 13.5V6.5M4.8 9.5 8 6.2l3.2 3.3"/>',
  reset: '<path d="M3 8a5 5 0 1 0 1.6-3.7"/><path d="M3 2.5v3.2h3.2"/>',
  notebook: '<path d="M4 2.5h8.5v11H4zM6.5 2.5v11"/><path d="M2.5 5H4M2.5 8H4M2.5 11H4"/>',
  back: '<path d="M10 3.5 5.5 8l4.5 4.5"/>',
  grip: '<path d="M6 4h.01M10 4h.01M6 8h.01M10 8h.01M6 12h.01M10 12h.01"/>',
  tick: '<path d="M3 8.5 6.5 12 13 4.5"/>',
  on: '<path d="M6 3.5 10.5 8 6 12.5"/>',
};

/** @typedef {keyof typeof ICONS} Icon */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} className
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, className = "", ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/**
 * @param {Icon} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("viewBox", "0 0 16 16");
  made.setAttribute("class", "aw-icon");
  made.setAttribute("aria-hidden", "true");
  made.innerHTML = ICONS[name];
  return made;
}

/**
 * A button with an icon and a word; `label` is its whole name, beginning with the word.
 * @param {Icon | null} name
 * @param {string} word
 * @param {string} label
 * @param {() => void} action
 * @returns {HTMLButtonElement}
 */
export function button(name, word, label, action) {
  const made = element("button", "aw-button");
  made.type = "button";
  if (name) made.append(icon(name));
  made.append(element("span", "", word));
  if (label !== word) made.setAttribute("aria-label", label);
  made.addEventListener("click", action);
  return made;
}
