// Shows what a term of the glossary means, or what Python's documentation says, beside
// the link to it: for those who point at the link or focus it. Without scripts the link
// leads to the same text, or to the documentation.

import { element } from "./elements.js";

const SOON = 250; // ms of pointing before the card appears
const LATE = 200; // ms to move the pointer from the link to the card
const LINKS = 'a[href*="glossary.html#term-"], a[data-says]';

/** @type {Promise<Document> | null} */ let glossary = null;
/** @type {{link: HTMLAnchorElement, card: HTMLElement} | null} */ let open = null;
let timer = 0;

/** Let the page's links to the glossary open their cards. */
export function showCards() {
  document.addEventListener("pointerover", ({ target, pointerType }) => {
    if (pointerType === "touch") return; // a tap follows the link
    const link = linkOf(target);
    if (link) {
      clearTimeout(timer);
      if (open?.link !== link) timer = setTimeout(() => void show(link, ":hover"), SOON);
    } else if (inCard(target)) clearTimeout(timer);
    else leave();
  });
  document.addEventListener("focusin", ({ target }) => {
    const link = linkOf(target);
    if (link?.matches(":focus-visible")) void show(link, ":focus");
    else if (open) hide();
  });
  document.addEventListener("focusout", ({ target }) => {
    if (open?.link === target) hide();
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") hide();
  });
}

/**
 * @param {EventTarget | null} target
 * @returns {HTMLAnchorElement | null}
 */
function linkOf(target) {
  const link = target instanceof Element ? target.closest(LINKS) : null;
  return /** @type {HTMLAnchorElement | null} */ (link?.closest("article") ? link : null);
}

/** @param {EventTarget | null} target */
function inCard(target) {
  return target instanceof Node && Boolean(open?.card.contains(target));
}

/** The pointer is elsewhere: give it time to come back. */
function leave() {
  clearTimeout(timer);
  if (open && !open.link.matches(":focus-visible")) timer = setTimeout(hide, LATE);
}

function hide() {
  clearTimeout(timer);
  open?.link.removeAttribute("aria-describedby");
  open?.card.remove();
  open = null;
}

/**
 * @param {HTMLAnchorElement} link
 * @param {":hover" | ":focus"} asked whether it is still wanted when the text has come
 */
async function show(link, asked) {
  if (open?.link === link) return;
  const told = link.dataset.says ? said(link) : await meaning(link);
  if (!told || !link.matches(asked)) return;
  hide();
  const card = element("div", "aw-card", ...told);
  card.id = "aw-card";
  card.setAttribute("role", "tooltip");
  document.body.append(card);
  link.setAttribute("aria-describedby", card.id);
  place(card, link);
  open = { link, card };
}

/**
 * What the page itself says of a link to Python's documentation.
 * @param {HTMLAnchorElement} link
 */
function said({ dataset }) {
  const name = element("strong", "", dataset.name ?? "");
  const words = element("p", "", `${dataset.says}`);
  return [name, words, element("p", "aw-where", "Python’s documentation")];
}

/**
 * What the glossary says of a term; nothing without a network.
 * @param {HTMLAnchorElement} link
 */
async function meaning(link) {
  const page = link.href.replace(/#.*/, "");
  glossary ??= fetch(page).then(async (answer) => {
    if (!answer.ok) throw new Error(`the glossary: ${answer.status}`);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  });
  /** @type {Document} */ let found;
  try {
    found = await glossary;
  } catch {
    glossary = null; // the next try may find it
    return null;
  }
  const term = found.getElementById(decodeURIComponent(link.hash.slice(1)));
  const definition = term?.nextElementSibling;
  if (!term || !definition?.matches("dd")) return null;
  const text = document.importNode(definition, true);
  // A card is read, not entered: its links lead nowhere.
  for (const each of text.querySelectorAll("a")) each.replaceWith(...each.childNodes);
  term.querySelector(".headerlink")?.remove();
  return [element("strong", "", term.textContent?.trim() ?? ""), ...text.childNodes];
}

/**
 * Put a card below a link, or above it where there is more room.
 * @param {HTMLElement} card
 * @param {HTMLElement} link
 */
function place(card, link) {
  const lines = link.getClientRects();
  const { left, bottom, top } = lines[lines.length - 1];
  const { width, height } = card.getBoundingClientRect();
  const above = bottom + height > innerHeight && top > height;
  const across = document.documentElement.clientWidth - width - 8;
  card.style.left = `${Math.max(8, Math.min(left, across)) + scrollX}px`;
  card.style.top = `${(above ? lines[0].top - height : bottom) + scrollY}px`;
}
