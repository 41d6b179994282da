/**
 * Draws the chart of an answer from the description that stands in the page.
 *
 * The description is data: every text in it is put into the page as text. Without this script, or
 * when it fails, the figure stays hidden and the table below says the same.
 */

import { bars, bounded, lines, matrix, timeline } from "./charts/axes.js";
import { short } from "./charts/looks.js";
import { flowing, map, network } from "./charts/places.js";
import { download, picture } from "./charts/saving.js";
import { tree } from "./charts/trees.js";
import { walking } from "./charts/walking.js";

const ROWS = 3;

for (const figure of document.querySelectorAll("figure.chart:not([data-later])")) start(figure);

/** Draw the chart of a figure, which must have its width by now. */
export async function start(figure) {
  const chart = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
  let world = null;
  if (chart.view === "map") {
    world = await (await fetch(figure.dataset.map)).json();
    echarts.registerMap("world", world);
  }
  const state = { panel: chosen(figure, chart), flows: chart.flows, step: -1 };
  const element = figure.querySelector(".drawing");
  figure.hidden = false;
  const drawing = echarts.init(element, null, { renderer: "svg" });
  const frame = (extra = {}) => ({ width: element.clientWidth, top: 4, bottom: 4, language: chart.language, ...extra });
  const make = (room) => build(chart, state, world, room);
  let items = [];

  const draw = () => {
    const made = make(frame());
    items = made.items;
    state.step = -1;
    element.style.height = `${made.height}px`;
    drawing.resize({ width: element.clientWidth, height: made.height });
    made.option.tooltip.formatter = (hit) => tip(chart, hit.data, hit);
    drawing.setOption(made.option, { notMerge: true });
    notes(figure, chart, state, world);
  };

  choices(figure, chart, state, draw);
  const walk = chart.walk ? walking(figure, chart, draw) : null;
  if (!walk) draw();
  let width = element.clientWidth;
  new ResizeObserver(() => {
    if (element.clientWidth && element.clientWidth !== width) {
      width = element.clientWidth;
      draw();
    }
  }).observe(element);
  const go = (datum) => (walk && datum && datum.id ? walk.choose(datum.id) : open(target(chart, datum)));
  drawing.on("click", (hit) => go(hit.data));
  keyboard(figure, chart, drawing, () => items, state, go, walk);
  for (const button of figure.querySelectorAll("[data-save]")) {
    button.addEventListener("click", async () => {
      const room = frame({ width: Math.max(frame().width, 720), top: 58, bottom: chart.view === "map" ? 50 : 34 });
      const svg = picture(make(room), room, chart, chart.panels && chart.panels[state.panel]);
      await download(svg, button.dataset.save, location.pathname.split("/")[2] || "chart");
    });
  }
}

/** Which of several charts the address names, `#shown=2` for the second. */
function chosen(figure, chart) {
  const found = figure.dataset.keep !== undefined && location.hash.match(/^#shown=(\d{1,3})$/);
  const index = found ? Number(found[1]) - 1 : 0;
  return chart.panels && chart.panels[index] ? index : 0;
}

/** The option of the chart that is chosen. */
function build(chart, state, world, frame) {
  if (chart.view === "network") return network(chart, frame);
  if (chart.view === "timeline") return timeline(chart, frame);
  if (chart.view === "tree") return tree(chart, frame);
  const panel = chart.panels[state.panel];
  if (chart.view === "map") return map(panel, frame, world, state);
  return { bar: bars, line: lines, matrix }[chart.view](panel, frame);
}

/** A list of the charts, where there are several, and a switch for the lines of a map. */
function choices(figure, chart, state, draw) {
  const place = figure.querySelector(".choices");
  const panels = chart.panels || [];
  if (panels.length > 1) {
    const select = document.createElement("select");
    panels.forEach((panel, index) => select.add(new Option(panel.label || chart.words.rows, index)));
    select.value = String(state.panel);
    select.addEventListener("change", () => {
      state.panel = Number(select.value);
      if (figure.dataset.keep !== undefined) history.replaceState(null, "", `#shown=${state.panel + 1}`);
      draw();
    });
    place.append(labelled(chart.words.shown, select, false));
  } else if (chart.view === "map" && panels[0].label) {
    place.append(text("span", panels[0].label));
  }
  if (chart.view === "map" && chart.flows !== null && panels.every(flowing)) {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = state.flows;
    box.addEventListener("change", () => {
      state.flows = box.checked;
      draw();
    });
    place.append(labelled(chart.words.flows, box, true));
  }
}

function labelled(words, field, after) {
  const label = document.createElement("label");
  label.append(...(after ? [field, text("span", words)] : [text("span", words), field]));
  return label;
}

/** What the chart leaves out, and how to read it. */
function notes(figure, chart, state, world) {
  const { words } = chart;
  const panel = chart.panels ? chart.panels[state.panel] : chart;
  const said = [];
  const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const first = (shown, total) => shown < total && said.push(fill(words.first, { shown, total }));
  if (chart.view === "bar") first(panel.categories.length, panel.total);
  if (chart.view === "line") first(panel.series.length, panel.total);
  if (chart.view === "matrix") [panel.down, panel.across].forEach((axis) => first(axis.names.length, axis.total));
  if (chart.view === "network") first(chart.shown, chart.total);
  if (chart.view === "timeline") first(chart.events.length, chart.total);
  if (panel.undated) said.push(fill(words.undated, { number: panel.undated }));
  if (chart.view === "map") {
    const missing = [...panel.missing, ...panel.places.filter((place) => !world.centres[place.code]).map((place) => place.name)];
    if (missing.length) said.push(fill(words.missing, { names: missing.join(", ") }));
  }
  const measures = (panel.measures || []).filter((measure) => !measure.rank);
  const values = measures.map((measure) => measure.series.flatMap((one) => one.values).filter(Boolean));
  if (values.flat().some((value) => value.value !== null && !value.exact)) said.push(words.inexact);
  if (values.some((some) => some.some((value) => value.value !== null && bounded(value, range(some))))) said.push(words.bounds);
  if (chart.view === "map") said.push(words.borders);
  figure.querySelector(".notes").replaceChildren(...said.map((sentence) => text("span", sentence)));
}

function range(values) {
  const numbers = values.flatMap((v) => [v.value, v.low, v.high]).filter((number) => number !== null);
  return Math.max(0, ...numbers) - Math.min(0, ...numbers);
}

function text(tag, words, name = "") {
  const element = document.createElement(tag);
  element.textContent = words;
  if (name) element.className = name;
  return element;
}

/** The rows behind a mark. */
function behind(datum) {
  if (!datum) return [];
  return datum.rows || (datum.row === undefined ? [] : [datum.row]);
}

/** What a mark says: the cells of its rows with their headings, and where they are stated. */
function tip(chart, datum, hit) {
  if (!datum || (!datum.title && !behind(datum).length)) return "";
  const box = text("div", "", "tip");
  if (datum.title) box.append(text("strong", datum.title));
  let rows = behind(datum);
  if (chart.view === "network" && hit.dataType === "node") {
    rows = chart.links.filter((link) => link.source === datum.id || link.target === datum.id).flatMap((link) => link.rows);
    rows = rows.length === 1 ? rows : [];
  }
  for (const index of rows.slice(0, ROWS)) {
    const row = chart.rows[index];
    const list = document.createElement("dl");
    for (const [label, value, role] of row.cells) {
      const said = text("dd", short(value, 620));
      if (role === "wording") said.textContent = `“${value}”`;
      list.append(text("dt", label), said);
    }
    box.append(list);
    if (row.sources.length) box.append(text("p", `${chart.words.sources}: ${row.sources.slice(0, 4).join("; ")}${row.sources.length > 4 ? " …" : ""}`));
  }
  if (rows.length > ROWS) box.append(text("p", `+ ${rows.length - ROWS}`));
  return box;
}

/** The page that a mark leads to. */
function target(chart, datum) {
  if (datum && datum.href) return datum.href;
  const [row] = behind(datum);
  return row === undefined ? null : chart.rows[row].href;
}

/** Follow a link as if it stood in the page, so that frames and new tabs behave. */
function open(href) {
  if (!href) return;
  const link = document.createElement("a");
  link.href = href;
  document.body.append(link);
  link.click();
  link.remove();
}

/** Arrow keys go from mark to mark, Enter opens, Escape leaves; in a walk Backspace closes what is chosen. */
function keyboard(figure, chart, drawing, marks, state, go, walk) {
  const element = figure.querySelector(".drawing");
  const live = figure.querySelector("[aria-live]");
  const leave = () => {
    drawing.dispatchAction({ type: "hideTip" });
    drawing.dispatchAction({ type: "downplay" });
  };
  element.addEventListener("keydown", (event) => {
    const items = marks();
    const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (move && items.length) {
      event.preventDefault();
      leave();
      state.step = (Math.max(state.step, move < 0 ? 0 : -1) + move + items.length) % items.length;
      const { seriesIndex, dataIndex, row, said } = items[state.step];
      drawing.dispatchAction({ type: "highlight", seriesIndex, dataIndex });
      drawing.dispatchAction({ type: "showTip", seriesIndex, dataIndex });
      live.textContent = said || chart.rows[row].cells.map(([label, value]) => `${label}: ${value}`).join("; ");
    } else if (event.key === "Enter" && items[state.step]) {
      go(items[state.step]);
    } else if (event.key === "Backspace" && walk) {
      event.preventDefault();
      walk.close();
    } else if (event.key === "Escape") {
      leave();
    }
  });
  element.addEventListener("blur", leave);
}

