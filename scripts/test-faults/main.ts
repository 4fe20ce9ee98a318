// npm run test:faults [-- FAULT ...] [--short] [--update-docs]: what each fault does to clients, and what it costs.
import { parseArgs } from "node:util";
import { writeBlock } from "../figures/write-block.js";
import { describeMachine } from "../harness/machine.js";
import { loadEnv } from "../shell/env.js";
import { Failure, reportFailure } from "../shell/failure.js";
import { coverageTable } from "./coverage.js";
import { FAULTS } from "./faults.js";
import type { Fault } from "./faults.js";
import { blockOf, isGood, tableOf } from "./report.js";
import type { Run } from "./report.js";
import { runFault } from "./run-fault.js";
import type { Finding } from "./run-fault.js";
import { openWorld } from "./world.js";
import type { World } from "./world.js";

/** The short form runs beside other tests, on a machine that is busy: there it only tells a hang from a recovery. */
const SLACK = 6;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      short: { type: "boolean", default: false },
      "update-docs": { type: "boolean", default: false },
    },
  });
  const faults = chosen(positionals, values.short);
  const run = await runAll(faults, !values.short);
  console.log(tableOf(run));
  if (values["update-docs"]) {
    writeBlock("reliability.md", "faults", blockOf(run));
    writeBlock("reliability.md", "coverage of faults", coverageTable());
  }
  const bad = run.findings.filter((finding) => !isGood(finding, values.short ? SLACK : 1));
  if (bad.length === 0) return;
  const lines = bad.map(
    ({ id, recovered, within, lost }) =>
      `  ${id}: recovered after ${recovered ?? "more than 60"} s (at most ${within}); lost: ${lost.slice(0, 5).join("; ") || "nothing"}`,
  );
  throw new Failure(`Faults did more harm than they may:\n${lines.join("\n")}`);
}

function chosen(ids: readonly string[], short: boolean): readonly Fault[] {
  const unknown = ids.filter((id) => !FAULTS.some((fault) => fault.id === id));
  if (unknown.length > 0) {
    const known = FAULTS.map(({ id }) => id).join(", ");
    throw new Failure(`There is no fault "${unknown.join('", "')}". These are: ${known}.`);
  }
  return FAULTS.filter((fault) => (ids.length > 0 ? ids.includes(fault.id) : !short || fault.short));
}

async function runAll(faults: readonly Fault[], whole: boolean): Promise<Run> {
  const findings: Finding[] = [];
  const skipped: string[] = [];
  let redis = "";
  for (const needs of [undefined, "provider", "keys"] as const) {
    const some = faults.filter((fault) => fault.needs === needs);
    if (some.length === 0) continue;
    const world = await openWorld({
      env: loadEnv(),
      whole,
      provider: needs === "provider",
      keyed: needs === "keys",
    });
    redis = world.redis.version;
    try {
      await runSome(world, some, findings, skipped);
    } finally {
      await world.close();
    }
  }
  return { machine: describeMachine(), redis, finishedAt: new Date().toISOString(), findings, skipped };
}

/** Adds to the findings, and to what was skipped. */
async function runSome(
  world: World,
  faults: readonly Fault[],
  findings: Finding[],
  skipped: string[],
): Promise<void> {
  for (const fault of faults) {
    if (fault.possible?.(world) === false) {
      skipped.push(fault.id);
      continue;
    }
    console.error(`faults: ${fault.name}`);
    findings.push(await runFault(world, fault));
  }
}

await main().catch(reportFailure);
process.exit();
