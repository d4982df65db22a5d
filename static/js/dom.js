// The few helpers the other files share.
export const on = (type, selector, handler) =>
  document.addEventListener(type, (event) => {
    const target = event.target instanceof Element ? event.target.closest(selector) : null;
    if (target) handler(event, target);
  });

// A field that no longer shows keeps the focus for a moment: after Escape, until the next frame.
export const isTyping = (element) =>
  element instanceof HTMLElement && (element.checkVisibility?.() ?? true) &&
  (element.isContentEditable || element.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=button], [type=submit])"));

// Hand `handler` every element that matches, now and in every piece of page that htmx brings in.
export function onContent(selector, handler) {
  const within = (root) => {
    if (root.matches?.(selector)) handler(root);
    for (const element of root.querySelectorAll(selector)) handler(element);
  };
  const ready = () => within(document);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
  document.addEventListener("htmx:after:process", (event) => within(event.target));
}

// The account in view: that of the focused row, else the page's own (<main data-account-id>).
export function accountInView() {
  const holder = document.activeElement?.closest("[data-account-id]") ?? document.querySelector("main[data-account-id]");
  return holder?.dataset.accountId;
}
