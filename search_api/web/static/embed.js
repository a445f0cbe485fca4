// A search box for any page of the intranet:
//   <script src="http://archive.example/embed.js"></script>
//   <dafu-search mode="inline" k="5" placeholder="查已有的答复"></dafu-search>
// mode "inline" shows results in place, "page" leads to the full page. Results in place and suggestions need the page's
// origin in the server's DAFU_EMBED_ORIGINS. Styles of the page stay outside, ours inside. What the server says is only
// ever text here, never markup.
(() => {
  if (customElements.get("dafu-search")) return;

  const script = document.currentScript || document.querySelector('script[src*="/embed.js"]');
  const site = new URL(script.src).href.replace(/(\/static)?\/embed\.js.*$/, "");
  const WAIT = 120; // ms without a key before suggestions are asked for
  const EXCERPT = 110; // characters of a passage
  const KINDS = { term: "词语", agency: "单位", title: "标题", number: "编号" };

  const sheet = new CSSStyleSheet(); // a page's policy against inline styles does not concern it
  sheet.replaceSync(`
    :host { all: initial; display: block; color-scheme: light dark;
      --sheet: #fff; --ink: #22252a; --soft: #5d636b; --line: #d3cfc6; --link: #1d4f91; --seal: #a3271f;
      --mark: #ffe9a3; --mark-ink: #22252a; --chosen: #f6f1e1; --fault: #9c1f18; --near: #1f6b45; }
    @media (prefers-color-scheme: dark) { :host { --sheet: #1e2125; --ink: #e4e1da; --soft: #a2a5aa; --line: #3c4047;
      --link: #93bbf0; --seal: #b8392f; --mark: #5b4a12; --mark-ink: #fff2cc; --chosen: #2a2820; --fault: #f2a49c;
      --near: #86d1a8; } }
    :host([hidden]) { display: none; }
    * { box-sizing: border-box; }
    .box { position: relative; color: var(--ink); font: 16px/1.65 "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC",
      "Microsoft YaHei", system-ui, sans-serif; line-break: strict; overflow-wrap: anywhere; }
    form { display: flex; gap: 8px; margin: 0; }
    input, button { font: inherit; height: 44px; border-radius: 6px; }
    input { flex: 1; min-width: 0; padding: 0 12px; color: inherit; background: var(--sheet);
      border: 1px solid var(--line); }
    input::placeholder { color: var(--soft); opacity: 1; }
    button { flex: none; padding: 0 18px; border: 0; background: var(--seal); color: #fff; font-weight: 600;
      letter-spacing: .1em; cursor: pointer; }
    button:hover { filter: brightness(1.1); }
    :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }
    .list, .found { background: var(--sheet); border: 1px solid var(--line); border-radius: 6px; }
    .list { position: absolute; z-index: 10; top: 48px; left: 0; right: 0; margin: 0; padding: 4px 0; list-style: none;
      max-height: 320px; overflow-y: auto; box-shadow: 0 4px 16px #0003; }
    .list li { display: flex; gap: 12px; align-items: baseline; padding: 6px 12px; cursor: pointer; }
    .list li span:first-child { flex: 1; min-width: 0; }
    .list li span + span { flex: none; color: var(--soft); font-size: 13px; }
    .list li[aria-selected=true] { background: var(--chosen); }
    .found { margin-top: 8px; padding: 12px 16px; }
    .list[hidden], .found[hidden] { display: none; }
    p, ol { margin: 0; padding: 0; }
    ol { list-style: none; }
    ol li { padding: 12px 0; border-top: 1px solid var(--line); }
    .said { color: var(--soft); font-size: 14px; }
    .said + ol { margin-top: 8px; }
    .fault { color: var(--fault); }
    a { color: var(--link); text-decoration: none; }
    a:hover { text-decoration: underline; }
    .title { font-size: 17px; font-weight: 600; line-height: 1.45; }
    .meta { display: flex; flex-wrap: wrap; gap: 0 12px; color: var(--soft); font-size: 13px; }
    .meta .near { color: var(--near); }
    .text { margin-top: 4px; font-size: 15px; }
    mark { background: var(--mark); color: var(--mark-ink); border-radius: 2px; }
    .table { margin-top: 6px; overflow-x: auto; }
    table { border-collapse: collapse; font-size: 14px; line-height: 1.5; }
    th, td { min-width: 4em; padding: 3px 8px; border: 1px solid var(--line); font-weight: 400; text-align: left;
      vertical-align: top; overflow-wrap: break-word; }
    thead th { font-weight: 600; background: var(--chosen); }
    .all { padding-top: 10px; border-top: 1px solid var(--line); font-size: 14px; }
  `);

  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  const ask = async (path, fields, signal) => {
    const answer = await fetch(`${site}${path}?${new URLSearchParams(fields)}`, { credentials: "omit", signal });
    if (answer.ok) return answer.json();
    throw new Refused((await answer.json()).detail);
  };
  class Refused extends Error {}

  // A browser does not tell why an answer may not be read. That a server answers at all tells it.
  const reason = async (error) => {
    if (error instanceof Refused) return error.message;
    try {
      await fetch(`${site}/healthz`, { mode: "no-cors", credentials: "omit" });
      return `这个网页（${location.origin}）还没有获准嵌入检索结果，请管理员把它写进 DAFU_EMBED_ORIGINS。`;
    } catch {
      return "连不上答复检索的服务器，请稍后再试。";
    }
  };

  // Offsets count characters as Python does; a string here counts some of them twice.
  const passage = ({ text, highlights }) => {
    const characters = Array.from(text);
    const first = highlights.length ? highlights[0][0] : 0;
    const start = characters.length <= EXCERPT ? 0 : Math.max(0, Math.min(first - 20, characters.length - EXCERPT));
    const end = Math.min(start + EXCERPT, characters.length);
    const shown = make("p", { className: "text" }, start ? "…" : "");
    fill(shown, characters, highlights, start, end);
    if (end < characters.length) shown.append("…");
    return shown;
  };

  const fill = (element, characters, highlights, start, end) => {
    let at = start;
    for (const [from, to] of highlights) {
      if (from < at || to > end) continue;
      element.append(characters.slice(at, from).join(""), make("mark", { textContent: characters.slice(from, to).join("") }));
      at = to;
    }
    element.append(characters.slice(at, end).join(""));
  };

  // Of a table, the rows that were asked for under the names of their columns.
  const table = ({ head_rows, rows, matching }) => {
    const line = (cells, scope) => make("tr", {}, ...cells.map(({ text, highlights }, at) => {
      const name = text && (scope || at === 0);
      const cell = make(name ? "th" : "td", name ? { scope: scope || "row" } : {});
      fill(cell, Array.from(text), highlights, 0, Array.from(text).length);
      return cell;
    }));
    const head = make("thead", {}, ...rows.slice(0, head_rows).map((cells) => line(cells, "col")));
    const body = make("tbody", {}, ...matching.map((at) => line(rows[at])));
    const shown = make("div", { className: "table", tabIndex: 0 }, make("table", {}, head, body));
    shown.setAttribute("role", "group");
    shown.setAttribute("aria-label", "表格");
    return shown;
  };

  const hitItem = (hit, query) => {
    const best = hit.passages[0];
    const number = best ? best.passage_id.slice(best.passage_id.lastIndexOf("#") + 1) : "";
    const asked = new URLSearchParams(best ? { q: query, passage: number } : { q: query });
    const href = `${site}/documents/${encodeURIComponent(hit.doc_id)}?${asked}${best ? `#p${number}` : ""}`;
    // In a tab of its own: the results here would be gone on the way back.
    const link = make("a", { className: "title", href, target: "_blank", rel: "noopener" });
    link.textContent = hit.title || hit.doc_number || hit.doc_id;
    const date = hit.replied_on && hit.replied_on.replace(/^(\d+)-0?(\d+)-0?(\d+)$/, "$1年$2月$3日");
    const facts = [hit.band, hit.agency, date, hit.doc_number].filter(Boolean);
    const meta = make("p", { className: "meta" }, ...facts.map((textContent) => make("span", { textContent })));
    meta.firstChild.classList.toggle("near", hit.band === "高度相关");
    return make("li", {}, link, meta, ...(best ? [best.table ? table(best.table) : passage(best)] : []));
  };

  customElements.define("dafu-search", class extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      const label = this.getAttribute("placeholder") || "查已有的答复";
      this.input = make("input", { name: "q", type: "search", autocomplete: "off", spellcheck: false, placeholder: label });
      this.list = make("ul", { className: "list", id: "list", hidden: true });
      this.found = make("section", { className: "found", hidden: true });
      this.form = make("form", { action: `${site}/`, method: "get" }, this.input, make("button", { textContent: "检索" }));
      const states = { role: "combobox", "aria-label": label, "aria-autocomplete": "list", "aria-controls": "list", "aria-expanded": "false" };
      for (const [name, value] of Object.entries(states)) this.input.setAttribute(name, value);
      this.form.setAttribute("role", "search");
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", "可以这样查");
      this.found.setAttribute("aria-live", "polite");
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      root.append(make("div", { className: "box", lang: "zh-CN" }, this.form, this.list, this.found));
      this.listen();
    }

    listen() {
      this.form.addEventListener("submit", (event) => this.submit(event));
      this.input.addEventListener("input", (event) => event.isComposing || this.wait());
      this.input.addEventListener("compositionend", () => this.wait());
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("blur", () => this.close());
      this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
      this.list.addEventListener("click", (event) => this.choose(event.target.closest("li")));
    }

    submit(event) {
      this.close();
      if (!this.input.value.trim()) event.preventDefault();
      else if (this.getAttribute("mode") !== "page") {
        event.preventDefault();
        this.search(this.input.value.trim());
      }
    }

    async search(query) {
      this.show(make("p", { className: "said", textContent: "正在查找…" }));
      const latest = (this.latest = {});
      try {
        const result = await ask("/api/v1/search", { q: query, k: this.getAttribute("k") || "5" });
        if (latest === this.latest) this.show(...this.results(result, query));
      } catch (error) {
        const textContent = await reason(error);
        if (latest === this.latest) this.show(make("p", { className: "said fault", textContent }));
      }
    }

    results({ total, message, hits }, query) {
      if (!hits.length) return [make("p", { className: "said", textContent: "没有找到符合的答复。可以换一种说法，或少写几个词。" })];
      const said = message ? `${message}，以下仅供参考。` : `找到 ${total} 份答复。`;
      const href = `${site}/?${new URLSearchParams({ q: query })}`;
      const all = make("a", { href, target: "_blank", rel: "noopener", textContent: `在完整页面中查看全部 ${total} 份` });
      return [
        make("p", { className: "said", textContent: said }),
        make("ol", {}, ...hits.map((hit) => hitItem(hit, query))),
        make("p", { className: "all" }, all),
      ];
    }

    show(...children) {
      this.found.replaceChildren(...children);
      this.found.hidden = false;
    }

    wait() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.suggest(this.input.value), WAIT);
    }

    async suggest(typed) {
      if (this.asking) this.asking.abort();
      this.asking = new AbortController();
      if (!typed.trim()) return this.close();
      try {
        const { suggestions } = await ask("/api/v1/suggest", { q: typed }, this.asking.signal);
        if (typed === this.input.value && this.shadowRoot.activeElement === this.input) this.offer(suggestions);
      } catch {
        this.close(); // without suggestions the box is still a box; what is wrong is said when something is looked for
      }
    }

    offer(suggestions) {
      this.list.replaceChildren(...suggestions.map(({ text, kind, by_pinyin }, at) => {
        const said = [KINDS[kind], by_pinyin && "拼音"].filter(Boolean).join(" · ");
        const option = make("li", { id: `option-${at}` }, make("span", { textContent: text }), make("span", { textContent: said }));
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        return option;
      }));
      this.list.hidden = !suggestions.length;
      this.input.setAttribute("aria-expanded", String(!this.list.hidden));
      this.input.removeAttribute("aria-activedescendant");
    }

    close() {
      clearTimeout(this.timer);
      if (this.asking) this.asking.abort();
      this.offer([]);
    }

    key(event) {
      if (event.isComposing || event.keyCode === 229) { // a key of the input method; Safari tells by the code alone
        if (event.key === "Enter") event.preventDefault();
        return;
      }
      const active = this.list.querySelector("[aria-selected=true]");
      if (event.key === "Escape" && !this.list.hidden) { this.close(); event.preventDefault(); }
      else if (event.key === "Enter" && active) { this.choose(active); event.preventDefault(); }
      else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (this.list.hidden) return this.wait();
        const options = [...this.list.children];
        const step = event.key === "ArrowDown" ? 1 : -1;
        this.activate(options[(options.indexOf(active) + step + options.length + (active || step > 0 ? 0 : 1)) % options.length]);
        event.preventDefault();
      }
    }

    activate(option) {
      for (const other of this.list.children) other.setAttribute("aria-selected", String(other === option));
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }

    choose(option) {
      if (!option) return;
      this.input.value = option.firstChild.textContent;
      this.form.requestSubmit();
    }
  });
})();
