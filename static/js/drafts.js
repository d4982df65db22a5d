// form[data-draft="key"]: what is typed is kept in this browser until it is saved or the person signs out.
import { on, onContent } from "./dom.js";
import { showTemplate } from "./toasts.js";

const PREFIX = "kam:draft:";
const LASTS = 7 * 24 * 3600 * 1000;
const KEEPS_OUT = new Set(["csrfmiddlewaretoken", "password"]);

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

const typed = (form) => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !KEEPS_OUT.has(name) && value !== "");

let filling = false;

function keep(_event, form) {
  // Closing the dialog makes the field with the focus fire one more change.
  if (!filling && form.dataset.draftDone === undefined) store.set(form.dataset.draft, { at: Date.now(), fields: typed(form) });
}

function fill(form, fields) {
  const values = new Map();
  for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value]);
  for (const field of form.elements) {
    const wanted = values.get(field.name);
    if (!wanted) continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = wanted.includes(field.value);
    else if (field.multiple) for (const option of field.options) option.selected = wanted.includes(option.value);
    else if (field.type !== "hidden" || field.dataset.draftable !== undefined) field.value = wanted[0];
    field.tomselect?.sync();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

onContent("form[data-draft]:not([data-draft-ready])", (form) => {
  form.dataset.draftReady = "";
  const draft = store.get(form.dataset.draft);
  // After a refused save the server's own answer is the newer truth.
  if (!draft || form.querySelector("[aria-invalid=true]")) return;
  if (Date.now() - draft.at > LASTS) return store.drop(form.dataset.draft);
  filling = true;
  fill(form, draft.fields);
  filling = false;
  showTemplate("toast-draft");
});
on("input", "form[data-draft]", keep);
on("change", "form[data-draft]", keep);
document.addEventListener("kam:saved", (event) => {
  const form = event.target.closest?.("form[data-draft]") ?? document.querySelector("dialog form[data-draft]");
  if (!form) return;
  form.dataset.draftDone = "";
  store.drop(form.dataset.draft);
}, true);
on("submit", "form[data-sign-out]", store.dropAll);
