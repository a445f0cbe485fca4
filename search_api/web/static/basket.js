// The basket: passages chosen anywhere on the site. This browser keeps them, and all its tabs show the same ones. It is
// its user's alone: logging out clears it, and so does the next user who comes without that.
// Here are what it holds, the boxes that put passages in (templates/_pick.html) and the number beside its link; the
// page of the basket is basket_page.js. What is kept is the JSON of search_api.basket.Basket.

const ROOT = new URL("../", import.meta.url).pathname; // two sites on one host have a basket each
const KEY = `dafu-basket:${ROOT}`;
const USER = document.body.dataset.user; // empty on pages that anybody gets: there is no basket on those
const MOST_PICKS = 500; // search_api.basket.MOST_PICKS
const BANDS = ["高度相关", "相关", "可参考"];
const BOXES = ".pick input";
const EMPTY = { version: 1, title: null, number: null, points: [], without_precedent: [], uncertain: [], picks: [] };

// What is damaged, of another version or somebody else's counts as nothing, and the next tick replaces it.
export function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY));
    return isMine(kept) ? checked(kept) : EMPTY;
  } catch {
    return EMPTY;
  }
}

// Former versions did not write down whose a basket is: it is the next user's, as it was then.
const isMine = (kept) => Boolean(USER) && (kept.user ?? USER) === USER;

// Once a page knows its user: what another one left in this browser goes, and what nobody is named for gets a name.
function claim() {
  const basket = read();
  if (basket.picks.length) save(basket);
  else if (USER) forget();
}

function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // a browser that keeps nothing has nothing to forget
  }
}

// A basket without passages is empty. Every tab hears of the change by the event "basket".
export function save(basket) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...(basket.picks.length ? basket : EMPTY), user: USER }));
  } catch {
    alert("没有存下：浏览器不允许本站保存数据，或者空间已满。请检查浏览器的隐私设置。");
  }
  document.dispatchEvent(new Event("basket"));
}

// Of which proposal and how much: 《关于…的提案》的 3 段材料.
export function inWords(basket) {
  const of = basket.title ? `《${basket.title}》的 ` : hasProposal(basket) ? "没有标题的提案的 " : "";
  return `${of}${basket.picks.length} 段材料`;
}

const hasProposal = (basket) => Boolean(basket.title || basket.number || basket.points.length);

// Throws where anything is of another type than it should be.
function checked({ version, title, number, points, without_precedent, uncertain = [], picks }) {
  const all = (list, test) => Array.isArray(list) && list.every(test);
  const text = (value) => typeof value === "string";
  const isWhole =
    version === 1 &&
    [title, number].every((value) => value === null || text(value)) &&
    all(points, (p) => Number.isInteger(p.number) && text(p.text) && text(p.context)) &&
    all(without_precedent, Number.isInteger) &&
    all(uncertain, Number.isInteger) &&
    all(picks, (p) => text(p.passage_id) && (p.band === null || BANDS.includes(p.band)) && text(p.superseded_by ?? "")) &&
    picks.length <= MOST_PICKS;
  if (!isWhole) throw new TypeError("no basket");
  const numbers = new Set(points.map((p) => p.number));
  return {
    version, title, number, without_precedent, uncertain,
    points: points.map((p) => ({ number: p.number, text: p.text, context: p.context })),
    picks: picks.map((p) => ({
      passage_id: p.passage_id, point: numbers.has(p.point) ? p.point : null, band: p.band, superseded_by: p.superseded_by ?? null,
    })),
  };
}

// The proposal of this page, without picks; null where it has none.
function proposalHere() {
  const block = document.getElementById("proposal");
  return block && checked({ without_precedent: [], ...JSON.parse(block.textContent), version: 1, picks: [] });
}

function isSame(one, other) {
  const said = (b) => JSON.stringify(b.title || b.number ? [b.title, b.number] : b.points.map((p) => p.text));
  return said(one) === said(other);
}

// The basket under a proposal's points: it had none, or the same one cut otherwise. A passage stays with its ask.
function under(proposal, basket) {
  const texts = new Map(basket.points.map((p) => [p.number, p.text]));
  const numbers = new Map(proposal.points.map((p) => [p.text, p.number]));
  const picks = basket.picks.map((p) => ({ ...p, point: numbers.get(texts.get(p.point)) ?? null }));
  return { ...proposal, picks };
}

// The basket as this page's boxes see it, and whether their points are its points. They are not where it holds another
// proposal's.
function here() {
  const basket = read();
  const proposal = proposalHere();
  const isOurs = !proposal || !hasProposal(basket) || isSame(basket, proposal);
  return { proposal, isOurs, basket: proposal && isOurs ? under(proposal, basket) : basket };
}

// A box of a point means the passage there; one without means it anywhere.
const means = (pick, { passage, point }) =>
  pick.passage_id === passage && (point === undefined || pick.point === Number(point));

function take(wanted) {
  const point = wanted.point === undefined ? null : Number(wanted.point);
  let { basket, proposal, isOurs } = here();
  if (point !== null && !isOurs) {
    const another = proposal.title ? `《${proposal.title}》` : "这份提案";
    if (!confirm(`材料篮里是${inWords(basket)}。\n要清空它，为${another}新建材料篮吗？`)) return;
    basket = proposal;
  }
  const isOther = (pick) => pick.passage_id !== wanted.passage || (pick.point !== null && pick.point !== point);
  const others = basket.picks.filter(isOther);
  if (others.length >= MOST_PICKS) {
    alert(`材料篮最多放 ${MOST_PICKS} 段。请先导出，或移除不用的段落。`);
    return;
  }
  const { passage, band = null, newer = null } = wanted;
  save({ ...basket, picks: [...others, { passage_id: passage, point, band, superseded_by: newer }] });
}

function drop(wanted) {
  const { basket } = here();
  save({ ...basket, picks: basket.picks.filter((pick) => !means(pick, wanted)) });
}

// The passages that are chosen for the proposal of this page.
export function picksHere() {
  const { proposal, isOurs, basket } = here();
  return proposal && isOurs ? basket.picks : [];
}

// Boxes and number as the basket is.
export function show() {
  const { basket, isOurs } = here();
  for (const box of document.querySelectorAll(BOXES)) {
    const isKnown = isOurs || box.dataset.point === undefined;
    box.checked = isKnown && basket.picks.some((pick) => means(pick, box.dataset));
  }
  const { length } = basket.picks;
  for (const each of document.querySelectorAll("[data-count-of]")) {
    if (!document.getElementById("proposal")) break; // a case counts for itself
    const chosen = isOurs ? basket.picks.filter((pick) => pick.point === Number(each.dataset.countOf)).length : 0;
    each.textContent = chosen ? `已选 ${chosen}` : "";
  }
  for (const count of document.querySelectorAll("[data-basket-count]")) count.textContent = length ? `(${length})` : "";
}

document.documentElement.classList.add("js");
document.querySelector("form.signed-in")?.addEventListener("submit", forget);
document.addEventListener("change", ({ target }) => {
  if (!target.matches(BOXES)) return;
  (target.checked ? take : drop)(target.dataset);
  show(); // the box too, where the answer was no
});
document.addEventListener("basket", show);
addEventListener("storage", ({ key }) => {
  if (key === KEY || key === null) document.dispatchEvent(new Event("basket"));
});
addEventListener("pageshow", show); // a page that the browser kept while another was open
claim();
show();
