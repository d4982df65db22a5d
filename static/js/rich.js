// Fetches Tom Select only where a select[data-rich] is on the page or comes in with a dialog.
import { onContent } from "./dom.js";

onContent(async (root) => {
  const selects = root.querySelectorAll("select[data-rich]:not(.tomselected)");
  if (!selects.length) return;
  const { enrich } = await import(document.body.dataset.richSelect);
  for (const select of selects) if (select.isConnected) enrich(select);
});
