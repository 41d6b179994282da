/**
 * Charts with axes: bars, ranks, lines, heat maps and times.
 *
 * Each function takes a panel of the description and a frame {width, top, bottom, language} and
 * returns {option, height, items}: the option of ECharts, the height that it needs, and the rows
 * behind its marks in reading order, for those who step through them with the keyboard.
 */

import {
  ACCENT, COLOURS, EDGE, FONT, INEXACT, INK, LINE, NARROW, PALE_SCALE, PAPER, QUIET, SHADE,
  axisLine, axisText, base, compact, extent, legendHeight, short, splitLine, widthOf, wrapped,
} from "./looks.js";

const MEASURES = 4;
const GAP = 26;
/** The number after a bar leaves at least this part of the width to the bars. */
const BARS = 0.3;
const LINE_HEIGHT = 14;
/** Headings of a matrix lean as long as their lines keep apart by this; otherwise they stand. */
const APART = 16;
const LEAN = 35;
/** Bounds nearer to each other than this part of the axis are not drawn. */
const SEEN = 0.012;

/** Bars beside each other, one column for each measure: numbers of different units share no axis. */
export function bars(panel, frame) {
  const proper = panel.measures.filter((measure) => !measure.rank);
  if (!proper.length) return ranks(panel, panel.measures[0], frame);
  const measures = proper.slice(0, MEASURES);
  const thick = Math.max(...measures.map((measure) => measure.series.length));
  const longest = Math.max(...panel.categories.map(widthOf));
  const beside = Math.min(longest + 18, Math.max(90, frame.width * 0.36));
  // Long names have no room beside the bars of a narrow chart and stand above them.
  const above = frame.width < NARROW && longest + 18 > beside;
  const names = above ? 6 : beside;
  const texts = panel.categories.map((name) => wrapped(name, above ? frame.width - 28 : names - 14, 3));
  const spoken = Math.max(...texts.map((text) => text.length)) * LINE_HEIGHT;
  const breadth = thick > 1 ? 15 * thick : 18;
  const line = above ? spoken + breadth + 12 : Math.max(thick > 1 ? 12 + 15 * thick : 28, spoken + 8);
  const columns = above ? 1 : Math.max(1, Math.min(measures.length, Math.floor((frame.width - names) / 190)));
  const wholly = columns === 1 && frame.width < NARROW;
  const grouped = thick > 1;
  const titled = measures.length > 1 || !grouped;
  const title = titled ? 24 : 4;
  const head = title + (above ? spoken : 0);
  const tall = panel.categories.length * line;
  const legend = grouped ? measures.find((measure) => measure.series.length > 1).series.map((one) => one.name) : [];
  const start = frame.top + (grouped ? legendHeight(legend, frame.width - names) : 0);
  const wide = (frame.width - names - 16 - GAP * (columns - 1)) / columns;
  const option = { ...base(), grid: [], xAxis: [], yAxis: [], series: [], title: [] };
  const items = [];
  measures.forEach((measure, index) => {
    const left = names + (index % columns) * (wide + GAP);
    const top = start + head + Math.floor(index / columns) * (tall + head + 34);
    const all = measure.series.flatMap((one) => one.values.filter(Boolean));
    const numbers = all.flatMap((v) => [v.value, v.low, v.high]).filter((v) => v !== null);
    const [least, most] = extent([0, ...numbers]);
    const space = Math.max(...all.map((value) => widthOf(value.text))) + 12;
    const room = (most - least || 1) * (space / Math.max(wide - space, BARS * wide));
    const text = compact(frame.language);
    const ticks = Math.floor(wide / (widthOf(text(most)) + 24));
    if (titled) option.title.push({
      text: short(measure.label, 0.9 * (wholly ? frame.width - 16 : wide)), left: wholly ? 6 : left, top: top - head - 2, padding: 0,
      textStyle: { fontSize: 12, fontWeight: 600, color: QUIET, fontFamily: FONT },
    });
    option.grid.push({ left, top, width: wide, height: tall });
    option.xAxis.push({
      type: "value", gridIndex: index, splitNumber: Math.max(1, Math.min(3, ticks)), axisLabel: { ...axisText, formatter: text, hideOverlap: true, showMinLabel: least >= 0, showMaxLabel: false },
      min: least < 0 ? least - room : 0, max: most + room, splitLine: { ...splitLine, showMinLine: least >= 0, showMaxLine: false }, minInterval: whole(numbers) ? 1 : undefined,
    });
    option.yAxis.push({
      type: "category", gridIndex: index, inverse: true, data: panel.categories, axisTick: { show: false }, axisLine,
      axisLabel: {
        ...axisText, color: INK, show: index % columns === 0, interval: 0, lineHeight: LINE_HEIGHT, formatter: (_, row) => texts[row].join("\n"),
        ...(above ? { inside: true, margin: 3, align: "left", verticalAlign: "bottom", padding: [0, 0, breadth / 2 + 1, 0], textBorderColor: PAPER, textBorderWidth: 3 } : {}),
      },
    });
    measure.series.forEach((one, number) => {
      const wideEnough = (v) => bounded(v, most - least);
      const ranged = one.values.some(wideEnough);
      const at = option.series.length;
      option.series.push({
        type: "bar", name: one.name, xAxisIndex: index, yAxisIndex: index, barMaxWidth: 18, barGap: "15%",
        itemStyle: { color: COLOURS[number % COLOURS.length] },
        data: one.values.map((value, row) => value && value.value !== null ? bar(value, panel.rows[row], wideEnough(value) && measure.series.length === 1) : { value: null }),
      });
      one.values.forEach((value, row) => {
        if (value && value.value !== null) items.push({ seriesIndex: at, dataIndex: row, row: panel.rows[row] });
      });
      if (ranged) option.series.push(whiskers(one, panel, index, measure.series.length === 1, wideEnough));
    });
  });
  if (grouped) {
    option.legend = {
      top: frame.top, left: names, width: frame.width - names, itemWidth: 12, itemHeight: 12, selectedMode: false, textStyle: axisText, data: legend,
    };
  }
  const lines = Math.ceil(measures.length / columns);
  return { option, items, height: start + lines * (tall + head + 34) + frame.bottom };
}

function whole(numbers) {
  return numbers.every((number) => Number.isInteger(number));
}

/** Whether a number has bounds that can be seen: not those that rounding alone explains. */
export function bounded(value, range) {
  return value !== null && value.low !== null && value.high !== null && value.high - value.low > range * SEEN;
}

function bar(value, row, ranged) {
  return {
    value: value.value,
    row,
    itemStyle: { opacity: value.exact ? 1 : INEXACT },
    label: {
      show: !ranged,
      position: value.value < 0 ? "left" : "right", formatter: () => value.text, color: INK, opacity: 1, fontSize: 12, fontFamily: FONT,
    },
  };
}

/** Bounds as thin lines with the text of the number after them. */
function whiskers(one, panel, axis, alone, seen) {
  const data = one.values
    .map((v, row) => seen(v) && { value: [v.low, row, v.high], row: panel.rows[row], text: v.text, bare: v.value === null })
    .filter(Boolean);
  return {
    type: "custom", xAxisIndex: axis, yAxisIndex: axis, z: 5, encode: { x: [0, 2], y: 1 }, data,
    renderItem(parameters, api) {
      const item = data[parameters.dataIndex];
      const [left, y] = api.coord([api.value(0), api.value(1)]);
      const [right] = api.coord([api.value(2), api.value(1)]);
      const style = { stroke: item.bare ? ACCENT : INK, lineWidth: item.bare ? 5 : 1.2 };
      const cap = item.bare ? 0 : 4;
      const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style });
      const text = { type: "text", style: { text: item.text, x: right + 6, y, fill: INK, font: `12px ${FONT}`, verticalAlign: "middle" } };
      return {
        type: "group",
        children: [
          line(left, y, Math.max(right, left + 1), y), line(left, y - cap, left, y + cap), line(right, y - cap, right, y + cap),
          ...(alone ? [text] : []),
        ],
      };
    },
  };
}

/** Positions in a ranking: the best at the top. */
function ranks(panel, measure, frame) {
  const [one] = measure.series;
  const most = Math.max(...one.values.filter(Boolean).map((value) => value.value));
  const step = (frame.width - 70) / panel.categories.length;
  const turned = panel.categories.some((name) => widthOf(name) > step - 6);
  const option = {
    ...base(),
    grid: { left: 48, right: 20, top: frame.top + 30, height: 220 },
    xAxis: {
      type: "category", data: panel.categories, axisLine: { ...axisLine, onZero: false }, axisTick: { alignWithLabel: true },
      position: "bottom", axisLabel: { ...axisText, color: INK, interval: 0, rotate: turned ? 40 : 0, formatter: (name) => short(name, turned ? 118 : step) },
    },
    yAxis: {
      type: "value", inverse: true, min: 0, max: most + 1, minInterval: 1, splitLine, name: measure.label, nameLocation: "start",
      nameTextStyle: { ...axisText, align: "left", padding: [0, 0, 0, -30] }, axisLabel: { ...axisText, formatter: (v) => (v < 1 || v > most ? "" : String(v)) },
    },
    series: [{
      type: "scatter", symbolSize: 11, itemStyle: { color: ACCENT },
      data: one.values.map((value, row) => value && { value: [row, value.value], row: panel.rows[row], label: { show: true, position: "right", formatter: () => value.text, color: INK } }).filter(Boolean),
    }],
  };
  const items = option.series[0].data.map((datum, dataIndex) => ({ seriesIndex: 0, dataIndex, row: datum.row }));
  return { option, items, height: frame.top + 260 + (turned ? 110 : 30) + frame.bottom };
}

/** A time as a place on the axis: the year itself, or the middle of a longer period. */
function moment(point) {
  return point.end - point.begin > 1.01 ? (point.begin + point.end) / 2 : Math.floor(point.begin * 12 + 0.01) / 12;
}

/** Series over years. */
export function lines(panel, frame) {
  const points = panel.series.flatMap((one) => one.points);
  const [first, last] = extent(points.flatMap((p) => [moment(p), p.end - p.begin > 1.01 ? p.begin : moment(p), p.end - p.begin > 1.01 ? p.end : moment(p)]));
  const many = panel.series.length > 1;
  const text = compact(frame.language);
  const longest = points.reduce((most, point) => (widthOf(point.text) > widthOf(most) ? point.text : most), "");
  const numbers = points.map((point) => Math.abs(point.value));
  const power = 10 ** Math.floor(Math.log10(Math.max(...numbers, 1)));
  const left = Math.max(40, ...[1, 2.5, 5, 10].map((times) => widthOf(text(times * power)) + 16));
  const names = panel.series.map((one) => one.name);
  const top = frame.top + (many ? legendHeight(names, frame.width - 20) : 0) + 34;
  const right = many ? widthOf(longest) + 16 : 40;
  // The numbers of the first points stand between the axis and these.
  const before = widthOf(longest) * (many ? 1 : 0.5) + 16;
  const pad = Math.max(0.5, (last - first) * 0.06);
  const lead = Math.max(pad, ((last - first) * before) / Math.max(frame.width - left - right - before, 80));
  const option = {
    ...base(),
    grid: { left, right, top, height: 270 },
    legend: many ? { top: frame.top, left: 10, width: frame.width - 20, selectedMode: false, textStyle: axisText, data: names } : undefined,
    xAxis: {
      type: "value", min: Math.floor(first - lead), max: Math.ceil(last + pad), minInterval: 1, splitLine: { show: false },
      axisLine: { ...axisLine, onZero: false }, position: "bottom", axisLabel: { ...axisText, formatter: (year) => String(year), hideOverlap: true, showMinLabel: false, showMaxLabel: false },
    },
    yAxis: {
      type: "value", inverse: panel.rank, min: panel.rank ? 0 : undefined, minInterval: panel.rank ? 1 : undefined, splitLine,
      name: panel.label, nameLocation: panel.rank ? "start" : "end", nameTextStyle: { ...axisText, align: "left", padding: [0, 0, 0, 14 - left] },
      axisLabel: { ...axisText, formatter: panel.rank ? (v) => (v < 1 ? "" : String(v)) : text },
    },
    series: [],
  };
  const items = [];
  panel.series.forEach((one, index) => {
    const colour = COLOURS[index % COLOURS.length];
    option.series.push({
      type: "line", name: one.name, symbol: "circle", symbolSize: 9, lineStyle: { width: 2, color: colour }, itemStyle: { color: colour },
      data: one.points.map((point, place) => ({
        value: [moment(point), point.value], row: point.row, symbol: point.exact ? "circle" : "emptyCircle",
        label: { show: points.length <= 30, position: beside(place, one.points.length, many), formatter: () => point.text, color: INK, fontSize: 12 },
      })),
      labelLayout: { hideOverlap: true }, markLine: periods(one, colour),
    });
    one.points.forEach((point, dataIndex) => items.push({ seriesIndex: index, dataIndex, row: point.row }));
  });
  return { option, items, height: top + 306 + frame.bottom };
}

/** Where the number of a point stands: at the ends of several lines outside, so that they keep apart. */
function beside(place, count, many) {
  if (!many || (place > 0 && place < count - 1)) return "top";
  return place === 0 && count > 1 ? "left" : "right";
}

/** Values that stand for several years, as level lines over these. */
function periods(one, colour) {
  const long = one.points.filter((point) => point.end - point.begin > 1.01);
  if (!long.length) return undefined;
  return {
    symbol: "none", silent: true, label: { show: false }, lineStyle: { color: colour, width: 4, type: "solid", opacity: 0.35 },
    data: long.map((p) => [{ coord: [p.begin, p.value] }, { coord: [p.end, p.value] }]),
  };
}

/** Two categories against each other, numbers in the cells. */
export function matrix(panel, frame) {
  const { down, across, cells } = panel;
  const names = Math.min(Math.max(...down.names.map(widthOf)) + 18, frame.width * 0.36);
  const rows = down.names.map((name) => wrapped(name, names - 12, 3));
  const wide = frame.width - names - 14;
  const step = wide / across.names.length;
  const longest = Math.max(...across.names.map(widthOf));
  const turned = step < 110 && longest > 2 * step - 20;
  const upright = turned && step * Math.sin((LEAN * Math.PI) / 180) < (frame.width < NARROW ? 2 : 1) * APART;
  const heads = across.names.map((name) => (upright ? wrapped(name, 150, step < 30 ? 1 : 2) : turned ? [short(name, 170)] : wrapped(name, step - 8, 3)));
  const broadest = Math.max(...heads.flat().map(widthOf));
  const head = upright ? broadest + 16 : turned ? Math.min(130, longest * 0.62 + 20) : Math.max(...heads.map((lines) => lines.length)) * 15 + 16;
  const [least, most] = extent(cells.map((cell) => cell.value));
  const line = Math.max(28, Math.max(...rows.map((text) => text.length)) * LINE_HEIGHT + 8);
  const tall = Math.max(down.names.length * line, 40);
  const option = {
    ...base(),
    grid: { left: names, top: frame.top + head, width: wide, height: tall, show: true, borderWidth: 0, backgroundColor: SHADE },
    xAxis: {
      type: "category", data: across.names, position: "top", axisTick: { show: false }, axisLine: { show: false }, splitArea: { show: false },
      axisLabel: { ...axisText, color: INK, interval: 0, rotate: upright ? 90 : turned ? LEAN : 0, lineHeight: 15, formatter: (_, column) => heads[column].join("\n") },
    },
    yAxis: {
      type: "category", data: down.names, inverse: true, axisTick: { show: false }, axisLine: { show: false },
      axisLabel: { ...axisText, color: INK, interval: 0, lineHeight: LINE_HEIGHT, formatter: (_, row) => rows[row].join("\n") },
    },
    visualMap: {
      show: false, min: least, max: most > least ? most : least + 1, inverse: panel.rank,
      inRange: { color: panel.rank ? [...PALE_SCALE].reverse() : PALE_SCALE },
    },
    series: [{
      type: "heatmap", itemStyle: { borderColor: PAPER, borderWidth: 2 }, emphasis: { itemStyle: { borderColor: INK, borderWidth: 1 } },
      data: cells.map((cell) => ({
        value: [cell.across, cell.down, cell.value], row: cell.row,
        label: { show: true, formatter: () => (widthOf(cell.text) <= step - 2 ? cell.text : ""), color: INK, fontSize: 12 },
      })),
    }],
  };
  const items = cells.map((cell, dataIndex) => ({ seriesIndex: 0, dataIndex, row: cell.row }));
  return { option, items, height: frame.top + head + tall + 12 + frame.bottom };
}

/** Dated things below each other on one axis of years. */
export function timeline(chart, frame) {
  const { events } = chart;
  const years = events.flatMap((event) => [event.begin, event.end]).filter((year) => year !== null);
  const [first, last] = extent(years);
  const low = Math.floor(first - (events.some((event) => event.begin === null) ? 2 : 0.2));
  const high = Math.ceil(last + (events.some((event) => event.end === null) ? 2 : 0.2));
  // What is dated several times has one line.
  const key = (event) => event.href ?? event.name;
  const things = [...new Map(events.map((event) => [key(event), event])).values()];
  const line = new Map(things.map((event, index) => [key(event), index]));
  const latest = things.map((thing) => {
    const own = events.filter((event) => key(event) === key(thing));
    return own.reduce((last, event) => ((event.end ?? high) >= (last.end ?? high) ? event : last));
  });
  const kinds = [...new Set(events.map((event) => event.kind))].filter(Boolean);
  const legend = kinds.length > 1 && kinds.length <= COLOURS.length ? legendHeight(kinds, frame.width - 16) : 0;
  const zoom = things.length > 12 && high - low > 4 ? 34 : 0;
  const narrow = frame.width < NARROW;
  const names = narrow ? 10 : Math.min(Math.max(...things.map((event) => widthOf(event.name))) + 18, frame.width * 0.48);
  const side = narrow ? 16 : Math.min(Math.max(...latest.map((event) => widthOf(event.when))) + 16, frame.width * 0.34);
  const tall = things.length * (narrow ? 44 : 27);
  const groups = legend ? kinds : [""];
  const within = groups.map((kind) => events.filter((event) => !legend || event.kind === kind));
  const option = {
    ...base(),
    legend: legend ? { top: frame.top, left: 8, width: frame.width - 16, selectedMode: false, itemWidth: 12, itemHeight: 12, textStyle: axisText, data: kinds } : undefined,
    grid: { left: names, right: side, top: frame.top + legend + 8, height: tall },
    dataZoom: zoom ? [{
      type: "slider", xAxisIndex: 0, filterMode: "none", left: names, right: side, bottom: frame.bottom + 6, height: 18, brushSelect: false, showDetail: true,
      borderColor: LINE, fillerColor: `${ACCENT}22`, handleStyle: { color: PAPER, borderColor: ACCENT }, moveHandleStyle: { color: EDGE },
      dataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } }, textStyle: axisText, labelFormatter: (year) => String(Math.round(year)),
    }] : undefined,
    xAxis: {
      type: "value", min: low, max: high, minInterval: 1, splitLine, axisLine: { ...axisLine, show: true }, axisLabel: { ...axisText, formatter: (year) => String(year), hideOverlap: true, showMinLabel: false, showMaxLabel: false },
    },
    yAxis: {
      type: "category", inverse: true, data: things.map((event) => event.name), axisTick: { show: false }, axisLine,
      axisLabel: { ...axisText, color: INK, show: !narrow, interval: 0, formatter: (name) => short(name, names - 12) },
    },
    series: groups.map((kind, group) => ({
      type: "custom", name: kind, itemStyle: { color: COLOURS[group % COLOURS.length] }, encode: { x: [0, 2], y: 1 },
      data: within[group].map((event) => ({ value: [event.begin ?? low, line.get(key(event)), event.end ?? high], rows: event.rows, href: event.href })),
      renderItem(parameters, api) {
        const event = within[group][parameters.dataIndex];
        const { x: start, width } = parameters.coordSys;
        const inside = (x) => Math.max(start, Math.min(start + width, x));
        const colour = COLOURS[group % COLOURS.length];
        const [from, y] = api.coord([api.value(0), api.value(1)]);
        const [to] = api.coord([api.value(2), api.value(1)]);
        if (to < start - 1 || from > start + width + 1) return null;
        const [left, right] = [inside(from), inside(to)];
        const open = event.begin === null || event.end === null;
        const mark = to - from < 8
          ? { type: "circle", shape: { cx: (left + right) / 2, cy: y, r: 6 }, style: { fill: colour, stroke: PAPER, lineWidth: 1 } }
          : { type: "rect", shape: { x: left, y: y - 6, width: right - left, height: 12, r: 3 }, style: { fill: colour, opacity: open ? INEXACT : 1 } };
        if (event !== latest[line.get(key(event))]) return mark;
        const text = (words, x, height, fill) => ({ type: "text", style: { text: words, x, y: height, fill, font: `12px ${FONT}`, verticalAlign: "middle" } });
        if (narrow) {
          const room = width - widthOf(event.when) - 12;
          const named = short(event.name, room);
          return { type: "group", children: [mark, text(named, start, y - 17, INK), text(event.when, start + widthOf(named) + 10, y - 17, QUIET)] };
        }
        return { type: "group", children: [mark, text(event.when, Math.max(right, left + 8) + 6, y, QUIET)] };
      },
    })),
  };
  const items = events.map((event) => {
    const group = within.findIndex((some) => some.includes(event));
    return { seriesIndex: group, dataIndex: within[group].indexOf(event), row: event.rows[0], href: event.href };
  });
  return { option, items, height: frame.top + legend + tall + 40 + zoom + frame.bottom };
}
