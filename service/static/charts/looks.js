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

const pen = document.createElement("canvas").getContext("2d");
pen.font = `12px ${FONT}`;
const widths = new Map();

/** Width of a text at 12px, in pixels: the sum of its characters in the font of the reader. */
export function widthOf(text) {
  let width = 0;
  for (const character of text) {
    if (!widths.has(character)) widths.set(character, pen.measureText(character).width);
    width += widths.get(character);
  }
  return width;
}

/** A text cut to a width in pixels. */
export function short(text, limit) {
  if (widthOf(text) <= limit) return text;
  let kept = "";
  let width = widthOf("…");
  for (const character of text) {
    width += widthOf(character);
    if (width > limit) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/** A text in so many lines of a width in pixels at 12px at most; what is too long ends with an ellipsis. */
export function wrapped(text, limit, most) {
  const lines = [];
  let line = "";
  for (const part of text.match(/[\u2e80-\uffef\u{20000}-\u{3ffff}]|[^\s\u2e80-\uffef\u{20000}-\u{3ffff}]+\s*|\s+/gu) || [""]) {
    if (line && widthOf(line + part.trimEnd()) > limit) {
      lines.push(line);
      line = "";
    }
    line += part;
  }
  lines.push(line);
  const kept = [...lines.slice(0, most - 1), lines.slice(most - 1).join("")];
  return kept.map((one) => short(one.trimEnd(), limit)).filter((one, index) => one || !index);
}

/** Words for large numbers; the labels of the marks say them as well. */
const WORDS = {
  zh: [[1e12, "万亿"], [1e8, "亿"], [1e4, "万"]],
  en: [[1e12, " trillion"], [1e9, " billion"], [1e6, " million"]],
};

/** A number on an axis: short, in the words of the reader's language. */
export function compact(language) {
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  return (value) => {
    const [power, word] = WORDS[language].find(([least]) => Math.abs(value) >= least) || [1, ""];
    return format.format(value / power) + word;
  };
}

/** Height of a legend that takes so many lines as its names need. */
export function legendHeight(names, width) {
  let lines = 1;
  let used = 0;
  for (const name of names) {
    const wide = widthOf(name) + 46;
    if (used && used + wide > width) {
      lines += 1;
      used = 0;
    }
    used += wide;
  }
  return lines * 22 + 6;
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
