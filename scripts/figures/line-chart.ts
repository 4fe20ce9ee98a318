export interface Line {
  readonly name: string;
  /** One for each place of the horizontal axis; undefined: not measured. */
  readonly values: readonly (number | undefined)[];
}

export interface LineChart {
  readonly title: string;
  /** The values of the horizontal axis, at equal distances. */
  readonly places: readonly string[];
  readonly horizontal: string;
  readonly vertical: string;
  readonly lines: readonly Line[];
}

const WIDTH = 480;
const HEIGHT = 280;
const EDGE = { top: 36, right: 16, bottom: 62, left: 64 } as const;
const COLOURS = ["#c0392b", "#2471a3", "#7f8c8d", "#239b56"] as const;
const GRID_LINES = 4;

/** Lines over places, from zero, as SVG that is read on a light and on a dark page. */
export function lineChart({ title, places, horizontal, vertical, lines }: LineChart): string {
  const highest = Math.max(0, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const top = roundUp(highest);
  const x = (place: number): number =>
    EDGE.left + ((WIDTH - EDGE.left - EDGE.right) * place) / Math.max(1, places.length - 1);
  const y = (value: number): number =>
    HEIGHT - EDGE.bottom - ((HEIGHT - EDGE.top - EDGE.bottom) * value) / top;
  const label = (at: { x: number; y: number }, text: string, anchor = "middle"): string =>
    `<text x="${at.x.toFixed(1)}" y="${at.y.toFixed(1)}" text-anchor="${anchor}">${escaped(text)}</text>`;
  const grid = Array.from({ length: GRID_LINES + 1 }, (_, index) => {
    const value = (top * index) / GRID_LINES;
    const [height, left] = [y(value), EDGE.left];
    return [
      `<line x1="${left}" y1="${height.toFixed(1)}" x2="${WIDTH - EDGE.right}" y2="${height.toFixed(1)}" stroke="#ddd"/>`,
      label({ x: left - 6, y: height + 4 }, shortNumber(value), "end"),
    ].join("");
  });
  const drawn = lines.map(({ name, values }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const points = values.flatMap((value, place) =>
      value === undefined ? [] : [`${x(place).toFixed(1)},${y(value).toFixed(1)}`],
    );
    const legend = EDGE.left + index * 130;
    return [
      `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...points.map((point) => {
        const [cx, cy] = point.split(",");
        return `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`;
      }),
      `<rect x="${legend}" y="${HEIGHT - 18}" width="10" height="10" fill="${colour}"/>`,
      label({ x: legend + 15, y: HEIGHT - 9 }, name, "start"),
    ].join("");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11" fill="#333">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${EDGE.left}" y="18" font-size="13" font-weight="bold">${escaped(`${title}: ${vertical}`)}</text>`,
    ...grid,
    ...places.map((place, index) => label({ x: x(index), y: HEIGHT - EDGE.bottom + 16 }, place)),
    label({ x: (EDGE.left + WIDTH - EDGE.right) / 2, y: HEIGHT - EDGE.bottom + 32 }, horizontal),
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}

/** The next of 1, 2, 4, 5, 8 or 10 times a power of ten. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 5, 8].find((step) => step * power >= value) ?? 10) * power;
}

function shortNumber(value: number): string {
  if (value >= 10_000) return `${Math.round(value / 1000)}k`;
  return value >= 10 || value === 0 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
