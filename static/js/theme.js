// Loaded before anything is painted: the stored choice, else what the system prefers.
(() => {
  let stored = null;
  try { stored = localStorage.getItem("theme"); } catch { /* storage may be forbidden */ }
  const dark = stored ? stored === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
})();
