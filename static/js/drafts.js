// form[data-draft="key"]: what is changed in it is kept in this browser until it is saved, cancelled, or the person
// signs out. form[data-resume="name …"]: where the session ends in the middle, its dialog opens again after signing in.
import htmx from "htmx.org";
import { on, onContent } from "./dom.js";
import { showTemplate } from "./toasts.js";

const PREFIX = "kam:draft:";
const RESUME = "kam:resume";
const LASTS = 7 * 24 * 3600 * 1000;
const KEEPS_OUT = new Set(["csrfmiddlewaretoken", "password"]);
const REFUSED = "[aria-invalid=true], .kam-error, .kam-errors, [data-refused]";

const store = {
  get(key) { try { return JSON.parse(localStorage.getItem(PREFIX + key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(PREFIX + key, JSON.stringify(value)); } catch { /* full or forbidden */ } },
  drop(key) { try { localStorage.removeItem(PREFIX + key); } catch { /* forbidden */ } },
  dropAll() {
    try {
      for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
    } catch { /* forbidden */ }
  },
};

// What a form held when it arrived. Only what differs from it is kept: a draft of an old page must not
// bring back values that somebody else has changed since.
const arrived = new WeakMap();
let filling = false;

function values(form) {
  const found = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && !KEEPS_OUT.has(name) && form.elements[name]?.type !== "hidden") (found[name] ??= []).push(value);
  }
  return found;
}

function changed(form) {
  const now = values(form), was = arrived.get(form);
  const names = Object.keys({ ...was, ...now }).filter((name) => JSON.stringify(now[name] ?? [""]) !== JSON.stringify(was[name] ?? [""]));
  return Object.fromEntries(names.map((name) => [name, now[name] ?? []]));
}

function keep(_event, form) {
  // Closing the dialog makes the field with the focus fire one more change.
  if (filling || form.dataset.draftDone !== undefined || !arrived.has(form)) return;
  const key = form.dataset.draft;
  // A refused form came back with what was typed before.
  const fields = { ...(form.querySelector(REFUSED) && store.get(key)?.fields), ...changed(form) };
  if (Object.keys(fields).length) store.set(key, { at: Date.now(), fields });
  else store.drop(key);
}

function forget(form) {
  form.dataset.draftDone = "";
  store.drop(form.dataset.draft);
}

function fill(form, fields) {
  // A copy: what a filled field stirs up may take others out of the live list, and the next would be passed over.
  for (const field of [...form.elements]) {
    const wanted = fields[field.name];
    if (!Array.isArray(wanted) || field.type === "hidden") continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = wanted.includes(field.value);
    else if (field.multiple) for (const option of field.options) option.selected = wanted.includes(option.value);
    else field.value = wanted[0] ?? "";
    field.tomselect?.sync();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

// Saved: told by the notice on the page that follows. Before the forms: that page may hold the same form anew.
onContent("[data-saved]", (toast) => toast.dataset.saved.split(" ").forEach(store.drop));
onContent("form[data-draft]:not([data-draft-ready])", (form) => {
  form.dataset.draftReady = "";
  arrived.set(form, values(form));
  const draft = store.get(form.dataset.draft);
  // After a refused save the server's own answer is the newer truth.
  if (!draft || form.querySelector(REFUSED)) return;
  if (Date.now() - draft.at > LASTS) return store.drop(form.dataset.draft);
  filling = true;
  fill(form, draft.fields);
  filling = false;
  showTemplate("toast-draft");
});
on("input", "form[data-draft]", keep);
on("change", "form[data-draft]", keep);
on("click", "[data-drop-draft]", (_event, link) => forget(link.closest("form[data-draft]")));
on("submit", "form[data-sign-out]", store.dropAll);

// Saved over the page by htmx.
document.addEventListener("kam:saved", (event) => {
  const form = event.target.closest?.("form[data-draft]") ?? document.querySelector("dialog form[data-draft]");
  if (form) forget(form);
}, true);

// Any answer may lead away from an open dialog: the session ended, or the form's token is of another time.
document.addEventListener("htmx:before:response", (event) => {
  const { hx } = event.detail.ctx;
  const form = document.querySelector("dialog[open] form[data-resume]");
  if (!form || form.dataset.draftDone !== undefined || !(hx.redirect || hx.trigger?.includes("csrf_failed"))) return;
  const address = new URL(form.action);
  const now = values(form);
  for (const name of form.dataset.resume.split(" ")) if (now[name]?.[0]) address.searchParams.set(name, now[name][0]);
  const { draft, draftMoves } = form.dataset;
  const account = address.searchParams.get("account");
  const kept = store.get(draft);
  if (kept && account && draftMoves !== undefined) {
    store.set(draft.replace(/[^:]*$/, account), kept);
    store.drop(draft);
  }
  sessionStorage.setItem(RESUME, address.pathname + address.search);
});
onContent("#dialog-body", (target) => {
  const address = sessionStorage.getItem(RESUME);
  sessionStorage.removeItem(RESUME);
  if (address) htmx.ajax("GET", address, { target, swap: "innerHTML" });
});
