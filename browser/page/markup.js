// HTML and SVG that a cell displayed, made harmless. Loaded when one is.

import purify from "dompurify";

/**
 * The markup as nodes: without scripts, frames, forms, links to code, and anything
 * that would load from elsewhere or take the reader away.
 * @param {string} markup
 * @returns {DocumentFragment}
 */
export function harmless(markup) {
  return purify.sanitize(markup, {
    USE_PROFILES: { html: true, svg: true, svgFilters: true },
    FORBID_TAGS: ["form", "input", "button", "textarea", "select", "style", "dialog"],
    ADD_ATTR: ["data-bottom", "data-step", "data-lane", "data-kind"],
    RETURN_DOM_FRAGMENT: true,
  });
}
