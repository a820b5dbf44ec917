/* What a term means, beside the term: on focus or under the pointer, gone with Escape, itself under the pointer
   without going (WCAG 1.4.13). Terms are links to the glossary, made on the server by components/terms.py. */
(() => {
  "use strict";
  const TERM = '#page a[href^="/glossary#"]';
  const SHOW = 120; // ms of rest before the pointer brings a meaning up
  const HIDE = 250; // ms to get from the term to its meaning

  const tip = Object.assign(document.createElement("div"), { id: "meaning", className: "meaning", hidden: true });
  tip.setAttribute("role", "tooltip");
  const meanings = Object.assign(document.createElement("div"), { id: "meanings", hidden: true }); // for screen readers
  let shown = null;
  let later = null;

  const anchor = (link) => decodeURIComponent(link.hash.slice(1));

  function place(link) {
    const around = link.getClientRects()[0];
    tip.style.left = "0";
    const { width, height } = tip.getBoundingClientRect();
    const room = document.documentElement.clientWidth - width - 12;
    const below = around.bottom + 6 + height < innerHeight || around.top < height + 80;
    tip.style.left = `${scrollX + Math.max(12, Math.min(around.left - 12, room))}px`;
    tip.style.top = `${scrollY + (below ? around.bottom + 6 : around.top - height - 6)}px`;
  }

  function show(link) {
    clearTimeout(later);
    const meaning = document.getElementById(`meaning-${anchor(link)}`);
    if (!meaning || shown === link) return;
    const main = document.getElementById("page"); // in a landmark, as all that is read
    if (tip.parentElement !== main) main.append(tip);
    tip.textContent = meaning.textContent;
    tip.hidden = false;
    shown = link;
    place(link);
  }

  function hide() {
    clearTimeout(later);
    tip.hidden = true;
    shown = null;
  }

  const soon = (act, wait) => {
    clearTimeout(later);
    later = setTimeout(act, wait);
  };

  function describe() {
    if (shown && !shown.isConnected) hide();
    for (const link of document.querySelectorAll("#page a[aria-describedby^='meaning-']")) {
      if (!link.matches(TERM)) link.removeAttribute("aria-describedby"); // React has used it again
    }
    for (const link of document.querySelectorAll(TERM)) {
      const id = `meaning-${anchor(link)}`;
      if (document.getElementById(id)) link.setAttribute("aria-describedby", id);
    }
  }

  async function start() {
    const { terms } = await window.lesson.lesson();
    for (const term of terms) {
      const meaning = Object.assign(document.createElement("div"), { id: `meaning-${term.anchor}` });
      meaning.textContent = term.meaning;
      meanings.append(meaning);
    }
    document.body.append(meanings);
    describe();
    window.lesson.looks(describe);

    document.addEventListener("focusin", ({ target }) => {
      if (target.matches?.(TERM) && target.matches(":focus-visible")) show(target);
      else if (shown) hide();
    });
    document.addEventListener("focusout", ({ target }) => target === shown && !tip.matches(":hover") && hide());
    document.addEventListener("pointerover", ({ target, pointerType }) => {
      if (pointerType === "touch") return;
      const link = target.closest?.(TERM);
      if (link && link !== shown) soon(() => link.isConnected && show(link), SHOW);
      else if (link || target.closest?.("#meaning")) clearTimeout(later);
      else if (shown && document.activeElement !== shown) soon(hide, HIDE);
      else clearTimeout(later);
    });
    // A finger has no other way to ask for the meaning than a tap; a second tap goes to the glossary.
    let finger = false;
    document.addEventListener("pointerdown", ({ target, pointerType }) => {
      finger = pointerType === "touch";
      if (shown && !target.closest?.(TERM) && !target.closest?.("#meaning")) hide();
    });
    addEventListener(
      "click",
      (event) => {
        const link = event.target.closest?.(TERM);
        if (!link || !finger || shown === link) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        show(link);
      },
      true,
    );
    addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Escape" || !shown) return;
        hide();
        event.stopPropagation();
      },
      true,
    );
    addEventListener("popstate", hide);
    addEventListener("resize", hide);
  }

  start();
})();
