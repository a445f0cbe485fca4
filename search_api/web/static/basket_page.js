// The page of the basket. Its own is drawn by the server, which alone has the texts; here it is asked for and changed.
import { inWords, read, save } from "./basket.js";

const SAID_FOR = 2500; // milliseconds

const own = document.getElementById("own");
const said = document.getElementById("said");
let asked = 0; // of several answers under way the last one counts

async function draw() {
  const turn = ++asked;
  own.setAttribute("aria-busy", "true");
  const html = await contents();
  if (turn !== asked) return;
  const focus = where(document.activeElement);
  own.innerHTML = html;
  own.setAttribute("aria-busy", "false");
  if (focus) refocus(focus);
  rename(own.querySelector("[data-renamed]"));
}

// Passages that were put in under an older address are kept under today's; saving draws the page again.
function rename(block) {
  if (!block) return;
  const names = JSON.parse(block.dataset.renamed);
  const basket = read();
  save({ ...basket, picks: basket.picks.map((p) => ({ ...p, passage_id: names[p.passage_id] ?? p.passage_id })) });
}

async function contents() {
  const headers = { "Content-Type": "application/json", Accept: "application/json" }; // a fault comes as a sentence
  const address = new URL("../basket/contents", import.meta.url);
  try {
    const answer = await fetch(address, { method: "POST", body: JSON.stringify(read()), headers });
    return answer.ok ? await answer.text() : fault((await answer.json()).detail, answer.status === 400);
  } catch {
    return fault("连不上服务器，材料还在这个浏览器里。请稍后刷新这一页。", false);
  }
}

// What the server cannot read can only be thrown away.
function fault(sentence, isLost) {
  const line = document.createElement("p");
  line.className = "fault";
  line.setAttribute("role", "alert");
  line.textContent = sentence;
  return line.outerHTML + (isLost ? '<p><button type="button" data-act="clear">清空</button></p>' : "");
}

// Which control has the focus, to give it back when the page was drawn anew: with its passage, or the next in its place.
function where(control) {
  const at = control?.closest?.("#own [data-passage]");
  if (!at) return null;
  return { ...at.dataset, act: control.dataset.act, place: [...own.querySelectorAll("[data-passage]")].indexOf(at) };
}

function refocus({ passage, point, act, place }) {
  const all = [...own.querySelectorAll("[data-passage]")];
  const same = all.filter((at) => at.dataset.passage === passage);
  const at = same.find((one) => one.dataset.point === point) ?? same[0] ?? all[Math.min(place, all.length - 1)];
  const control = at?.querySelector(`[data-act=${act}]:not(:disabled)`) ?? at?.querySelector("button:not(:disabled)");
  control?.focus();
}

const isAt = (pick, { passage, point }) =>
  pick.passage_id === passage && (point === undefined || String(pick.point ?? "") === point);

const ACTS = {
  up: (basket, at) => move(basket, at, -1),
  down: (basket, at) => move(basket, at, 1),
  remove(basket, at) {
    const picks = basket.picks.filter((pick) => !isAt(pick, at));
    said.textContent = `已移除，还有 ${picks.length} 段`;
    save({ ...basket, picks });
  },
  assign(basket, at, { value }) {
    const point = value ? Number(value) : null;
    const pick = basket.picks.find((one) => isAt(one, at));
    if (!pick) return;
    const others = basket.picks.filter((one) => one.passage_id !== at.passage || (one !== pick && one.point !== point));
    at.point = value; // a key held down chooses again before the page is drawn anew
    save({ ...basket, picks: [...others, { ...pick, point }] });
  },
  clear(basket) {
    const question = `要清空材料篮吗？${inWords(basket)}会全部移除，不能恢复。`;
    if (confirm(question)) save({ ...basket, picks: [] });
  },
  async copy(basket, at, button) {
    const before = button.textContent;
    button.textContent = (await copied(new URL(button.dataset.address, location.href).href)) ? "已复制" : "没有复制成";
    said.textContent = button.textContent;
    setTimeout(() => (button.textContent = before), SAID_FOR);
  },
};

// Past the next passage of the same point.
function move(basket, at, step) {
  const picks = [...basket.picks];
  const from = picks.findIndex((pick) => isAt(pick, at));
  let to = from + step;
  while (picks[to] && picks[to].point !== picks[from].point) to += step;
  if (!picks[to]) return;
  [picks[from], picks[to]] = [picks[to], picks[from]];
  save({ ...basket, picks });
}

// Browsers keep the clipboard from pages on plain http, which most intranets are: there the old command copies.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.body.appendChild(document.createElement("textarea"));
    field.value = text;
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

function act(event) {
  const control = event.target.closest("#own [data-act]");
  const isChoice = control?.matches("select");
  if (!control || isChoice !== (event.type === "change")) return;
  ACTS[control.dataset.act](read(), control.closest("[data-passage]")?.dataset ?? {}, control);
}

if (own) {
  own.addEventListener("click", act);
  own.addEventListener("change", act);
  document.addEventListener("basket", draw);
  addEventListener("pageshow", ({ persisted }) => persisted && draw());
  draw();
}

// A basket that somebody else sent takes the place of one's own only when it is told to.
const keep = document.getElementById("keep");
if (keep) {
  const shared = JSON.parse(document.getElementById("shared").textContent);
  keep.parentElement.hidden = false;
  keep.addEventListener("click", () => {
    const mine = read();
    const isSame = JSON.stringify(mine) === JSON.stringify(shared);
    const question = `自己的材料篮里有${inWords(mine)}，存入后会被替换。要替换吗？`;
    if (mine.picks.length && !isSame && !confirm(question)) return;
    save(shared);
    location.assign(new URL("../basket", import.meta.url));
  });
}
