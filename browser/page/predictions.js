// Asks a prediction: a wrong choice is struck out and explained, and the reader tries
// again with what is left.

import { announce } from "./announcer.js";
import { element } from "./elements.js";

const decoder = new TextDecoder();

/** What the page keeps encoded. */
const decoded = (/** @type {string | undefined} */ text) =>
  JSON.parse(decoder.decode(Uint8Array.from(atob(text ?? ""), (c) => c.charCodeAt(0))));

/** @typedef {{ right: string } & Record<string, string>} Answer */

let made = 0;

/**
 * Turn the choices of a question into buttons.
 * @param {HTMLElement} question
 */
export function ask(question) {
  const answer = /** @type {Answer} */ (decoded(question.dataset.answer));
  const asked = question.querySelector("p");
  const list = question.querySelector("ul");
  if (!asked || !list) return;
  asked.id ||= `aw-asked-${made++}`;
  question.setAttribute("role", "group");
  question.setAttribute("aria-labelledby", asked.id);
  const letters = [...document.querySelectorAll(".aw-letter")].filter(
    (each) => /** @type {HTMLElement} */ (each).dataset.of === question.id,
  );
  for (const each of letters) {
    const back = element("a", "", "(?)");
    back.href = `#${question.id}`;
    back.ariaLabel = "not yet: answer the question above";
    each.replaceChildren(back);
  }
  const left = new Set(answer.right);
  /** @type {HTMLButtonElement[]} */ const buttons = [];
  for (const item of list.children) {
    const text = item.querySelector("p") ?? item;
    // A button holds no link: chapters and terms are linked in the explanation, too.
    for (const link of text.querySelectorAll("a")) link.replaceWith(...link.childNodes);
    const choice = element("button", "aw-choice", ...text.childNodes);
    choice.type = "button";
    const letter = choice.textContent?.trim().charAt(1) ?? "";
    choice.addEventListener("click", () => {
      if (choice.ariaDisabled !== "true") choose(choice, letter);
    });
    buttons.push(choice);
    item.replaceChildren(choice);
  }
  list.classList.add("aw-choices");

  /**
   * @param {HTMLButtonElement} choice
   * @param {string} letter
   */
  function choose(choice, letter) {
    choice.ariaDisabled = "true";
    const right = left.delete(letter);
    let said = right ? "Yes." : `No. ${answer[letter]}`;
    if (right && left.size) said = "Yes, and there is another.";
    choice.classList.add(right ? "aw-right" : "aw-wrong");
    const why = element("p", "aw-why", ...marked(said));
    why.id = `aw-why-${made++}`;
    choice.setAttribute("aria-describedby", why.id);
    choice.after(why);
    announce(`(${letter}) ${why.textContent}`);
    if (left.size) return;
    for (const each of buttons) each.ariaDisabled = "true";
    question.dataset.answered = "";
    for (const each of letters) {
      each.replaceChildren(decoded(/** @type {HTMLElement} */ (each).dataset.letter));
    }
  }
}

/**
 * A text whose words between backticks are code.
 * @param {string} text
 */
function marked(text) {
  return text
    .split("`")
    .map((part, at) => (at % 2 ? element("code", "", part) : part))
    .filter((part) => part !== "");
}
