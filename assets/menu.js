/* The pages behind one button where the header has no room for them side by side. */
(() => {
  "use strict";
  const button = () => document.getElementById("menu");
  const isOpen = () => button()?.getAttribute("aria-expanded") === "true";
  const set = (open) => button()?.setAttribute("aria-expanded", String(open));

  document.addEventListener("click", ({ target }) => {
    if (target.closest?.("#menu")) set(!isOpen());
    else if (isOpen() && (target.closest("#pages a") || !target.closest("#pages"))) set(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOpen()) return;
    set(false);
    button().focus();
  });
  document.addEventListener("focusin", ({ target }) => {
    if (isOpen() && !target.closest("#pages, #menu")) set(false);
  });
})();
