// Grids of one line a person: arrow keys and Enter go up and down in a column; what is typed on a line ticks it.
"use strict";

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest(".grid td");
  const way = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
  if (!cell || !way || event.isComposing) return;
  const row = way > 0 ? cell.parentElement.nextElementSibling : cell.parentElement.previousElementSibling;
  event.preventDefault(); // Enter never sends a grid that is half filled in
  row?.cells[cell.cellIndex].querySelector("input")?.focus();
});

document.addEventListener("input", (event) => {
  const row = event.target.closest(".grid tr");
  if (row && event.target.name !== "pick") row.querySelector("[name=pick]").checked = true;
});
