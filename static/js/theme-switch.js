// The switch in the user menu; theme.js has set the start.
import { on } from "./dom.js";

const root = document.documentElement;

on("click", "[data-theme-switch]", () => {
  const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
  root.dataset.bsTheme = next;
  try { localStorage.setItem("theme", next); } catch { /* the choice lasts for this page */ }
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
  if (!localStorage.getItem("theme")) root.dataset.bsTheme = event.matches ? "dark" : "light";
});
