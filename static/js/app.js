// Everything a page needs; small files by subject.
import "htmx.org";
import "./requests.js";
import "./dialogs.js";
import "./menus.js";
import "./toasts.js";
import "./theme-switch.js";
import "./palette.js";
import "./shortcuts.js";
import "./faces.js";
import "./drafts.js";
import "./when.js";
import "./rich.js";
import "./modules.js";
import "./selection.js";
import "./sortable.js";
import "./passkeys.js";
