/** Charts as files: SVG as drawn, PNG through a canvas; with title, and the line that credits the data. */

import { FONT, INK, PAPER, QUIET, short } from "./looks.js";

const SHARPNESS = 2;

/** The chart as SVG, with its title above and the credit below. */
export function picture({ option, height }, frame, chart, panel) {
  const drawing = echarts.init(null, null, { renderer: "svg", ssr: true, width: frame.width, height });
  const title = {
    text: short(chart.title, (frame.width - 20) * 0.78), left: 8, top: 8, itemGap: 4,
    subtext: short(panel ? panel.label : "", frame.width - 20), subtextStyle: { fontSize: 12, color: QUIET, fontFamily: FONT },
    textStyle: { fontSize: 16, fontWeight: 600, color: INK, fontFamily: FONT },
  };
  drawing.setOption({
    ...option,
    backgroundColor: PAPER,
    tooltip: undefined,
    dataZoom: undefined,
    series: option.series.map((series) => ({ ...series, silent: true })),
    title: [title, ...(option.title || [])],
    graphic: [chart.credit, ...(chart.view === "map" ? [chart.words.borders] : [])].map((line, index) => ({
      type: "text", left: 8, bottom: 8 + 16 * index, style: { text: short(line, frame.width - 20), fill: QUIET, font: `11px ${FONT}` },
    })),
  });
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  return svg;
}

/** Give the reader a file. */
export async function download(svg, kind, name) {
  const blob = kind === "png" ? await raster(svg) : new Blob([svg], { type: "image/svg+xml" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${name}.${kind}`;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function raster(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * SHARPNESS;
  canvas.height = image.naturalHeight * SHARPNESS;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
