// The page works without this. Comforts: Enter that picks a word of an input method never submits the form, fields left
// empty stay out of the address, and what the archive holds is suggested while a query is typed.
const form = document.querySelector("form.query");

form?.addEventListener("keydown", (event) => {
  // Safari reports the Enter that ends a composition after it, with keyCode 229.
  if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
});

form?.addEventListener("formdata", ({ formData }) => {
  for (const name of new Set(formData.keys())) {
    const values = formData.getAll(name).filter((value) => value.trim());
    formData.delete(name);
    for (const value of values) formData.append(name, value);
  }
});

const PAUSE_MS = 120; // of typing, before the server is asked
const LONGEST = 40; // characters: MAX_TYPED of search_api.suggest
const KINDS = { term: "常用词", agency: "单位", title: "标题", number: "编号" };

// The listbox pattern of ARIA 1.2: the focus stays in the box, aria-activedescendant names the option.
class Suggestions {
  #box;
  #list = document.createElement("ul");
  #active = -1;
  #typed = "";
  #timer;
  #asking = new AbortController();

  constructor(box) {
    this.#box = box;
    Object.assign(this.#list, { id: "suggestions", className: "suggestions", hidden: true });
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-label", "建议");
    box.parentElement.append(this.#list);
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-controls": "suggestions",
      "aria-expanded": "false",
    })) {
      box.setAttribute(name, value);
    }
    box.addEventListener("input", (event) => event.isComposing || this.#later());
    box.addEventListener("compositionstart", () => this.close());
    box.addEventListener("compositionend", () => this.#later());
    box.addEventListener("keydown", (event) => this.#key(event));
    box.addEventListener("blur", () => this.close());
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
    this.#list.addEventListener("click", ({ target }) => this.#take(this.#options.indexOf(target.closest("li"))));
    if (box.value !== box.defaultValue && box === document.activeElement) this.#later(); // typed before this was loaded
  }

  get #options() {
    return [...this.#list.children];
  }

  close() {
    clearTimeout(this.#timer);
    this.#asking.abort(); // an answer that comes now is stale
    this.#list.hidden = true;
    this.#box.setAttribute("aria-expanded", "false");
    this.#point(-1);
  }

  #later() {
    this.close();
    this.#typed = this.#box.value;
    if (this.#typed.trim() && this.#typed.length <= LONGEST) this.#timer = setTimeout(() => this.#ask(), PAUSE_MS);
  }

  async #ask() {
    const { signal } = (this.#asking = new AbortController());
    try {
      const answer = await fetch(`${this.#box.dataset.suggest}?${new URLSearchParams({ q: this.#typed })}`, { signal });
      if (answer.ok) this.#show((await answer.json()).suggestions);
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error; // without a server, no suggestions
    }
  }

  #show(suggestions) {
    this.#list.replaceChildren(...suggestions.map(option));
    this.#list.hidden = !suggestions.length;
    this.#box.setAttribute("aria-expanded", String(!this.#list.hidden));
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229 || this.#list.hidden) return;
    const last = this.#list.children.length - 1;
    const moves = {
      ArrowDown: () => this.#point(this.#active < last ? this.#active + 1 : -1),
      ArrowUp: () => this.#point(this.#active < 0 ? last : this.#active - 1),
      Escape: () => this.#leave(),
      Enter: () => this.#take(this.#active),
    };
    const move = event.key === "Enter" && this.#active < 0 ? undefined : moves[event.key];
    if (move) {
      event.preventDefault();
      move();
    } else if (event.key === "Tab" || event.key === "Enter") {
      this.close();
    }
  }

  // The option at a place, -1 for what was typed; the box shows which.
  #point(place) {
    const moved = this.#active !== place;
    this.#options[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = place;
    const option = this.#options[place];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.#box.setAttribute("aria-activedescendant", option.id);
    else this.#box.removeAttribute("aria-activedescendant");
    if (moved && !this.#list.hidden) this.#box.value = option?.dataset.text ?? this.#typed;
  }

  #leave() {
    this.#point(-1);
    this.close();
  }

  #take(place) {
    const option = this.#options[place];
    if (!option) return;
    this.#box.value = option.dataset.text;
    this.close();
    this.#box.form.requestSubmit();
  }
}

function option({ text, kind, by_pinyin: byPinyin, letters }, place) {
  const item = document.createElement("li");
  item.id = `suggestion-${place}`;
  item.dataset.text = text;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  const about = [byPinyin && "拼音", KINDS[kind], letters > 1 && `${letters} 份`].filter(Boolean);
  item.append(labelled("said", text), ...about.map((word) => labelled(word === "拼音" ? "note pinyin" : "note", word)));
  return item;
}

function labelled(className, text) {
  const span = document.createElement("span");
  Object.assign(span, { className, textContent: text });
  return span;
}

const box = document.querySelector("input[data-suggest]");
if (box) new Suggestions(box);
