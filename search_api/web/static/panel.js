// A passage opens beside the asks, with its document around it, and the ask stays in sight. Without this a link leads to
// the document's own page. Esc, the button and the browser's way back close it; #read-1-0208cf5f opens it.
import { show } from "./basket.js";

const panel = document.querySelector("dialog.panel");
const LINKS = ".matrix a.cell, .asked .passages h3 a, .documents ul a, .valid h3 a";
let opener = null;

const pointOf = (link) => link.closest("section.asked")?.id.slice(6) ?? link.dataset.point ?? "";
const anchorOf = (link) => new URL(link.href).searchParams.get("passage") ?? "";

if (panel) {
  for (const link of document.querySelectorAll(LINKS)) link.dataset.opens = `read-${pointOf(link)}-${anchorOf(link)}`;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-opens]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    history.pushState({}, "", `#${link.dataset.opens}`);
    open(link);
  });
  panel.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave();
  });
  panel.querySelector(".close").addEventListener("click", leave);
  addEventListener("popstate", follow);
  follow();
}

function follow() {
  const link = document.querySelector(`a[data-opens="${CSS.escape(location.hash.slice(1))}"]`);
  if (link) open(link);
  else close();
}

// Where the panel was opened on this page, the way back is one step; where an address opened it, there is none.
function leave() {
  if (opener?.cameHere) history.back();
  else history.replaceState({}, "", location.pathname + location.search);
  close();
}

function close() {
  if (!panel.open) return;
  panel.close();
  opener?.link.focus();
  opener = null;
}

async function open(link) {
  opener = { link, cameHere: history.state !== null };
  const body = panel.querySelector(".panel-body");
  const ask = document.querySelector(`#ask-${CSS.escape(pointOf(link))}`);
  panel.querySelector(".panel-ask").textContent = ask ? `${pointOf(link)}  ${ask.querySelector(".ask").textContent}` : "";
  body.textContent = "正在打开";
  if (!panel.open) panel.showModal();
  try {
    const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const parts = ["#main h1", "#main h1 + .meta", "#main .outdated", "#main article"];
    const shown = parts.map((part) => page.querySelector(part)).filter(Boolean);
    if (!answer.ok || !shown.length) throw new Error();
    body.replaceChildren(...shown.map((part) => document.adoptNode(part)));
  } catch {
    body.textContent = "没有打开：连不上服务器，或者这份答复已经不在。请稍后再试。";
    return;
  }
  for (const tools of body.querySelectorAll(".tools, .cite")) tools.remove();
  for (const one of body.querySelectorAll("[id]")) one.removeAttribute("id");
  // In a window of their own: a page that was posted is lost where one leaves it from an address that was pushed.
  for (const link of body.querySelectorAll("a")) link.target = "_blank";
  panel.querySelector(".panel-whole").href = link.href;
  offer(link);
  body.querySelector(".chosen")?.scrollIntoView({ block: "center" });
}

// The way to choose the passage, as it stands under its ask; choosing here is choosing there.
function offer(link) {
  const place = panel.querySelector(".panel-acts");
  const anchor = anchorOf(link);
  const here = document.querySelector(`#point-${CSS.escape(pointOf(link))}`);
  const box = [...(here?.querySelectorAll("form.choose, label.pick") ?? [])].find((one) =>
    (one.querySelector("[name=passage_id]")?.value ?? one.querySelector("input")?.dataset.passage ?? "").endsWith(`#${anchor}`),
  );
  place.replaceChildren(...(box ? [box.cloneNode(true)] : []));
  show();
}
