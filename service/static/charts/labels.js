/**
 * Labels of the nodes and ties of a network: beside, above or below their node and along their tie,
 * wherever they lie on no node and on no other label. What has no room has no label; the table has it.
 */

import { widthOf } from "./looks.js";

const LINE_HEIGHT = 14;
/** Size of the letters along ties, in pixels. */
export const SMALL = 10.5;
const DISTANCE = 5;
/** Bold letters are so much wider. */
const STRONG = 1.1;
/** So far apart are two labels beside each other. */
const APART = 8;
const SIDES = ["right", "left", "bottom", "top"];

/**
 * The labels of nodes {x, y, radius, texts, weight, strong} in a frame {width, height}, in their
 * order, as {show, position, formatter}, and what they and the nodes cover. Nodes of greater weight
 * choose first; of the texts of a node, each a list of lines, it gets the first that has room.
 */
export function labelled(nodes, frame) {
  const dots = nodes.map(({ x, y, radius }) => ({ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius }));
  const placed = [];
  const labels = nodes.map(() => ({ show: false }));
  const order = nodes.map((_, index) => index).sort((a, b) => nodes[b].weight - nodes[a].weight);
  for (const index of order) {
    const node = nodes[index];
    const free = (box) =>
      box.left >= 0 && box.right <= frame.width && box.top >= 0 && box.bottom <= frame.height &&
      !placed.some((other) => meet({ ...box, left: box.left - APART, right: box.right + APART }, other)) && !dots.some((dot, other) => other !== index && meet(box, dot));
    const ways = node.texts.flatMap((lines) => SIDES.map((position) => ({ lines, position, box: boxOf(node, lines, position) })));
    const way = ways.find(({ box }) => free(box));
    if (!way) continue;
    placed.push(way.box);
    labels[index] = { show: true, position: way.position, formatter: () => way.lines.join("\n") };
  }
  return { labels, covered: [...dots, ...placed] };
}

/** Whether a text along the middle of a tie covers nothing; if so, its place is covered from now on. */
export function along(from, to, curve, text, covered) {
  const [x, y] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(x, y) || 1;
  const middle = [(from.x + to.x + y * curve) / 2, (from.y + to.y - x * curve) / 2];
  const half = (widthOf(text) * SMALL) / 24;
  const parts = [];
  for (let at = -half; at <= half; at += SMALL / 2) {
    const [left, top] = [middle[0] + (x / length) * at - SMALL / 2, middle[1] + (y / length) * at - SMALL / 2];
    parts.push({ left, right: left + SMALL, top, bottom: top + SMALL });
  }
  if (length < 2 * half || parts.some((part) => covered.some((other) => meet(part, other)))) return false;
  covered.push(...parts);
  return true;
}

/** Where the label of a node lies that stands on a side of it. */
function boxOf({ x, y, radius, strong }, lines, side) {
  const wide = Math.max(...lines.map(widthOf)) * (strong ? STRONG : 1);
  const tall = lines.length * LINE_HEIGHT;
  const away = radius + DISTANCE;
  const left = { right: x + away, left: x - away - wide }[side] ?? x - wide / 2;
  const top = { bottom: y + away, top: y - away - tall }[side] ?? y - tall / 2;
  return { left, right: left + wide, top, bottom: top + tall };
}

function meet(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
