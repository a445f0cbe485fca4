// The page works without this: both forms are posted, and the server answers with the page. Here a search shows how far
// it is, a file can be dropped anywhere, and the points change in place.
import { picksHere } from "./basket.js";

const JSON_LINES = "application/x-ndjson";
const UNREACHABLE = "连不上服务器，请稍后再试。";

const paste = document.querySelector("form.proposal");

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form.proposal, form.draft") || event.submitter?.name === "take") return;
  if (event.submitter?.hasAttribute("data-keeps")) return keep(form);
  event.preventDefault();
  if (event.submitter?.name === "action") change(form, event.submitter);
  else search(form);
});

// A case takes along what was chosen here. The form goes its usual way.
function keep(form) {
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "picks", value: JSON.stringify(picksHere()) });
  form.append(field);
}

// The match is made while its progress is read; then the form goes its usual way, and the server has the answer ready.
async function search(form) {
  if (form.classList.contains("busy")) return;
  const file = form.elements.file?.files[0];
  if (file && file.size > Number(form.dataset.largest)) return fail(form, "文件超过上限 10 MB。请另存为不带图片的 docx，或者只粘贴提案的文字。");
  busy(form, true);
  try {
    const answer = await fetch(form.dataset.api, { method: "POST", ...asked(form), headers: headers(form) });
    if (answer.status === 400 && form === paste) return form.submit(); // to the page that says why and has the points, if any
    if (!answer.ok) throw new Refused((await answer.json()).detail);
    for await (const line of lines(answer.body)) {
      if (line.startsWith('{"type":"urn:dafu:problem:')) throw new Refused(JSON.parse(line).detail); // stopped half-way
      if (line.length < 80) show(form, JSON.parse(line));
    }
  } catch (error) {
    busy(form, false);
    return fail(form, error instanceof Refused ? error.message : UNREACHABLE);
  }
  form.submit();
}

class Refused extends Error {}

const headers = (form) => ({ Accept: JSON_LINES, ...(form === paste ? {} : { "Content-Type": "application/json" }) });

// What a form asks of the API: the text or file as it is, the points as JSON.
function asked(form) {
  if (form === paste) return { body: new FormData(form) };
  const contexts = form.querySelectorAll("[name=context]");
  const points = [...form.querySelectorAll("[name=point]")].map((box, i) => ({ text: box.value, context: contexts[i].value }));
  const [title, number, preamble] = ["title", "number", "preamble"].map((name) => form.elements[name].value);
  return { body: JSON.stringify({ title, number, preamble, points }) };
}

async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    yield* parts;
  }
}

function show(form, { done, of }) {
  Object.assign(form.querySelector("progress"), { max: of, value: done });
  said(form, done < of ? `正在查找第 ${done + 1} 条，共 ${of} 条` : "正在整理结果");
}

const said = (form, text) => (form.querySelector(".progress [role=status]").textContent = text);

function busy(form, is) {
  form.classList.toggle("busy", is);
  form.setAttribute("aria-busy", is);
  form.querySelector(".progress").hidden = !is;
  form.querySelector("progress").removeAttribute("value");
  said(form, is ? "正在读取" : "");
  for (const button of form.querySelectorAll("button")) button.disabled = is;
  if (is) form.querySelector(".fault").hidden = true;
}

function fail(form, sentence) {
  const fault = form.querySelector(".fault");
  fault.textContent = sentence;
  fault.hidden = false;
  fault.scrollIntoView({ block: "nearest" });
}

// The way back leads to a page as it was left: busy.
addEventListener("pageshow", () => document.querySelectorAll("form.busy").forEach((form) => busy(form, false)));

// Points: merge, split, drop, add. The server does it; its form takes the place of this one.
async function change(form, button) {
  if (button.value.startsWith("split-")) breakAtCursor(button.closest("li").querySelector("[name=point]"));
  const fields = new FormData(form); // form.action is the buttons of that name
  fields.append(button.name, button.value);
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: fields });
    const changed = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form.draft");
    form.replaceWith(document.adoptNode(changed));
    changed.querySelector(".fault:not([hidden])")?.scrollIntoView({ block: "nearest" });
    const box = changed.querySelector("[autofocus]");
    box?.focus({ preventScroll: true });
    box?.scrollIntoView({ block: "nearest" });
    if (changed.querySelector(".fault").hidden) outdate();
  } catch {
    fail(form, UNREACHABLE);
  }
}

// A point is split at blank lines; a cursor inside it makes one.
function breakAtCursor(box) {
  const { selectionStart: at, value } = box;
  if (!/\n\s*\n/.test(value.trim()) && value.slice(0, at).trim() && value.slice(at).trim()) box.setRangeText("\n\n", at, at);
}

function outdate() {
  const stale = document.querySelector(".stale");
  if (stale) stale.hidden = false;
}
document.addEventListener("input", (event) => event.target.closest("form.draft") && outdate());

if (paste) {
  paste.querySelector(".drops").hidden = false;
  const holdsFile = (event) => event.dataTransfer?.types.includes("Files");
  const dropping = (is) => document.body.classList.toggle("dropping", is);
  addEventListener("dragover", (event) => {
    if (!holdsFile(event)) return;
    event.preventDefault();
    dropping(true);
  });
  addEventListener("dragleave", (event) => event.relatedTarget || dropping(false));
  addEventListener("drop", (event) => {
    if (!holdsFile(event)) return;
    event.preventDefault();
    dropping(false);
    if (event.dataTransfer.files.length !== 1) return fail(paste, "一次只能放一个文件。");
    paste.elements.file.files = event.dataTransfer.files;
    search(paste);
  });
}
