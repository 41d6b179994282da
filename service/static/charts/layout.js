/**
 * Places for the nodes of a network by forces (after Fruchterman and Reingold 1991): nodes push each
 * other away, ties pull, and a pull to the middle spreads them evenly over an ellipse with the sides
 * of the box. The same network always gets the same places; one that grows starts from where it was.
 */

const ROUNDS = 500;
/** Turns from one node to the next at the start, so that none lie on each other. */
const GOLDEN = Math.PI * (3 - Math.sqrt(5));
/** Pull to the middle: pi times the number of nodes on a square with sides of one tie. */
const PULL = 1.6;

/** Coordinates of nodes within a box, which they fill. */
export function force(nodes, links, { width, height }, kept = new Map()) {
  const index = new Map(nodes.map((node, i) => [node.id, i]));
  const ties = links.map((link) => [index.get(link.source), index.get(link.target)]);
  const sides = width / height;
  const pull = [(2 * PULL) / (1 + sides), (2 * PULL * sides) / (1 + sides)];
  const known = nodes.some((node) => kept.has(node.id));
  const beside = (id) => links.map((link) => (link.source === id ? link.target : link.target === id ? link.source : "")).find((other) => kept.has(other));
  const at = nodes.map((node, i) => {
    if (kept.has(node.id)) return [...kept.get(node.id)];
    const far = known ? 1 : Math.sqrt(i + 0.5);
    const next = beside(node.id);
    if (next) return kept.get(next).map((value, axis) => value + Math.sin(i * GOLDEN + (axis * Math.PI) / 2));
    return [far * Math.cos(i * GOLDEN) * Math.sqrt(sides), (far * Math.sin(i * GOLDEN)) / Math.sqrt(sides)];
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    const moves = at.map(([x, y]) => [-x * pull[0], -y * pull[1]]);
    const push = (a, b, strength) => {
      const [x, y] = [at[a][0] - at[b][0], at[a][1] - at[b][1]];
      const distance = Math.max(Math.hypot(x, y), 0.01);
      const by = strength(distance) / distance;
      moves[a][0] += x * by;
      moves[a][1] += y * by;
      moves[b][0] -= x * by;
      moves[b][1] -= y * by;
    };
    for (let a = 0; a < at.length; a += 1) {
      for (let b = a + 1; b < at.length; b += 1) push(a, b, (distance) => 1 / distance);
    }
    for (const [a, b] of ties) push(a, b, (distance) => -2 * distance * distance);
    const limit = (known ? 0.3 : 0.8) * (1 - round / ROUNDS) ** 2 + 0.001;
    at.forEach((place, i) => {
      const length = Math.max(Math.hypot(...moves[i]), 0.001);
      place[0] += (moves[i][0] / length) * Math.min(length, limit);
      place[1] += (moves[i][1] / length) * Math.min(length, limit);
    });
  }
  nodes.forEach((node, i) => kept.set(node.id, at[i]));
  return fitted(at, [width, height]);
}

function fitted(at, size) {
  const ends = [0, 1].map((axis) => {
    const values = at.map((place) => place[axis]);
    return [Math.min(...values), Math.max(...values)];
  });
  // Two nodes are level, and a box without height cannot be drawn: they go into its corners.
  const flat = (i, axis) => (at.length > 1 ? (i % 2) * size[axis] : size[axis] / 2);
  return at.map((place, i) =>
    place.map((value, axis) => {
      const [least, most] = ends[axis];
      return most - least < 0.01 ? flat(i, axis) : ((value - least) / (most - least)) * size[axis];
    }),
  );
}
