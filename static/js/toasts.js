// Toasts last ten seconds; the clock stands still while the pointer or the focus is on one.
import { on } from "./dom.js";

const LASTS = 10_000;
const region = () => document.getElementById("toasts");

function arm(toast) {
  if (toast.dataset.armed !== undefined) return;
  toast.dataset.armed = "";
  if (toast.dataset.lasting !== undefined) return;
  let left = LASTS, since = 0, timer = 0;
  const hold = () => { clearTimeout(timer); if (since) left -= Date.now() - since; since = 0; };
  const go = () => { clearTimeout(timer); since = Date.now(); timer = setTimeout(() => toast.remove(), Math.max(left, 1000)); };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("pointerleave", go);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("focusout", go);
  go();
}

// A toast whose words stand in the page, translated; `text` replaces them. The same one is not shown twice.
export function showTemplate(id, text) {
  const template = document.getElementById(id);
  if (!template) return;
  region().querySelector(`[data-from="${id}"]`)?.remove();
  const toast = template.content.querySelector("[data-toast]").cloneNode(true);
  toast.dataset.from = id;
  if (text) toast.querySelector(".kam-toast-text").textContent = text;
  region().append(toast);
}

// A modal dialog covers and silences everything outside it, so the region moves into the open one.
export function moveRegion() {
  const host = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  const toasts = region();
  if (toasts && toasts.parentElement !== host) host.append(toasts);
}

function watch() {
  const toasts = region();
  if (!toasts) return;
  for (const toast of toasts.querySelectorAll("[data-toast]")) arm(toast);
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node instanceof HTMLElement && node.matches("[data-toast]")) arm(node);
  }).observe(toasts, { childList: true });
}

// Once it is saved, what was said about the unsaved text is old.
document.addEventListener("kam:saved", () => { for (const toast of region().querySelectorAll("[data-from]")) toast.remove(); });
on("click", "[data-dismiss]", (_event, button) => button.closest("[data-toast]")?.remove());
document.addEventListener("htmx:finally:request", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (sourceElement.matches?.("[data-undo]") && response?.status < 400) sourceElement.closest("[data-toast]")?.remove();
});
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", watch);
else watch();
