import type { Frame } from "./summarise.js";

const WIDTH = 1200;
const ROW = 16;
const TOP = 28;
/** Of one character, in pixels. */
const LETTER = 6.2;
const COLOURS = ["#e8a87c", "#c38d9e", "#41b3a3", "#85a6d9", "#d9b44a", "#9bc17c", "#b39ddb", "#90a4ae"];

/** A flame graph: callers above what they call, as wide as their share of the time. */
export function flameGraph(title: string, frames: readonly Frame[]): string {
  const depth = Math.max(0, ...frames.map((frame) => frame.depth));
  const areas = [...new Set(frames.map(({ area }) => area))].toSorted();
  const colour = (area: string): string => COLOURS[areas.indexOf(area) % COLOURS.length] ?? "#ccc";
  const boxes = frames.map(({ name, area, depth: row, from, share }) => {
    const [x, width, y] = [from * WIDTH, share * WIDTH, TOP + row * ROW];
    const label = `${name} (${area}) ${(share * 100).toFixed(1)} %`;
    const letters = Math.floor((width - 4) / LETTER);
    const text =
      letters < 3
        ? ""
        : `<text x="${(x + 2).toFixed(1)}" y="${y + 12}">${escaped(name.slice(0, letters))}</text>`;
    return `<g><title>${escaped(label)}</title><rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 1}" fill="${colour(area)}"/>${text}</g>`;
  });
  const height = TOP + (depth + 1) * ROW + 4;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="4" y="18" font-size="14">${escaped(title)}</text>`,
    ...boxes,
    "</svg>",
    "",
  ].join("\n");
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
