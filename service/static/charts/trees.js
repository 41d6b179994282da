/**
 * What belongs to what: a column for each branch, in it the things below each other, indented by
 * level. As in axes.js, returns {option, height, items}.
 */

import { COLOURS, EDGE, FONT, INK, LINE, PAPER, QUIET, SHADE, base, wrapped } from "./looks.js";

const GAP = 16;
const INDENT = 16;
const LINES = 3;
/** Columns beside each other: as many as have at least this width. */
const NARROWEST = 250;

/** Branches as columns of boxes. */
export function tree(chart, frame) {
  const many = Math.max(1, Math.min(chart.roots.length, Math.floor((frame.width + GAP) / (NARROWEST + GAP))));
  const wide = (frame.width - GAP * (many - 1)) / many;
  const feet = new Array(many).fill(frame.top + 4);
  const boxes = [];
  chart.roots.forEach((root, index) => {
    const column = feet.indexOf(Math.min(...feet));
    const colour = COLOURS[index % COLOURS.length];
    const left = column * (wide + GAP);
    const top = feet[column];
    const frameOf = { root: true, node: root, colour, left, top, width: wide };
    boxes.push(frameOf);
    let y = top;
    const add = (node, level) => {
      const inset = level ? 12 + INDENT * (level - 1) + (level > 1 ? 12 : 0) : 12;
      const size = level ? 12.5 : 15;
      const strong = level === 0 || node.children.length > 0;
      const count = leaves(node);
      const lines = wrapped(node.name, (wide - inset - 12 - (strong && count ? 26 : 0)) * (12 / size) * (strong ? 0.94 : 1), LINES);
      const height = lines.length * (size + 5) + (level === 0 ? 16 : strong ? 12 : 6);
      const space = level === 1 && strong ? 6 : 0;
      boxes.push({ node, colour, left, width: wide, top: y + space, height, inset, lines, size, strong, level, count: strong ? count : 0 });
      y += height + space;
      node.children.forEach((child) => add(child, level + 1));
    };
    add(root, 0);
    frameOf.height = y - top + 8;
    feet[column] = y + 8 + GAP;
  });
  const rows = boxes.filter((box) => !box.root);
  const panels = boxes.filter((box) => box.root);
  const option = {
    ...base(),
    series: [
      {
        type: "custom", coordinateSystem: "none", silent: true, z: 1, data: panels.map((_, index) => ({ value: [index] })),
        renderItem: (parameters) => panel(panels[parameters.dataIndex]),
      },
      {
        type: "custom", coordinateSystem: "none", z: 3,
        data: rows.map(({ node }, index) => ({ value: [index], rows: node.rows, href: node.href, title: node.name })),
        renderItem: (parameters) => row(rows[parameters.dataIndex]),
      },
    ],
  };
  const items = rows.map(({ node }, dataIndex) => ({ seriesIndex: 1, dataIndex, href: node.href, said: node.name, rows: node.rows }));
  return { option, items, height: Math.max(...feet) - GAP + 4 + frame.bottom };
}

function leaves(node) {
  return node.children.length ? node.children.reduce((sum, child) => sum + (leaves(child) || 1), 0) : 0;
}

function panel({ left, top, width, height, colour }) {
  return {
    type: "group",
    children: [
      { type: "rect", shape: { x: left + 0.5, y: top + 0.5, width: width - 1, height, r: 4 }, style: { fill: PAPER, stroke: LINE } },
      { type: "rect", shape: { x: left, y: top, width, height: 4 }, style: { fill: colour } },
    ],
  };
}

function row({ left, top, width, height, inset, lines, size, strong, level, count, colour }) {
  const middle = top + (level === 0 ? 2 : 0) + height / 2;
  const children = [{
    type: "rect", shape: { x: left + 6, y: top + (level ? 1 : 6), width: width - 12, height: height - (level ? 2 : 6), r: 3 },
    style: { fill: level === 1 && strong ? SHADE : PAPER }, emphasis: { style: { fill: SHADE, stroke: colour, lineWidth: 1.5 } },
  }];
  if (level && !strong) children.push({ type: "circle", shape: { cx: left + inset + 2, cy: top + 3 + (size + 5) / 2, r: 2.2 }, style: { fill: colour } });
  if (level > 1 && strong) children.push({ type: "rect", shape: { x: left + inset - 4, y: top + 5, width: 3, height: height - 10 }, style: { fill: EDGE } });
  children.push({
    type: "text",
    style: {
      text: lines.join("\n"), x: left + inset + (level && !strong ? 10 : 0), y: middle, verticalAlign: "middle", fill: INK, lineHeight: size + 5,
      font: `${strong ? 600 : 400} ${size}px ${FONT}`,
    },
  });
  if (count) children.push({ type: "text", style: { text: String(count), x: left + width - 14, y: middle, align: "right", verticalAlign: "middle", fill: QUIET, font: `12px ${FONT}` } });
  return { type: "group", children };
}
