// What htmx sends and what goes wrong with it. The typed text always stays: nothing is swapped then.
import htmx from "htmx.org";
import { accountInView, on } from "./dom.js";
import { showTemplate } from "./toasts.js";

// A click may come before htmx has walked the page: have it take the link now instead of following it.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[hx-get]:not([data-htmx-powered])");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) htmx.process(link);
}, true);

document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement, request } = event.detail.ctx;
  if (!sourceElement.matches("[data-log]") || /[?&]account=/.test(request.action)) return;
  const account = accountInView();
  if (account) request.body.set("account", account);
});

// One answer leads away (the session ended, the form's token is of another time): what is still on its way, or would
// be asked next, must not navigate a second time over the page that comes.
let leaving = false;
const stop = (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
};
document.addEventListener("htmx:config:request", (event) => { if (leaving) stop(event); }, true);
document.addEventListener("htmx:before:response", (event) => {
  const { hx, sourceElement } = event.detail.ctx;
  // What a form asks by itself never leads away from what somebody writes: Save will.
  const itself = hx.redirect && sourceElement.closest("form[data-draft]") && sourceElement.hasAttribute("hx-trigger");
  if (leaving || itself) return stop(event);
  leaving ||= Boolean(hx.redirect || hx.trigger?.includes("csrf_failed"));
}, true);
// Back again by the browser's own cache, or the way out failed.
window.addEventListener("pageshow", () => { leaving = false; });
document.addEventListener("kam:refused", () => { setTimeout(() => { leaving = false; }, 10_000); });

// A number or address to follow: the phone or mail program opens, and the dialog waits for what comes of it.
on("click", "a[data-log-after]", (_event, link) => {
  htmx.ajax("GET", link.dataset.logAfter, { source: link, target: "#dialog-body", swap: "innerHTML" });
});

// The server says in words why it refused (kam/core/views.py); the page stays as it is.
document.addEventListener("kam:refused", (event) => {
  const { code, detail } = event.detail;
  if (code === "csrf_failed") location.reload(); // the page's token is of another time; drafts.js keeps what was typed
  else showTemplate("toast-refused", detail);
});

document.addEventListener("htmx:response:error", (event) => {
  const { response, hx } = event.detail.ctx;
  if (hx.trigger?.includes("kam:refused")) return;
  if (response.status >= 500 || response.status === 429) showTemplate("toast-unavailable");
  else if ([401, 403, 404].includes(response.status)) showTemplate("toast-refused");
});

// A request that got no answer at all: no network, or a time-out.
document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail;
  if (ctx && !ctx.response) showTemplate("toast-offline");
});

// A plain form on its way is sent once, however often somebody presses; Back, or five seconds, free it again.
let sent = null;
on("submit", "form[data-submit-keys]", (event, form) => {
  if (sent === form) event.preventDefault();
  else if (!event.defaultPrevented) { sent = form; setTimeout(() => { sent = null; }, 5000); }
});
window.addEventListener("pageshow", () => { sent = null; });
