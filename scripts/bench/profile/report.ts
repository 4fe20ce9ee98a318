import { machineLine } from "../../harness/machine.js";
import type { Machine } from "../../harness/machine.js";
import { table } from "../../harness/table.js";
import type { Summary } from "./summarise.js";

export interface ProfileFigures {
  readonly machine: Machine;
  readonly redis: string;
  readonly connections: number;
  readonly profiles: readonly Profile[];
}

export interface Profile {
  readonly operation: string;
  /** `before`: that of another checkout. */
  readonly build: "now" | "before";
  /** Microseconds of CPU of one request, before the profile. */
  readonly cpu: { readonly service: number; readonly redis: number };
  readonly summary: Summary;
}

export function report(figures: ProfileFigures): string {
  return ["## bench profile", `${machineLine(figures.machine, figures.redis)}.`, profileTables(figures)].join(
    "\n\n",
  );
}

/** Smaller areas show nothing. */
const LEAST = 0.002;

/** Where the time of a request goes, in microseconds of CPU; the build that is compared with comes first. */
export function profileTables({ profiles, connections }: ProfileFigures): string {
  const tables: string[] = [];
  for (const operation of operationsOf(profiles)) {
    const own = profiles.filter((profile) => profile.operation === operation).toReversed();
    tables.push(areaTable(`${operation}, ${connections} connections: µs of CPU`, own));
    const now = own.at(-1);
    if (now !== undefined) tables.push(functionTable(operation, now));
  }
  return tables.join("\n\n");
}

function areaTable(title: string, profiles: readonly Profile[]): string {
  const areas = profiles.flatMap(({ summary }) => summary.areas);
  const names = new Set(areas.filter(({ share }) => share >= LEAST).map(({ name }) => name));
  const rows = [
    ["Redis", ...profiles.map(({ cpu }) => cpu.redis.toFixed(1))],
    ["the service", ...profiles.map(({ cpu }) => cpu.service.toFixed(1))],
  ];
  for (const name of names) rows.push([`– ${name}`, ...profiles.map((each) => micros(each, name))]);
  return table([title, ...profiles.map(({ build }) => build)], rows);
}

function micros({ summary, cpu }: Profile, area: string): string {
  const share = summary.areas.find(({ name }) => name === area)?.share ?? 0;
  return (share * cpu.service).toFixed(1);
}

const functionTable = (operation: string, { summary }: Profile): string =>
  table(
    [`${operation}: functions by their own time`, "share"],
    summary.functions.map(({ name, share }) => [name, `${(share * 100).toFixed(1)} %`]),
  );

export const operationsOf = (profiles: readonly Profile[]): string[] => [
  ...new Set(profiles.map(({ operation }) => operation)),
];
