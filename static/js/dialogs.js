// Native dialogs: open when htmx brings content, close on Escape, on the veil, on kam:saved; focus returns.
import { on } from "./dom.js";
import { moveRegion } from "./toasts.js";

let opener = null;
const main = () => document.getElementById("dialog");

export function open(dialog) {
  if (dialog.open) return;
  opener = document.activeElement;
  dialog.showModal();
  moveRegion();
  const content = dialog.querySelector(".kam-dialog-content");
  const first = dialog.querySelector("[autofocus]") ?? content?.querySelector("input:checked, input:not([type=hidden], [type=radio]), textarea");
  first?.focus();
}

export function close(dialog) {
  if (dialog.open) dialog.close();
}

document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx.target?.id === "dialog-body" && document.getElementById("dialog-body").childElementCount) open(main());
});
document.addEventListener("kam:saved", () => close(main()));

document.addEventListener("close", (event) => {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement)) return;
  moveRegion();
  if (dialog.id === "dialog") document.getElementById("dialog-body").replaceChildren();
  if (opener?.isConnected) opener.focus();
  opener = null;
}, true);

on("click", "[data-open]", (_event, button) => open(document.querySelector(button.dataset.open)));
on("click", "[data-close]", (event, button) => {
  const dialog = button.closest("dialog");
  if (!dialog) return; // the same markup as a page of its own: the link goes back
  event.preventDefault();
  close(dialog);
});

// Only a press that began and ended on the veil closes; a selection dragged out of a field does not.
let pressed = null;
document.addEventListener("pointerdown", (event) => { pressed = event.target; });
document.addEventListener("click", (event) => {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement) || pressed !== dialog) return;
  const box = dialog.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside) close(dialog);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.("dialog form, form[data-submit-keys]") ?? document.querySelector("dialog[open] form");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("[data-submit]") ?? undefined);
});
