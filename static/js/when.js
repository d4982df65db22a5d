// [data-when]: a text field in words, a hidden ISO instant, and an echo of what was understood.
import { on, onContent } from "./dom.js";
import { parseWhen } from "./when-words.js";

function understand(box) {
  const words = box.querySelector("input:not([type=hidden])");
  const hidden = box.querySelector("input[type=hidden]");
  const echo = box.querySelector("[data-when-echo]");
  const moment = parseWhen(words.value);
  if (hidden) hidden.value = moment ? moment.toISOString() : "";
  if (!echo) return;
  const lang = document.documentElement.lang || "en";
  echo.textContent = moment ? moment.toLocaleString(lang, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }) : echo.dataset.unclearText ?? "";
  echo.toggleAttribute("data-unclear", !moment);
}

on("input", "[data-when]", (_event, box) => understand(box));
onContent("[data-when]", understand);
