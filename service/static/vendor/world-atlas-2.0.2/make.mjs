// Makes world.json: land of countries (Natural Earth 1:110m) as GeoJSON, cut at the 180th meridian,
// and a centre for each.
// Run in a folder with world-atlas 2.0.2 and topojson-client 3.1.0: node make.mjs > world.json
import { readFileSync } from "node:fs";
import { feature } from "topojson-client";

const read = (scale) => {
  const topology = JSON.parse(readFileSync(`node_modules/world-atlas/countries-${scale}.json`));
  return feature(topology, topology.objects.countries).features;
};
const round = (value) =>
  Array.isArray(value) ? value.map(round) : Math.round(value * 100) / 100;

/** Area and centre of mass of a closed ring, in degrees. */
function centred(ring) {
  let area = 0, x = 0, y = 0;
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const cross = ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
    area += cross;
    x += (ring[i][0] + ring[i + 1][0]) * cross;
    y += (ring[i][1] + ring[i + 1][1]) * cross;
  }
  return { area: Math.abs(area), centre: area ? [x / (3 * area), y / (3 * area)] : ring[0] };
}

function centre(geometry) {
  const largest = flat(geometry).coordinates.map((polygon) => centred(polygon[0]));
  largest.sort((a, b) => b.area - a.area);
  return round(largest[0].centre);
}

/** The part of a ring on one side of a meridian (Sutherland and Hodgman). */
function side(ring, meridian, east) {
  const inside = ([x]) => (east ? x >= meridian : x <= meridian);
  const kept = [];
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const [a, b] = [ring[i], ring[i + 1]];
    if (inside(a)) kept.push(a);
    if (inside(a) !== inside(b)) {
      kept.push([meridian, a[1] + ((meridian - a[0]) / (b[0] - a[0])) * (b[1] - a[1])]);
    }
  }
  return kept.length ? [...kept, kept[0]] : [];
}

/** A ring in parts that do not cross the 180th meridian. */
function cut(ring) {
  let turn = 0;
  const unrolled = ring.map(([x, y], i) => {
    if (i && Math.abs(x - ring[i - 1][0]) > 180) turn += x < ring[i - 1][0] ? 360 : -360;
    return [x + turn, y];
  });
  const east = unrolled.some(([x]) => x > 180);
  const west = unrolled.some(([x]) => x < -180);
  if (!east && !west) return [ring];
  const meridian = east ? 180 : -180;
  const moved = side(unrolled, meridian, east).map(([x, y]) => [east ? x - 360 : x + 360, y]);
  return [side(unrolled, meridian, !east), moved].filter((part) => part.length > 3);
}

function flat(geometry) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const parts = polygons.flatMap(([outer, ...holes]) => {
    const outers = cut(outer);
    return outers.length === 1 ? [[outers[0], ...holes]] : outers.map((ring) => [ring]);
  });
  return { type: "MultiPolygon", coordinates: round(parts) };
}

const ANTARCTICA = "010";
const centres = {};
for (const { id, geometry } of [...read("10m"), ...read("50m"), ...read("110m")]) {
  if (id && id !== ANTARCTICA) centres[id] = centre(geometry);
}
const features = read("110m")
  .filter(({ id }) => id !== ANTARCTICA)
  .map(({ id, geometry }) => ({
    type: "Feature",
    properties: { name: id ?? "" },
    geometry: flat(geometry),
  }));
process.stdout.write(JSON.stringify({ type: "FeatureCollection", features, centres }) + "\n");
