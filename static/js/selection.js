// Ticked rows of a list: the box in the head ticks all of the page, the bar says how many there are.
import { on } from "./dom.js";

const boxes = (form) => [...form.querySelectorAll("tbody input[type=checkbox]")];

function count(form) {
  const all = boxes(form), ticked = all.filter((box) => box.checked).length;
  const head = form.querySelector("[data-select-all]");
  head.checked = ticked > 0 && ticked === all.length;
  head.indeterminate = ticked > 0 && ticked < all.length;
  form.querySelector("[data-selected]").textContent = ticked;
}

on("change", "form[data-selection]", (event, form) => {
  event.stopPropagation(); // the filters above listen to changes, too
  if (event.target.matches("[data-select-all]")) for (const box of boxes(form)) box.checked = event.target.checked;
  count(form);
});
