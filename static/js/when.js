// [data-when]: a text field in words, a hidden ISO instant, and an echo of what was understood.
import { on, onContent } from "./dom.js";
import { isToCome, parseWhen, sayWhen } from "./when-words.js";

function understand(box) {
  const words = box.querySelector("input:not([type=hidden])");
  const hidden = box.querySelector("input[type=hidden]");
  const echo = box.querySelector("[data-when-echo]");
  const moment = parseWhen(words.value);
  if (hidden) hidden.value = moment ? moment.toISOString() : "";
  if (!echo) return;
  const { unclearText, toComeText } = echo.dataset;
  const said = moment ? sayWhen(moment, document.documentElement.lang || "en") : unclearText ?? "";
  const isAhead = moment !== null && isToCome(moment);
  echo.textContent = isAhead ? `${said}: ${toComeText ?? ""}` : said;
  echo.toggleAttribute("data-unclear", !moment);
}

on("input", "[data-when]", (_event, box) => understand(box));
onContent("[data-when]", understand);
