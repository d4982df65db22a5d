// Search everywhere: a field and the links that answer it, made a combobox with its list. The same box stands in
// the dialog #palette and on the search page; htmx asks for the links (templates/search/box.html).
import htmx from "htmx.org";
import { close, open } from "./dialogs.js";
import { on, onContent } from "./dom.js";

const dialog = () => document.getElementById("palette");
const field = (box) => box.elements.q;
const list = (box) => box.querySelector(".kam-palette-results");
const options = (box) => [...box.querySelectorAll("a.kam-hit")];
const active = (box) => box.querySelector("a[aria-selected=true]");
const isAnswered = (box) => box.querySelector("[data-answers]")?.dataset.answers === field(box).value;

export function openPalette() {
  const here = document.querySelector("main [data-palette-box]");
  if (here) return field(here).select();
  const box = dialog()?.querySelector("[data-palette-box]");
  if (!box || dialog().open) return;
  if (field(box).value || !isAnswered(box)) {
    field(box).value = "";
    list(box).replaceChildren();
  }
  open(dialog());
  field(box).focus();
  htmx.trigger(field(box), "kam:palette");
}

function activate(box, option) {
  active(box)?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  if (option) field(box).setAttribute("aria-activedescendant", option.id);
  else field(box).removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

function dress(box) {
  const answers = options(box), id = list(box).id;
  set(field(box), { role: "combobox", "aria-controls": id, "aria-autocomplete": "list", "aria-expanded": answers.length > 0 });
  if (answers.length) list(box).setAttribute("role", "listbox");
  else list(box).removeAttribute("role"); // words alone are no list
  for (const plain of list(box).querySelectorAll("[data-answers], h2, ul, li")) plain.setAttribute("role", "presentation");
  list(box).querySelectorAll("section").forEach((section, at) => {
    section.querySelector("h2").id = `${id}-${at}`;
    set(section, { role: "group", "aria-labelledby": `${id}-${at}` });
  });
  answers.forEach((option, at) => set(option, { role: "option", id: `${id}-option-${at}`, tabindex: -1, "aria-selected": false }));
  box.querySelector("[role=status]").textContent = list(box).firstElementChild?.dataset.said ?? "";
  activate(box, answers[0]);
  if (box.dataset.entered !== undefined && isAnswered(box)) enter(box);
}

// Enter may come before the answer does: it opens the first of what was asked for, never of what stood there before.
function enter(box) {
  if (!isAnswered(box)) {
    box.dataset.entered = "";
    htmx.trigger(field(box), "kam:palette");
    return;
  }
  delete box.dataset.entered;
  active(box)?.click();
}

function step(box, by) {
  const all = options(box);
  if (all.length) activate(box, all.at((all.indexOf(active(box)) + by) % all.length));
}

// Tab goes from group to group; behind the last, and before the first, it leaves the field as anywhere.
function stepGroup(box, by) {
  const groups = [...list(box).querySelectorAll("section")];
  const next = groups[groups.indexOf(active(box)?.closest("section")) + by];
  if (next) activate(box, next.querySelector("a"));
  return Boolean(next);
}

on("keydown", "[data-palette-box] input", (event, input) => {
  const box = input.form;
  if (event.isComposing || event.altKey) return;
  let taken = true;
  if (event.key === "ArrowDown") step(box, 1);
  else if (event.key === "ArrowUp") step(box, -1);
  else if (event.key === "Tab") taken = stepGroup(box, event.shiftKey ? -1 : 1);
  else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) window.open(active(box)?.href, "_blank", "noopener");
  else if (event.key === "Enter") enter(box);
  else taken = false;
  if (taken) event.preventDefault();
});
on("input", "[data-palette-box] input", (_event, input) => { delete input.form.dataset.entered; });
on("pointermove", "[data-palette-box] a.kam-hit", (_event, option) => {
  const box = option.closest("[data-palette-box]");
  if (option !== active(box)) activate(box, option);
});
on("click", "#palette a.kam-hit", (event) => { if (!event.ctrlKey && !event.metaKey && !event.shiftKey) close(dialog()); });
on("click", "a[data-palette]", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openPalette();
});

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  if (document.querySelector("dialog[open]:not(#palette)")) return;
  event.preventDefault();
  if (dialog()?.open) close(dialog());
  else openPalette();
});
document.addEventListener("htmx:after:swap", (event) => {
  const box = event.detail.ctx.target?.closest?.("[data-palette-box]");
  if (box) dress(box);
});
onContent("main [data-palette-box]", dress);
