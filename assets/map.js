/* The arrow keys go from cell to cell of the warmup map, as the Tab key goes through all of them in turn. */
(() => {
  "use strict";
  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const cell = step && event.target.closest?.(".map .cell");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const rows = [...cell.closest("tbody").rows].map((row) => [...row.querySelectorAll(".cell")]);
    const row = rows.findIndex((cells) => cells.includes(cell));
    const next = rows[row + step[0]]?.[rows[row].indexOf(cell) + step[1]]?.querySelector("a");
    event.preventDefault();
    next?.focus();
  });
})();
