// A menu is a <details class="kam-menu">: one open at a time, closed by Escape or a click elsewhere.
const openMenus = () => document.querySelectorAll("details.kam-menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.kam-menu[open]");
  if (!menu) return;
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.tagName !== "SELECT") {
    event.preventDefault();
    const items = [...menu.querySelectorAll(".kam-menu-items :is(a, button)")];
    const at = items.indexOf(document.activeElement);
    items.at((at + (event.key === "ArrowDown" ? 1 : -1)) % items.length)?.focus();
  }
});
