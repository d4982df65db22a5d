// What htmx sends and what goes wrong with it. The typed text always stays: nothing is swapped then.
import { accountInView } from "./dom.js";
import { showTemplate } from "./toasts.js";

document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement, request } = event.detail.ctx;
  if (!sourceElement.matches("[data-log]") || /[?&]account=/.test(request.action)) return;
  const account = accountInView();
  if (account) request.body.set("account", account);
});

document.addEventListener("htmx:response:error", (event) => {
  const { status } = event.detail.ctx.response;
  if (status === 502 || status === 503 || status === 504 || status === 429) showTemplate("toast-unavailable");
  else if (status >= 500) showTemplate("toast-failed");
  else if (status === 401 || status === 403 || status === 404) showTemplate("toast-refused");
});

// A request that got no answer at all: no network, or a time-out.
document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail;
  if (ctx && !ctx.response) showTemplate("toast-offline");
});
