// The portfolio as a treemap: size is value, colour is health. It draws what lies beside it as JSON.
import { TreemapChart } from "echarts/charts";
import { AriaComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";

use([TreemapChart, AriaComponent, TooltipComponent, LabelLayout, SVGRenderer]);

const STATES = { green: "good", amber: "warn", red: "bad", unknown: "idle" };
const SHAPES = { green: "●", amber: "◆", red: "■", unknown: "○" }; // those of .kam-dot: never colour alone
const root = document.documentElement;

const token = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();

// ECharts knows no color-mix(): `share` of colour a on colour b, both #rrggbb.
function mix(a, b, share) {
  const part = (colour, at) => parseInt(colour.slice(at, at + 2), 16);
  const channel = (at) => Math.round(part(a, at) * share + part(b, at) * (1 - share)).toString(16).padStart(2, "0");
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}

const read = (element) => JSON.parse(document.querySelector(element.dataset.treemap).textContent);

function tiles({ href, words, tiles }) {
  const dark = root.dataset.bsTheme === "dark";
  return tiles.map(([id, name, value, money, band, health]) => {
    const state = STATES[band];
    const colour = mix(token(state), token("surface"), dark ? 0.36 : 0.26);
    return {
      name, value, href: href.replace("{}", id), money, word: words[band], health: health ?? "",
      mark: SHAPES[band],
      itemStyle: { color: colour },
      emphasis: { itemStyle: { color: mix(token(state), token("surface"), dark ? 0.5 : 0.42) } },
      label: { color: token("ink"), rich: { mark: { color: token(`${state}-ink`), fontSize: 12, lineHeight: 18, fontWeight: 600 } } },
    };
  });
}

// The amount stands in a tile only where it fits whole; the tooltip and the table have it anyway.
const pen = document.createElement("canvas").getContext("2d");

function words(chart, family, { data, dataIndex }) {
  const second = `${data.mark} ${data.health}`, whole = `${second}  ${data.money}`;
  const tile = chart.getModel().getSeriesByIndex(0).getData().getItemLayout(dataIndex);
  pen.font = `600 13px "${family}"`;
  const fits = pen.measureText(whole).width <= (tile?.width ?? 0) - 12;
  return `${data.name}\n{mark|${second}}${fits ? `  ${data.money}` : ""}`;
}

function option(chart, element) {
  const font = { fontFamily: element.dataset.font, color: token("ink") };
  return {
    animation: false,
    aria: { enabled: true, label: { description: element.dataset.label } },
    textStyle: font,
    tooltip: {
      renderMode: "richText",
      backgroundColor: token("surface-raised"),
      borderColor: token("line-strong"),
      borderWidth: 1,
      padding: [8, 12],
      textStyle: { ...font, fontSize: 13, lineHeight: 18 },
      formatter: ({ data }) => (data.href ? `${data.name}\n${data.money}\n${data.mark} ${data.health} ${data.word}` : ""),
    },
    series: [{
      type: "treemap",
      left: 0, top: 0, right: 0, bottom: 0,
      roam: false,
      nodeClick: false,
      breadcrumb: { show: false },
      squareRatio: element.clientWidth > element.clientHeight ? 1.6 : 0.7, // wide tiles, for names, at a desk and on a phone
      itemStyle: { borderColor: token("surface"), borderWidth: 0, gapWidth: 2, borderRadius: 3 },
      label: {
        position: [6, 5],
        fontSize: 13, fontWeight: 500, lineHeight: 18, overflow: "truncate", ellipsis: "…",
        formatter: (tile) => words(chart, element.dataset.font, tile),
      },
      // A tile too small for its words keeps them for the tooltip and the table.
      labelLayout: ({ rect }) => (rect.width < 48 || rect.height < 42 ? { x: -9999 } : {}),
      data: tiles(read(element)),
    }],
  };
}

const shown = new Map();

function forgetOld() {
  for (const [element, chart] of shown) {
    if (!element.isConnected) {
      chart.dispose();
      shown.delete(element);
    }
  }
}

export function show(element) {
  forgetOld();
  if (shown.has(element)) return;
  const chart = init(element, null, { renderer: "svg" });
  shown.set(element, chart);
  chart.setOption(option(chart, element));
  chart.on("click", ({ data }) => data.href && window.location.assign(data.href));
}

new MutationObserver(() => {
  for (const [element, chart] of shown) chart.setOption(option(chart, element));
}).observe(root, { attributeFilter: ["data-bs-theme"] });
addEventListener("resize", () => shown.forEach((chart) => chart.resize()));
