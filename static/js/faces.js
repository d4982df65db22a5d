// Keys 1–5 pick the n-th choice while the focus is inside a row of faces ([data-keys]).
document.addEventListener("keydown", (event) => {
  if (!/^[1-9]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  const row = event.target.closest?.("[data-keys]");
  const choice = row?.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
  if (!choice) return;
  event.preventDefault();
  choice.focus();
  choice.click();
});

// A second press on the chosen one takes the choice back where the row allows none.
let was = null;
document.addEventListener("pointerdown", (event) => {
  const input = event.target.closest?.("[data-clearable] label")?.querySelector("input[type=radio]");
  was = input?.checked ? input : null;
});
document.addEventListener("click", (event) => {
  if (was && event.target === was) {
    was.checked = false;
    was.dispatchEvent(new Event("change", { bubbles: true }));
    was = null;
  }
});
