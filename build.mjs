// Builds static/vendor/ (git-ignored): bundles, fonts and the icon sprite. Run by `npm run build`.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const OUT = "static/vendor";

// Only the icons that templates name, from @tabler/icons: add yours here, keep the order.
const ICONS = `
  alert-circle alert-triangle api arrow-back-up arrow-down-right arrow-left arrow-merge arrow-right
  arrow-up-right at bell bolt building building-skyscraper calendar calendar-event calendar-plus certificate
  chart-dots chart-pie check checks chevron-down chevron-left chevron-right chevron-up circle-check
  circle-dashed clipboard-list clock columns clock-exclamation copy corner-down-right cursor-text
  device-mobile door-exit dots download edit external-link eye eye-off file-import file-text filter
  flag flag-check headset heart-handshake help history home hourglass info-circle key keyboard
  layout-list link list-check lock logout mail mailbox map-pin menu-2 message message-circle
  mood-angry mood-empty mood-happy mood-sad mood-smile moon news note package pencil phone
  phone-call phone-incoming pin plug plus point presentation refresh rotate-clockwise scale search send
  settings share shield-lock sort-ascending sort-descending star subtask sun tag target-arrow ticket
  timeline trash trending-down trending-up truck upload user user-circle user-plus user-share users users-group
  video wifi-off world x zoom-question`.trim().split(/\s+/);

const common = { bundle: true, minify: true, sourcemap: "linked", target: ["es2022", "chrome115", "firefox115", "safari16.4"], legalComments: "none", logLevel: "warning" };

// Stroke and size come from the class .ico.
async function sprite() {
  const symbols = await Promise.all(ICONS.map(async (name) => {
    const file = await readFile(`node_modules/@tabler/icons/icons/outline/${name}.svg`, "utf8");
    const shapes = file.replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace("</svg>", "").replace(/\s*\n\s*/g, "").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
  }));
  await writeFile(`${OUT}/icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });
await Promise.all([
  build({
    ...common,
    // Packages are named here and not in app.css: Django follows every @import and url() of a collected file.
    stdin: {
      contents: `
        @import "@tabler/core/dist/css/tabler.min.css" layer(tabler);
        @import "@fontsource-variable/inter/wght.css";
        @import "./static/css/app.css";`,
      resolveDir: ".",
      loader: "css",
    },
    outfile: `${OUT}/app.css`,
    loader: { ".woff2": "file" },
    assetNames: "fonts/[name]",
  }),
  build({ ...common, entryPoints: ["static/js/app.js", "static/js/theme.js"], outdir: OUT, format: "iife" }),
  // Loaded by app.js only on pages that have a [data-module], as its address says.
  build({ ...common, entryPoints: ["static/js/treemap.js"], outdir: OUT, format: "esm" }),
  // Loaded by app.js only on pages (or dialogs) that have a select[data-rich].
  build({ ...common, entryPoints: ["static/js/rich-select.js"], outdir: OUT, format: "esm" }),
  sprite(),
]);
