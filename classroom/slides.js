// Shows one section at a time; the address names it, so that a slide can be linked.
const sections = [...document.querySelectorAll("section")];
const place = document.getElementById("place");
let current = 0;

function show(number) {
  current = Math.max(0, Math.min(number, sections.length - 1));
  sections.forEach((section, i) => section.classList.toggle("shown", i === current));
  place.textContent = `${current + 1} / ${sections.length}`;
  const name = sections[current].id;
  history.replaceState(null, "", name ? `#${name}` : location.pathname);
}

function fromAddress() {
  const named = sections.findIndex((s) => s.id && `#${s.id}` === location.hash);
  show(named < 0 ? 0 : named);
}

const turns = {
  ArrowRight: () => current + 1, ArrowDown: () => current + 1,
  PageDown: () => current + 1, " ": () => current + 1,
  ArrowLeft: () => current - 1, ArrowUp: () => current - 1,
  PageUp: () => current - 1, Home: () => 0, End: () => sections.length - 1,
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in turns)) return;
  event.preventDefault();
  show(turns[event.key]());
});
addEventListener("hashchange", fromAddress);
document.body.classList.add("paged");
fromAddress();
