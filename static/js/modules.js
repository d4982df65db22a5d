// Fetches the script of an element that has one of its own (a chart), and hands it the element.
import { onContent } from "./dom.js";

onContent("[data-module]", async (element) => {
  const { show } = await import(element.dataset.module);
  if (element.isConnected) show(element);
});
