/** How charts look: colours that colour-blind readers can tell apart, texts, and shared parts. */

export const INK = "#1b2430";
export const QUIET = "#56616f";
export const LINE = "#d9dfe6";
export const ACCENT = "#0f5387";
export const COLOURS = ["#0f5387", "#d55e00", "#00795c", "#a8447f", "#8a6d00", "#4aa3d6", "#56616f", "#c9a227"];
/** From little to much, of one hue. */
export const SCALE = ["#cddff0", "#9cc2e2", "#5b9bcb", "#0f5387"];
/** The same, pale enough for dark text on it. */
export const PALE_SCALE = ["#eef4fa", "#c5dbee", "#8fbde0"];
// Single quotes: the font also stands in attributes of saved pictures.
export const FONT =
  "system-ui, -apple-system, 'Segoe UI', 'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', 'WenQuanYi Micro Hei', sans-serif";
export const INEXACT = 0.5;

const WIDE = /[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u2014\u2018-\u201d]/;

/** Width of a text at 12px, in pixels, near enough for a layout. */
export function widthOf(text) {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 12 : 6.6;
  return width;
}

/** A text cut to a width in pixels. */
export function short(text, limit) {
  if (widthOf(text) <= limit) return text;
  let kept = "";
  let width = 10;
  for (const character of text) {
    width += WIDE.test(character) ? 12 : 6.6;
    if (width > limit) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/** A number on an axis: short, as the language of the reader writes it. */
export function compact(language) {
  const format = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 2 });
  return (value) => format.format(value);
}

/** What all charts share. */
export function base() {
  return {
    animation: false,
    color: COLOURS,
    textStyle: { fontFamily: FONT, color: INK, fontSize: 12 },
    tooltip: {
      trigger: "item",
      confine: true,
      backgroundColor: "#ffffff",
      borderColor: LINE,
      padding: [8, 10],
      textStyle: { fontFamily: FONT },
    },
  };
}

export const axisText = { color: QUIET, fontSize: 12, fontFamily: FONT };
export const axisLine = { lineStyle: { color: "#9aa6b2" } };
export const splitLine = { lineStyle: { color: "#eceff3" } };

/** The first and the last of some numbers. */
export function extent(values) {
  return [Math.min(...values), Math.max(...values)];
}
