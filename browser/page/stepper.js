// A slider under a timeline: shows it up to one event, and marks that event.

import { button, element } from "./elements.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * An event of a timeline as its picture tells it.
 * @typedef {{bottom: number, words: string}} Step
 */

/**
 * Add a slider below the timeline in a figure, unless it has one or too few events.
 * @param {HTMLElement} figure
 */
export function addStepper(figure) {
  const picture = figure.querySelector("svg.aw-timeline");
  if (!(picture instanceof SVGSVGElement) || figure.nextElementSibling?.matches(".aw-stepper"))
    return;
  const steps = eventsOf(picture);
  if (steps.length < 3) return;
  const last = steps.length - 1;
  const height = picture.viewBox.baseVal.height;
  const mark = document.createElementNS(SVG, "rect");
  mark.setAttribute("class", "aw-now");
  mark.setAttribute("width", "100%");
  mark.setAttribute("rx", "3");
  picture.querySelector(".aw-paper")?.after(mark);

  const slider = element("input", "aw-slider");
  slider.type = "range";
  slider.max = String(last);
  slider.value = String(last);
  const title = picture.querySelector("title")?.textContent ?? "";
  slider.setAttribute("aria-label", `Step through the timeline: ${title}`);
  const place = element("span", "aw-place");
  place.setAttribute("aria-hidden", "true"); // the slider's own value says the same

  /** @param {number} step */
  const show = (step) => {
    const { bottom, words } = steps[step];
    const top = step ? steps[step - 1].bottom : bottom - 21;
    const whole = step === last && !figure.dataset.stepped;
    const hidden = step === last ? 0 : (1 - bottom / height) * 100;
    picture.style.clipPath = hidden ? `inset(0 0 ${hidden.toFixed(2)}% 0)` : "";
    mark.setAttribute("y", String(top));
    mark.setAttribute("height", whole ? "0" : String(bottom - top));
    slider.value = String(step);
    slider.setAttribute("aria-valuetext", `${step + 1} of ${steps.length}: ${words}`);
    place.textContent = `${step + 1}/${steps.length}`;
    before.disabled = step === 0;
    after.disabled = step === last;
  };
  /** @param {number} by */
  const move = (by) => {
    figure.dataset.stepped = "yes";
    show(Math.min(last, Math.max(0, Number(slider.value) + by)));
  };
  const before = button("back", "", "Previous event", () => move(-1));
  const after = button("on", "", "Next event", () => move(1));
  slider.addEventListener("input", () => move(0));
  const stepper = element("div", "aw-stepper", before, slider, after, place);
  stepper.setAttribute("role", "group");
  stepper.setAttribute("aria-label", "Steps of the timeline");
  stepper.style.maxWidth = `${picture.viewBox.baseVal.width}px`;
  figure.after(stepper);
  show(last);
}

/**
 * @param {SVGSVGElement} picture
 * @returns {Step[]}
 */
function eventsOf(picture) {
  return [...picture.querySelectorAll("g.aw-step")].map((step) => ({
    bottom: Number(step.getAttribute("data-bottom")),
    words: [...step.querySelectorAll("text")].map((text) => text.textContent).join(" "),
  }));
}
