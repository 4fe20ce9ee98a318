// node scripts/import-graph/main.mjs [--check]: prints the rooms of src/ by floor, what each imports, arrows that
// point upward or to a sibling, and cycles of files. With --check it prints only what is wrong. Exit code 1 if anything is.
import { join } from "node:path";
import { cyclesOf } from "./cycles.mjs";
import { FLOORS } from "./floors.mjs";
import { readImports } from "./read.mjs";

const check = process.argv.includes("--check");
const root = join(import.meta.dirname, "..", "..");
const imports = readImports(root, "src");

const floorOf = new Map(FLOORS.flatMap((rooms, floor) => rooms.map((room) => [room, floor])));

/** @param {string} file */
const roomOf = (file) => (floorOf.has(file) ? file : file.slice(0, file.lastIndexOf("/")));

/** @type {Map<string, Set<string>>} */
const arrows = new Map();
/** @type {string[]} */
const wrong = [];
for (const [file, targets] of imports) {
  const room = roomOf(file);
  const floor = floorOf.get(room);
  if (floor === undefined) {
    wrong.push(`${file} belongs to no room. Add its folder to scripts/import-graph/floors.mjs.`);
    continue;
  }
  const seen = arrows.get(room) ?? new Set();
  arrows.set(room, seen);
  for (const target of targets) {
    const other = roomOf(target);
    if (other === room) continue;
    seen.add(other);
    const above = floorOf.get(other);
    if (above !== undefined && above >= floor)
      wrong.push(
        `${file} imports ${target}, which lies on ${above === floor ? "the same" : "a higher"} floor.`,
      );
  }
}
for (const knot of cyclesOf(imports))
  wrong.push(`These files import each other in a circle: ${knot.join(", ")}.`);

if (!check) {
  for (const [floor, rooms] of [...FLOORS.entries()].toReversed()) {
    console.log(`floor ${floor}`);
    for (const room of rooms) {
      const files = [...imports.keys()].filter((file) => roomOf(file) === room).length;
      console.log(
        `  ${room} (${files} files) -> ${[...(arrows.get(room) ?? [])].toSorted().join(", ") || "nothing"}`,
      );
    }
  }
  const count = [...arrows.values()].reduce((sum, targets) => sum + targets.size, 0);
  console.log(
    `${arrows.size} rooms on ${FLOORS.length} floors, ${count} arrows between rooms, ${wrong.length} faults`,
  );
}
for (const fault of wrong) console.error(fault);
if (wrong.length > 0) process.exitCode = 1;
