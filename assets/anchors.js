/* Headings that can be linked to, and going to one. Ids are attributes that React does not know of, so it leaves
   them alone; it may use a heading again for another page, so they are looked over after every change of the page. */
(() => {
  "use strict";
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const own = new WeakMap(); // heading -> the id that it was given here
  const lookers = []; // what else wants to look at a page that has changed
  const HOLD = 3000; // ms without a change after which a place is kept no longer, though charts above it may still grow

  // As `slug` in components/outline.py.
  const slug = (text) =>
    text.toLowerCase().replace(/['’]/g, "").replace(/[^\p{L}\p{N}_]+/gu, "-").replace(/^[-_]+|[-_]+$/g, "");

  function words(heading) {
    const copy = heading.cloneNode(true);
    for (const formula of copy.querySelectorAll("mjx-container, script")) formula.remove();
    return copy.textContent;
  }

  // Not the question that was missed elsewhere: the next reader has no such section.
  function headings() {
    return [...document.querySelectorAll("#page h2, #page h3")].filter((heading) => !heading.closest(".widget, #recall"));
  }

  function name() {
    const used = {};
    for (const heading of headings()) {
      const given = own.get(heading);
      const anchor = heading.id && heading.id !== given ? heading.id : slug(words(heading));
      if (!anchor) continue;
      used[anchor] = (used[anchor] || 0) + 1;
      const id = used[anchor] === 1 ? anchor : `${anchor}-${used[anchor]}`;
      if (heading.id === id) continue;
      heading.id = id;
      own.set(heading, id);
    }
  }

  // Where the reader wants to be: an anchor, or a height to come back to. It `waits` until the page asked for is there.
  let wanted = null;
  const aim = (place) => (wanted = place);
  const release = (event) => {
    if (wanted && !wanted.waits && !event?.target.closest?.(".header, dialog")) wanted = null;
  };
  // The heading that the reader was led to or has scrolled to.
  function section() {
    const led = wanted?.anchor && headings().find((heading) => heading.id === wanted.anchor);
    const read = (heading) => heading.id && heading.checkVisibility() && heading.getBoundingClientRect().top < innerHeight * 0.4;
    return led || headings().filter(read).pop();
  }

  function settle() {
    if (!wanted || wanted.waits) return;
    if (performance.now() > wanted.until) return release();
    const target = document.getElementById(wanted.anchor);
    if (wanted.y === undefined && !target?.closest("#page")) return;
    wanted.until = performance.now() + HOLD;
    if (wanted.y !== undefined) return scrollTo({ top: wanted.y, behavior: "instant" });
    const smooth = wanted.smooth && !calm.matches;
    target.scrollIntoView({ block: "start", behavior: smooth ? "smooth" : "instant" });
    if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1"); // reading goes on from here
    if (document.activeElement !== target) target.focus({ preventScroll: true });
    if (smooth) release();
  }

  function anchor() {
    try {
      return decodeURIComponent(location.hash.slice(1));
    } catch {
      return ""; // no anchor has such a name
    }
  }

  const remember = () => history.replaceState({ ...history.state, y: scrollY }, "");

  // Follow a link of this app without loading it anew. Within a page its settings stay.
  function go(href) {
    const to = new URL(href, location.href);
    const same = to.pathname === location.pathname;
    remember();
    history.pushState({}, "", to.pathname + (same && !to.search ? location.search : to.search) + to.hash);
    dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    if (anchor()) aim({ anchor: anchor(), smooth: same, waits: !same });
    else scrollTo(0, 0);
    settle();
  }

  let due = null;
  function look() {
    due = null;
    name();
    for (const each of lookers) each();
    if (wanted) wanted.waits = false;
    settle();
  }

  // A running chart changes many times a second; nothing in a widget is looked at.
  const inWidget = ({ target }) => (target.closest ? target : target.parentElement)?.closest(".widget, .meaning");
  const page = new MutationObserver((records) => {
    if (due === null && !records.every(inWidget)) due = setTimeout(look, 50);
  });
  const start = new MutationObserver(() => {
    const main = document.getElementById("page");
    if (!main) return;
    start.disconnect();
    page.observe(main, { childList: true, subtree: true, characterData: true });
    new ResizeObserver(settle).observe(main);
    if (anchor() && anchor() !== "page") aim({ anchor: anchor() });
    look();
  });
  start.observe(document.documentElement, { childList: true, subtree: true });

  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    addEventListener(kind, release, { capture: true, passive: true });
  }
  addEventListener("popstate", (event) => {
    if (event.state?.y !== undefined) aim({ y: event.state.y });
    else if (anchor()) aim({ anchor: anchor() });
  });
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest?.('a[href^="/"]');
      if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      const anchored = link.hash && link.closest("#page, .footer");
      if (!anchored) return remember(); // Dash follows it
      event.preventDefault();
      event.stopPropagation();
      go(link.href);
    },
    true,
  );

  let asked = null; // the lesson's sections and terms, asked for once
  const lesson = () => (asked ??= fetch("/lesson.json").then((answer) => answer.json()));

  window.lesson = { go, lesson, headings, section, looks: (look) => lookers.push(look) };
})();
