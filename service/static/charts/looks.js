/** How charts look: the colours of tokens.css, texts, and shared parts. */

const tokens = getComputedStyle(document.documentElement);
const token = (name) => tokens.getPropertyValue(`--${name}`).trim();

export const INK = token("ink");
export const QUIET = token("quiet");
export const LINE = token("line");
export const EDGE = token("edge");
export const GRID = token("grid");
export const GROUND = token("ground");
export const PAPER = token("paper");
export const SHADE = token("shade");
export const ACCENT = token("accent");
export const COLOURS = token("series").split(/\s+/);
/** From little to much, of one hue. */
export const SCALE = token("scale").split(/\s+/);
/** The same, with enough contrast for text on it. */
export const PALE_SCALE = token("pale").split(/\s+/);
// Single quotes: the font also stands in attributes of saved pictures.
export const FONT =
  "system-ui, -apple-system, 'Segoe UI', 'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', 'WenQuanYi Micro Hei', sans-serif";
export const INEXACT = 0.5;
/** A chart that is narrower than this, in pixels, has its names above its marks. */
export const NARROW = 560;

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
      backgroundColor: PAPER,
      borderColor: LINE,
      padding: [8, 10],
      textStyle: { fontFamily: FONT },
    },
  };
}

export const axisText = { color: QUIET, fontSize: 12, fontFamily: FONT };
export const axisLine = { lineStyle: { color: EDGE } };
export const splitLine = { lineStyle: { color: GRID } };

/** The first and the last of some numbers. */
export function extent(values) {
  return [Math.min(...values), Math.max(...values)];
}
