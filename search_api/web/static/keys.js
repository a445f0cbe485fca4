// Keys for whoever reads many results; the dialog in search.html lists them. None acts while something is typed.
const ACTS = {
  "/": toTheBox,
  j: () => step(1),
  k: () => step(-1),
  b: pick,
  "?": () => document.querySelector("#keys")?.showModal(),
};
const FULL_WIDTH = { "／": "/", "、": "/", "？": "?" }; // what the same keys give under a Chinese input method

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyped(event.target) || document.querySelector("dialog[open]")) return;
  const act = ACTS[FULL_WIDTH[event.key] ?? event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

function isTyped(target) {
  return target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select");
}

function toTheBox() {
  document.querySelector("#q")?.select();
  document.querySelector("#q")?.focus();
}

// The hit that has the focus, or none.
function current() {
  return document.activeElement.closest(".hits > li");
}

// The focus goes to the title of the next hit or the one before: Enter opens it, being a link.
function step(by) {
  const hits = [...document.querySelectorAll(".hits > li")];
  const place = hits.indexOf(current());
  const next = hits[place < 0 ? (by > 0 ? 0 : hits.length - 1) : place + by];
  next?.querySelector("h2 a").focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}

function pick() {
  const hit = current() ?? document.querySelector(".hits > li");
  hit?.querySelector("input[type=checkbox]")?.click();
}
