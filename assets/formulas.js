/* MathJax makes every formula a stop of the Tab key, for its own menu. A page has dozens of them, between a reader and
   the controls; only a formula that has to be scrolled stays one. */
(() => {
  "use strict";
  const scrolls = (formula) => formula.scrollWidth > formula.clientWidth + 1 && getComputedStyle(formula).overflowX === "auto";

  function settle() {
    for (const formula of document.querySelectorAll("#page mjx-container[tabindex]")) {
      formula.tabIndex = formula.getAttribute("display") === "true" && scrolls(formula) ? 0 : -1;
    }
  }

  window.lesson.looks(settle);
  addEventListener("resize", settle);
})();
