import { flameGraph } from "../bench/profile/flame.js";
import { operationsOf, profileTables } from "../bench/profile/report.js";
import type { Profile, ProfileFigures } from "../bench/profile/report.js";
import { machineLine } from "../harness/machine.js";

/** What bench profile measured, in words that stand under its flame graphs. */
export function profileBlock(figures: ProfileFigures, source: string): string {
  const { machine, redis, profiles } = figures;
  const charts = operationsOf(profiles).flatMap((operation) =>
    profiles
      .filter((profile) => profile.operation === operation)
      .toReversed()
      .map((profile) => `![${titleOf(profile)}](charts/${chartName(profile)})`),
  );
  return [charts.join("\n"), profileTables(figures), `${machineLine(machine, redis)}. ${source}`].join(
    "\n\n",
  );
}

/** Its flame graphs: the text of each SVG file by its name. */
export function profileCharts({ profiles }: ProfileFigures): ReadonlyMap<string, string> {
  return new Map(
    profiles.map((profile) => [
      chartName(profile),
      flameGraph(`${titleOf(profile)}: the service's time`, profile.summary.frames),
    ]),
  );
}

const titleOf = (profile: Profile): string => `${profile.operation}, ${profile.build}`;

const chartName = (profile: Profile): string =>
  `flame-${profile.operation.toLowerCase().replaceAll(/[^a-z]+/g, "-")}-${profile.build}.svg`;
