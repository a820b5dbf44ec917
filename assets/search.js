/* Search over the lesson, in the browser: "/" or Ctrl K opens it, the arrow keys choose, Enter goes there.
   The dialog is outside of React's tree; the index comes from components/search.py. */
(() => {
  "use strict";
  const MOST = 8; // results in a group
  const WEIGHT = { title: 100, term: 80, heading: 60, text: 15 };

  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  // How well a word fits a text: as a whole word, as the beginning of one, anywhere in it, or not at all.
  function fit(word, text) {
    const at = text.indexOf(word);
    if (at < 0) return 0;
    const edge = (n) => n < 0 || n >= text.length || !/[\p{L}\p{N}]/u.test(text[n]);
    for (let n = at; n >= 0; n = text.indexOf(word, n + 1)) {
      if (edge(n - 1)) return edge(n + word.length) ? 1 : 0.8;
    }
    return word.length > 2 ? 0.4 : 0;
  }

  // Every word has to be somewhere; each counts where it weighs most.
  function score(query, fields) {
    let sum = 0;
    for (const word of query) {
      const best = Math.max(...fields.map(([kind, text]) => WEIGHT[kind] * fit(word, text)));
      if (!best) return 0;
      sum += best;
    }
    const whole = query.join(" ");
    if (fields.some(([kind, text]) => kind !== "text" && text === whole)) sum += 50;
    return sum / query.length;
  }

  function entries({ pages, terms }) {
    const found = [];
    for (const page of pages) {
      for (const { title, anchor, text } of page.sections) {
        const at = anchor ? `${page.path}#${anchor}` : page.path;
        const fields = anchor ? [["heading", fold(title)]] : [["title", fold(page.title)], ["heading", fold(page.headline)]];
        const label = anchor ? title : page.headline;
        found.push({ group: "Sections", label, note: page.title, text, href: at, fields: [...fields, ["text", fold(text)]], page: fold(page.title) });
      }
    }
    for (const { name, anchor, meaning, aliases } of terms) {
      const names = [name, ...aliases].map((each) => ["term", fold(each)]);
      found.push({ group: "Terms", label: name, note: "", text: meaning, href: `/glossary#${anchor}`, fields: [...names, ["text", fold(meaning)]], page: "" });
    }
    return found;
  }

  // A section is also found by its page's name together with a word of its own.
  function search(all, asked) {
    const query = fold(asked).split(/\s+/).filter(Boolean);
    if (!query.length) return all.filter((entry) => entry.group === "Sections" && !entry.href.includes("#"));
    const rated = all.map((entry) => {
      const rest = query.filter((word) => !fit(word, entry.page));
      const own = rest.length < query.length && rest.length ? score(rest, entry.fields) * 0.9 : 0;
      return { entry, score: Math.max(score(query, entry.fields), own) };
    });
    const hits = rated.filter((hit) => hit.score > 0).sort((a, b) => b.score - a.score);
    const groups = [...new Set(hits.map((hit) => hit.entry.group))]; // the better one first
    return groups.flatMap((group) => hits.filter((hit) => hit.entry.group === group).slice(0, MOST).map((hit) => hit.entry));
  }

  // A little of the text around the first word that is in it.
  function extract(text, query) {
    const folded = fold(text);
    const first = folded.length === text.length ? Math.max(0, ...query.slice(0, 1).map((word) => folded.indexOf(word))) : 0;
    const from = first < 50 ? 0 : text.lastIndexOf(" ", first - 35) + 1;
    const to = text.length > from + 150 ? text.lastIndexOf(" ", from + 150) : text.length;
    return (from ? "… " : "") + text.slice(from, to) + (to < text.length ? " …" : "");
  }

  const dialog = document.createElement("dialog");
  dialog.id = "search";
  dialog.className = "sheet";
  dialog.setAttribute("aria-label", "Search the lesson");
  dialog.innerHTML = `
    <input id="search-words" type="text" role="combobox" aria-label="Search sections and terms" placeholder="Search sections and terms"
      aria-expanded="true" aria-controls="found" aria-autocomplete="list" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="100">
    <div id="found" role="listbox" aria-label="Results"></div>
    <p id="found-count" class="sheet-foot" role="status"></p>`;
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("#found");
  const count = dialog.querySelector("#found-count");
  let all = [];
  let chosen = -1;

  const make = (kind, className, text) => Object.assign(document.createElement(kind), { className, textContent: text });
  const options = () => [...list.querySelectorAll("[role=option]")];

  function choose(n) {
    const rows = options();
    chosen = rows.length ? (n + rows.length) % rows.length : -1;
    rows.forEach((row, each) => row.setAttribute("aria-selected", String(each === chosen)));
    if (chosen < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", rows[chosen].id);
    rows[chosen].scrollIntoView({ block: "nearest" });
    if (chosen === 0) list.scrollTop = 0;
  }

  function option(entry, n, query) {
    const row = make("div", "hit", "");
    row.id = `hit-${n}`;
    row.setAttribute("role", "option");
    row.dataset.href = entry.href;
    const head = make("div", "hit-title", entry.label);
    if (entry.note) head.append(make("span", "hit-page", entry.note));
    row.append(head, make("div", "hit-text", extract(entry.text, query)));
    return row;
  }

  function update() {
    const query = fold(input.value).split(/\s+/).filter(Boolean);
    const hits = search(all, input.value);
    list.replaceChildren();
    let group = null;
    hits.forEach((entry, n) => {
      if (group?.dataset.name !== entry.group) {
        group = make("div", "hits", "");
        group.dataset.name = entry.group;
        group.setAttribute("role", "group");
        const name = query.length ? entry.group : "Pages";
        group.setAttribute("aria-label", name);
        const title = make("div", "hits-title", name);
        title.setAttribute("aria-hidden", "true");
        group.append(title);
        list.append(group);
      }
      group.append(option(entry, n, query));
    });
    list.hidden = !hits.length;
    input.setAttribute("aria-expanded", String(hits.length > 0));
    count.textContent = hits.length
      ? `${hits.length} ${hits.length === 1 ? "result" : "results"} · ↑ ↓ to choose, Enter to go, Esc to close`
      : all.length ? `Nothing in the lesson says “${input.value.trim()}”. Try a shorter word.` : "The index could not be loaded; reload the page.";
    choose(0);
  }

  async function open() {
    if (dialog.open || document.querySelector("dialog[open]")) return;
    if (!dialog.isConnected) document.body.append(dialog);
    dialog.showModal(); // on closing, the browser gives the focus back to where it was
    input.select();
    try {
      all = entries(await window.lesson.lesson());
    } catch {
      all = [];
    }
    update();
  }

  function follow(row) {
    if (!row) return;
    const href = row.dataset.href;
    dialog.close();
    window.lesson.go(href);
  }

  input.addEventListener("input", update);
  input.addEventListener("keydown", (event) => {
    const last = options().length - 1;
    const to = { ArrowDown: chosen + 1, ArrowUp: chosen - 1, PageDown: Math.min(chosen + 5, last), PageUp: Math.max(chosen - 5, 0) }[event.key];
    if (to !== undefined) choose(to);
    else if (event.key === "Enter" && !event.isComposing) follow(options()[chosen]);
    else return;
    event.preventDefault();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the field
  list.addEventListener("click", (event) => follow(event.target.closest("[role=option]")));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

  const typing = (target) =>
    target.isContentEditable || target.matches?.("input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [role=slider], [role=combobox]");
  document.addEventListener("keydown", (event) => {
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target);
    const letter = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && !typing(event.target);
    if (!slash && !letter) return;
    event.preventDefault();
    open();
  });
  addEventListener("popstate", () => dialog.close());
  document.addEventListener("click", (event) => event.target.closest?.("#search-open") && open());
})();
