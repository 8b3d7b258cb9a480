// Which sections the reader has read, kept in this browser: ticked in the page's table
// of contents, counted on the contents page, with a way back to the last place.

import { announce } from "./announcer.js";
import { attempt } from "./edits.js";
import { button, element, icon } from "./elements.js";

const KEY = "async-with:progress";
const LOOKED = 1000; // ms that a section's end stays in view before the section counts

/** @typedef {{page: string, section: string, title: string}} Place */
/** @typedef {{pages: Record<string, {read: string[], of: number}>, last: Place | null}} Progress */

/** @returns {Progress} */
function load() {
  const kept = attempt(() => JSON.parse(localStorage.getItem(KEY) ?? "null"));
  if (typeof kept?.pages !== "object") return { pages: {}, last: null };
  return /** @type {Progress} */ (kept);
}

/** @param {Progress} progress */
function save(progress) {
  attempt(() => localStorage.setItem(KEY, JSON.stringify(progress)));
}

/**
 * Follow the reading of a page, and show what has been read.
 * @param {URL} root the site's first folder
 */
export function followReading(root) {
  const name = location.pathname.slice(root.pathname.length).replace(/\.html$/, "");
  if (name.startsWith("notebooks/")) new Reading(name).follow();
  for (const list of document.querySelectorAll(".aw-contents")) count(list, root);
  const place = document.querySelector(".aw-resume");
  if (place instanceof HTMLElement) resume(place, root);
}

/** The sections of one page; they are those of its second headings. */
class Reading {
  /** @param {string} page its path below the site's first folder, without suffix */
  constructor(page) {
    this.page = page;
    const found = document.querySelectorAll("article section > section:has(> h2)");
    this.sections = /** @type {HTMLElement[]} */ ([...found]).filter((each) => each.id);
    for (const id of this.#read(load())) this.#tick(id);
  }

  /**
   * The sections that were read; what the book has renamed since counts no longer.
   * @param {Progress} progress
   */
  #read(progress) {
    const kept = new Set(progress.pages[this.page]?.read);
    return this.sections.map((each) => each.id).filter((id) => kept.has(id));
  }

  follow() {
    /** @type {Map<Element, number>} */ const waiting = new Map();
    const watcher = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        clearTimeout(waiting.get(target));
        const section = /** @type {HTMLElement} */ (target.parentElement);
        if (isIntersecting)
          waiting.set(target, setTimeout(() => this.#finish(section), LOOKED));
      }
    });
    for (const section of this.sections) {
      const end = element("span", "aw-end");
      section.append(end);
      watcher.observe(end);
      this.#followCells(section);
    }
    addEventListener("pagehide", () => this.#leave());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.#leave();
    });
  }

  /**
   * A section whose cells have all been run is read as well.
   * @param {HTMLElement} section
   */
  #followCells(section) {
    const cells = /** @type {HTMLElement[]} */ ([
      ...section.querySelectorAll('[data-cell]:not([data-local-only], [data-role="solution"])'),
    ]);
    if (!cells.length) return;
    const watcher = new MutationObserver(() => {
      if (cells.every(({ dataset }) => ["ok", "error"].includes(dataset.state ?? "")))
        this.#finish(section);
    });
    for (const cell of cells) watcher.observe(cell, { attributeFilter: ["data-state"] });
  }

  /** @param {HTMLElement} section */
  #finish(section) {
    this.#tick(section.id);
    this.#keep(section, [section.id]);
  }

  /** Remember where the page is left. */
  #leave() {
    const middle = innerHeight / 2;
    const seen = this.sections.filter((each) => each.getBoundingClientRect().top < middle);
    const section = seen.at(-1);
    if (section) this.#keep(section, []);
  }

  /**
   * @param {HTMLElement} section the reader's place
   * @param {string[]} more ids of sections read since
   */
  #keep(section, more) {
    const progress = load(); // another page may have written, or cleared it
    const read = [...new Set([...this.#read(progress), ...more])];
    progress.pages[this.page] = { read, of: this.sections.length };
    progress.last = { page: this.page, section: section.id, title: titleOf(section) };
    save(progress);
  }

  /** @param {string} id */
  #tick(id) {
    const link = document.querySelector(`#pst-page-toc-nav a[href="#${CSS.escape(id)}"]`);
    if (link?.querySelector(".aw-read")) return;
    link?.append(element("span", "aw-read", icon("tick"), element("span", "aw-unseen", " (read)")));
  }
}

/**
 * The page's title and the section's.
 * @param {HTMLElement} section
 */
function titleOf(section) {
  const headings = [document.querySelector("article h1"), section.querySelector("h2")];
  return headings.map((each) => each?.textContent?.replace(/#\s*$/, "").trim()).join(": ");
}

/**
 * Write beside each link of a list how much of its page has been read.
 * @param {Element} list
 * @param {URL} root
 */
function count(list, root) {
  const { pages } = load();
  for (const link of list.querySelectorAll("a")) {
    const name = link.pathname.slice(root.pathname.length).replace(/\.html$/, "");
    const known = pages[name];
    if (!known?.read.length || link.hash) continue;
    const whole = known.read.length >= known.of;
    const said = whole ? "read" : `${known.read.length} of ${known.of} sections read`;
    link.after(" ", element("span", "aw-count", ...(whole ? [icon("tick")] : []), said));
  }
}

/**
 * Offer the way back to the last place, and to forget it all.
 * @param {HTMLElement} place
 * @param {URL} root
 */
function resume(place, root) {
  const { last } = load();
  if (!last) return;
  const link = element("a", "", last.title);
  link.href = new URL(`${last.page}.html#${encodeURIComponent(last.section)}`, root).href;
  const clear = button(null, "Clear progress", "Clear progress kept in this browser", () => {
    attempt(() => localStorage.removeItem(KEY));
    for (const each of document.querySelectorAll(".aw-count")) each.remove();
    place.replaceChildren();
    announce("Your progress is cleared.");
    document.querySelector("article h1")?.scrollIntoView({ block: "nearest" });
  });
  place.append(element("p", "", "Resume where you were: ", link), clear);
}
