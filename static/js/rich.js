// Fetches Tom Select only where a select[data-rich] is on the page or comes in with a dialog.
import { onContent } from "./dom.js";

onContent("select[data-rich]:not(.tomselected)", async (select) => {
  const { enrich } = await import(document.body.dataset.richSelect);
  if (select.isConnected) enrich(select);
});
