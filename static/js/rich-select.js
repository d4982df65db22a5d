// Tom Select in our settings. data-url: a same-origin address answering [{value, text, note}] to ?search=.
import TomSelect from "tom-select/popular";

const escape = (text) => { const span = document.createElement("span"); span.textContent = text ?? ""; return span.innerHTML; };
const line = (data) => `<div>${escape(data.text)}${data.note ? ` <small>${escape(data.note)}</small>` : ""}</div>`;

async function ask(url, words) {
  const address = new URL(url, location.href);
  address.searchParams.set("search", words);
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : [];
}

export function enrich(select) {
  if (select.tomselect) return;
  const label = select.labels?.[0]?.textContent.trim();
  const url = select.dataset.url;
  const rich = new TomSelect(select, {
    maxItems: select.multiple ? null : 1,
    plugins: select.multiple ? ["remove_button"] : [],
    placeholder: select.dataset.placeholder ?? "",
    hideSelected: select.multiple,
    hidePlaceholder: true,
    selectOnTab: false,
    create: select.dataset.create !== undefined,
    createOnBlur: select.dataset.create !== undefined,
    maxOptions: 200,
    searchField: ["text", "note"],
    render: { option: line, item: line },
    ...(url && { load: (words, done) => ask(url, words).then(done, () => done()), shouldLoad: (words) => words.length > 0 }),
  });
  // Tab moves on. Only where one is searched for, it takes the one found; Shift+Tab never takes anything.
  rich.hook("before", "onKeyDown", (event) => { rich.settings.selectOnTab = !select.multiple && !event.shiftKey && rich.inputValue() !== ""; });
  // What was focused, or will be by autofocus, is the hidden select: typing belongs into its search.
  select.addEventListener("focus", () => rich.focus());
  if (document.activeElement === select) rich.focus();
  // While somebody searches, the words stand in the place of what was chosen.
  rich.on("type", (words) => rich.wrapper.classList.toggle("typing", words !== ""));
  rich.on("blur", () => rich.wrapper.classList.remove("typing"));
  rich.on("item_add", () => rich.wrapper.classList.remove("typing"));
  // Tom Select moves the label to its own field; the hidden select and the list need a name too.
  select.setAttribute("aria-label", label || select.name);
  rich.dropdown_content.setAttribute("aria-label", label || select.name);
}
