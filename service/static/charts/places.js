/** Maps and networks. As in axes.js, each function returns {option, height, items}. */

import { SMALL, along, labelled } from "./labels.js";
import { force } from "./layout.js";
import {
  ACCENT, COLOURS, EDGE, FONT, GROUND, INK, LINE, NARROW, PAPER, QUIET, SCALE,
  axisText, base, compact, extent, legendHeight, short, widthOf, wrapped,
} from "./looks.js";

const CHINA = "156";
/** Hong Kong, Macao and Taiwan have codes of their own in ISO 3166-1; lines from China lead abroad. */
const OWN = ["344", "446", "158"];
const LABELS = 16;
const CURVE = 0.06;

/** Countries coloured by a number; those too small for the map as dots. */
export function map(panel, frame, world, choices) {
  const { places } = panel;
  const drawn = new Set(world.features.map((feature) => feature.properties.name));
  const [least, most] = extent(places.map((place) => place.value));
  const height = Math.round(Math.min(560, Math.max(260, frame.width * 0.48)));
  const number = compact(frame.language);
  const areas = places.filter((place) => drawn.has(place.code));
  const dots = places.filter((place) => !drawn.has(place.code) && world.centres[place.code]);
  const spots = places.filter((place) => world.centres[place.code]);
  const centre = (place) => world.centres[place.code];
  const option = {
    ...base(),
    geo: {
      map: "world", roam: "move", top: frame.top + 4, left: 4, right: 4, height: height - 8, nameProperty: "name",
      itemStyle: { areaColor: GROUND, borderColor: EDGE, borderWidth: 0.6 },
      emphasis: { disabled: true }, select: { disabled: true },
    },
    visualMap: {
      show: most > least, type: "continuous", min: panel.rank ? 1 : Math.min(0, least), max: most > least ? most : least + 1, inverse: panel.rank,
      seriesIndex: [0, 1], left: 8, bottom: frame.bottom + 8, itemWidth: 12, itemHeight: 90, calculable: false, hoverLink: false,
      inRange: { color: panel.rank ? [...SCALE].reverse() : most > least ? SCALE : [SCALE[2], SCALE[2]] },
      text: panel.rank ? ["1", number(most)] : [number(most), number(Math.min(0, least))], textStyle: axisText, dimension: undefined,
    },
    series: [
      {
        type: "map", geoIndex: 0, map: "world",
        data: areas.map((place) => ({ name: place.code, value: place.value, row: place.row })),
      },
      {
        type: "scatter", coordinateSystem: "geo", symbolSize: 11, z: 5, itemStyle: { borderColor: PAPER, borderWidth: 1, opacity: 1 },
        data: dots.map((place) => ({ value: [...centre(place), place.value], row: place.row })),
      },
      {
        type: "scatter", coordinateSystem: "geo", symbolSize: 1, silent: true, z: 6, itemStyle: { color: "transparent", opacity: 1 },
        labelLayout: { hideOverlap: true },
        data: places.length <= LABELS || places.length === spots.length
          ? spots.slice(0, LABELS).map((place) => ({
              value: centre(place),
              label: {
                show: Boolean(side(place, centre(place), frame)), position: side(place, centre(place), frame) || "right", distance: drawn.has(place.code) ? 2 : 7, color: INK, opacity: 1, fontSize: 12, fontFamily: FONT,
                textBorderColor: PAPER, textBorderWidth: 3, formatter: () => `${place.name} ${place.text}`,
              },
            }))
          : [],
      },
    ],
  };
  if (choices.flows) {
    option.series.push({
      type: "lines", coordinateSystem: "geo", silent: true, z: 4, lineStyle: { color: COLOURS[1], opacity: 0.6, curveness: 0.22 },
      data: [...spots].reverse().filter((place) => place.value !== 0 && !OWN.includes(place.code)).map((place) => ({ coords: [world.centres[CHINA], centre(place)], lineStyle: { width: breadth(place, panel.rank ? null : most) } })),
    });
  }
  const items = [
    ...areas.map((place, dataIndex) => ({ seriesIndex: 0, dataIndex, row: place.row })),
    ...dots.map((place, dataIndex) => ({ seriesIndex: 1, dataIndex, row: place.row })),
  ];
  return { option, items, height: frame.top + height + frame.bottom };
}

/** On which side of its place a label has room within the frame; none when on neither. */
function side(place, [longitude], frame) {
  const x = 4 + ((longitude + 180) / 360) * (frame.width - 8);
  const wide = widthOf(`${place.name} ${place.text}`) + 12;
  if (x + wide < frame.width) return "right";
  return x - wide > 0 ? "left" : "";
}

/** How broad a line from China is: its area grows with the number. */
function breadth(place, most) {
  return most ? 0.6 + 4 * Math.sqrt(Math.max(0, place.value ?? 0) / most) : 1.4;
}

/** Whether lines from China say something: the map is one of partners, without China itself. */
export function flowing(panel) {
  return panel.places.every((place) => place.code !== CHINA);
}

/** What a node is in the legend: its kind, the rarer ones together, or the column that it stands in. */
function naming({ nodes, links, groups, directed, walk, words }) {
  const kind = (node) => node.kind || groups[node.group];
  // Where things stand on either side of a tie, the column tells nothing of them.
  const column = new Map(nodes.map(({ id, group }) => [id, group]));
  const either = links.some(({ source, target }) => column.get(source) !== 0 || column.get(target) === 0);
  if (!directed && either && nodes.every((node) => !node.kind)) return () => groups[0];
  const counts = new Map();
  for (const node of nodes) counts.set(kind(node), (counts.get(kind(node)) || 0) + 1);
  if (counts.size <= COLOURS.length) return kind;
  if (!walk) return (node) => groups[node.group];
  const frequent = [...counts].sort((a, b) => b[1] - a[1]).slice(0, COLOURS.length - 2).map(([name]) => name);
  const start = (nodes.find((node) => node.id === walk.focus) || {}).kind;
  return (node) => (frequent.includes(kind(node)) || kind(node) === start ? kind(node) : words.others);
}

/** Things and their ties; the more ties, the larger. */
export function network(chart, frame) {
  const { nodes, links } = chart;
  const named = naming(chart);
  const names = [...new Set(nodes.map(named))];
  const narrow = frame.width < NARROW;
  const height = Math.round(Math.min(1000, 280 + nodes.length * (narrow ? 10 : 7)));
  const legend = names.length > 1 ? legendHeight(names, frame.width - 16) : 0;
  const [left, share] = narrow ? [0.13, 0.74] : [0.06, 0.76];
  const places = force(nodes, links, { width: frame.width * share, height: height - 60 }, chart.places);
  const dense = links.length > 30 || Boolean(chart.walk);
  const size = (node) => Math.min(44, 9 + 5 * Math.sqrt(node.degree));
  const room = dense ? Math.min(150, frame.width * 0.22) : 200;
  const texts = (name) => (narrow ? [wrapped(name, 96, 2), wrapped(name, 66, 3)] : [wrapped(name, room, 1), wrapped(name, room / 2, 2)]);
  const spots = nodes.map((node, index) => ({
    x: frame.width * left + places[index][0], y: 30 + places[index][1], radius: size(node) / 2, texts: texts(node.name),
    weight: node.chosen ? Infinity : node.degree, strong: node.degree > 4,
  }));
  const { labels, covered } = labelled(spots, { width: frame.width, height });
  const spot = new Map(nodes.map((node, index) => [node.id, spots[index]]));
  const said = ({ labels: words }) => short(words.join(" / "), 110);
  const option = {
    ...base(),
    legend: legend ? { top: frame.top, left: 8, width: frame.width - 16, selectedMode: false, itemWidth: 12, itemHeight: 12, textStyle: axisText, data: names } : undefined,
    series: [{
      type: "graph", layout: "none", roam: "move", draggable: false, top: frame.top + legend + 30, height: height - 60,
      left: frame.width * left, width: frame.width * share, categories: names.map((name, index) => ({ name, itemStyle: { color: COLOURS[index % COLOURS.length] } })),
      edgeSymbol: ["none", chart.directed ? "arrow" : "none"], edgeSymbolSize: 7,
      lineStyle: { color: EDGE, width: 1.2, opacity: 0.9, curveness: CURVE },
      label: { show: true, color: INK, fontSize: 12, lineHeight: 14, fontFamily: FONT, textBorderColor: PAPER, textBorderWidth: 2 },
      emphasis: { focus: narrow ? "none" : "adjacency", lineStyle: { width: 2.4, color: ACCENT } },
      data: nodes.map((node, index) => ({
        id: node.id, name: node.id, category: names.indexOf(named(node)), x: places[index][0], y: places[index][1], symbolSize: size(node), href: node.href, title: node.name,
        itemStyle: node.chosen ? { borderColor: INK, borderWidth: 3 } : undefined,
        label: { ...labels[index], fontWeight: node.degree > 4 ? 600 : 400 },
      })),
      links: links.map((link) => ({
        source: link.source, target: link.target, rows: link.rows,
        lineStyle: { width: Math.min(5, 0.8 + 0.4 * link.rows.length) },
        label: {
          show: !dense && !narrow && link.labels.length > 0 && along(spot.get(link.source), spot.get(link.target), CURVE, said(link), covered),
          formatter: () => said(link), fontSize: SMALL, color: QUIET, fontFamily: FONT,
        },
        title: link.labels.join(" / "),
      })),
      edgeLabel: { position: "middle", backgroundColor: PAPER, borderColor: LINE },
    }],
  };
  const items = nodes.map((node, dataIndex) => ({ seriesIndex: 0, dataIndex, href: node.href, said: node.name, id: node.id }));
  return { option, items, height: frame.top + height + legend + frame.bottom };
}
