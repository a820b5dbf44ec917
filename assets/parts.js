/* The address holds which parts of a page are open: tabs, folded groups, details. `open=tab-table,fold-training`
   lists what differs from the page as it is laid out; a part that the page has not is left out. */
(() => {
  "use strict";
  const NAME = "open";
  const PARTS = "#page [role=tab], #page button[aria-expanded][aria-controls], #page details";

  const slug = (text) => text.trim().toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 40);

  // Hints are called alike in each exercise, so the nearest id says whose they are.
  function key(part) {
    if (part.matches("details")) {
      const whose = part.closest("#page [id]")?.id ?? "";
      return ["details", slug(whose), slug(part.querySelector("summary")?.textContent ?? "")].filter(Boolean).join("-");
    }
    return (part.matches("[role=tab]") ? "tab-" : "fold-") + slug(part.textContent);
  }

  function open(part) {
    if (part.matches("details")) return part.open;
    return part.getAttribute(part.matches("[role=tab]") ? "aria-selected" : "aria-expanded") === "true";
  }

  function toggle(part) {
    if (part.matches("details")) part.open = !part.open;
    else part.click();
  }

  const PATIENCE = 5000; // ms in which a page may still bring a part that was asked for

  let laidOut = null; // the page's first element, which a new page replaces
  let path = ""; // where it stands
  let since = 0; // when it came
  let asked = new Set(); // what the address asked for then and was not found yet
  let before = new Map(); // part -> whether it was open as it was laid out

  function arrive(article) {
    laidOut = article;
    path = location.pathname;
    since = Date.now();
    asked = new Set((new URLSearchParams(location.search).get(NAME) ?? "").split(",").filter(Boolean).slice(0, 40));
    before = new Map();
  }

  // A part that is new is opened or closed as asked; a tab that is left is not closed, another is opened instead.
  function meet(part, name) {
    before.set(name, open(part));
    const wanted = asked.has(name) || (open(part) && !asked.has(`-${name}`));
    asked.delete(name);
    asked.delete(`-${name}`);
    if (wanted !== open(part)) toggle(part);
  }

  function differing() {
    const names = [];
    for (const part of document.querySelectorAll(PARTS)) {
      const name = key(part);
      if (!before.has(name)) meet(part, name);
      if (open(part) && !before.get(name)) names.push(name);
      else if (!open(part) && before.get(name) && !part.matches("[role=tab]")) names.push(`-${name}`);
    }
    return Date.now() - since < PATIENCE ? [...names, ...asked] : names;
  }

  // Every time anew, as each run writes an address of its own. A step in the history for every fold would bury the runs.
  setInterval(() => {
    const article = document.querySelector("#page > *");
    if (!article || article.classList.contains("loading")) return;
    if (article !== laidOut) arrive(article);
    else if (location.pathname !== path) return; // the address is the next page's, what stands here is still the last one
    const query = new URLSearchParams(location.search);
    const names = differing().join(",");
    if (names === (query.get(NAME) ?? "")) return;
    query.delete(NAME);
    const rest = query.toString();
    const said = names && `${NAME}=${names}`;
    const search = [rest, said].filter(Boolean).join("&");
    history.replaceState(history.state, "", location.pathname + (search && `?${search}`) + location.hash);
  }, 300);
})();
