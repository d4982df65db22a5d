// Single keys work where nobody is typing and no dialog is open. The help behind "?" lists them.
import { isTyping } from "./dom.js";
import { openPalette } from "./palette.js";

let going = 0;

function step(by) {
  const rows = [...document.querySelectorAll("[data-keynav] [data-row-link]")].filter((link) => link.offsetParent);
  if (!rows.length) return;
  const row = document.activeElement?.closest("tr, li");
  const at = rows.findIndex((link) => row?.contains(link));
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1);
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
}

const actions = {
  l: () => document.querySelector(".kam-bar-end [data-log], [data-log]")?.click(),
  "/": openPalette,
  z: () => [...document.querySelectorAll("[data-undo] button")].at(-1)?.click(),
  "?": () => document.querySelector("[data-open='#shortcuts']")?.click(),
  j: () => step(1),
  k: () => step(-1),
  g: () => { going = Date.now(); },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const link = Date.now() - going < 1200 && /^[a-z]$/.test(event.key) && document.querySelector(`[data-go="${event.key}"]`);
  if (link) {
    event.preventDefault();
    link.click();
    return;
  }
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
