// Says to screen readers what happened, politely and shortly.

import { element } from "./elements.js";

const LENGTH = 300; // characters of an output that are read out

/** @type {HTMLElement | null} */
let region = null;

/** @param {string} text */
export function announce(text) {
  if (!region) {
    region = element("div", "aw-said");
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  const said = text.length > LENGTH ? `${text.slice(0, LENGTH)} …` : text;
  // A second sentence replaces the first; the same one again is still heard.
  region.replaceChildren(element("p", "", said));
}
