// A list of boxes whose order is sent with them: the arrows beside each one move it, and keep the focus.
import { on } from "./dom.js";

on("click", "[data-sortable] [data-move]", (_event, button) => {
  const item = button.closest("li"), up = button.dataset.move === "-1";
  const other = up ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (up) other.before(item);
  else other.after(item);
  button.focus();
});
