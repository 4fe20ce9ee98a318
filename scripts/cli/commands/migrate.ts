import { setTimeout as sleep } from "node:timers/promises";
import { Argument, Command, Option } from "commander";
import type { z } from "@hono/zod-openapi";
import { migrationView, modelsView } from "../../../src/http/embeddings/schemas.js";
import { nextModel } from "../../../src/memory/migration/next-model.js";
import { MIGRATION_STEPS } from "../../../src/memory/migration/step.js";
import type { MigrationStep } from "../../../src/memory/migration/step.js";
import { Failure } from "../../shell/failure.js";
import { createApi, jsonBody } from "../api.js";
import type { Api } from "../api.js";
import { apiKey, jsonOption, printJson, urlOption, wholeNumber } from "../options.js";
import type { Connection } from "../options.js";

interface MigrateOptions extends Connection {
  readonly rate?: number;
  readonly onRequest?: boolean;
  readonly step?: MigrationStep;
  readonly status?: boolean;
  readonly json?: boolean;
}

type Migration = z.output<typeof migrationView>;

const ROUTE = "/v1/embedding-migrations";
const LOOK_MS = 2_000;
/** In these, it waits for an operator. */
const RESTS = new Set<Migration["status"]>(["ready", "switched", "finished", "cancelled"]);

const ENDED = new Set<Migration["status"]>(["finished", "cancelled"]);
const AUTO = "auto";

export function migrateCommand(): Command {
  return new Command("migrate")
    .description(
      "Changes the embedding model of a store, and shows the progress. A migration that is under way is watched.",
    )
    .addArgument(
      new Argument(
        "[model]",
        "id of the new model; auto: the configured one that isn't in use, nor left by a migration",
      ),
    )
    .addOption(urlOption())
    .addOption(
      new Option("--rate <number>", "maximum number of memories embedded per second").argParser(
        wholeNumber(1, 999_999_999),
      ),
    )
    .option("--on-request", "recall uses the new vectors only after --step switch")
    .addOption(
      new Option("--step <step>", "switch, roll back, finish or cancel the latest migration").choices(
        MIGRATION_STEPS,
      ),
    )
    .option("--status", "only show the models and the latest migration")
    .addOption(jsonOption())
    .action(async (model: string | undefined, options: MigrateOptions) => run(model, options));
}

async function run(model: string | undefined, options: MigrateOptions): Promise<void> {
  const api = createApi(options.url, apiKey());
  const models = await read(api);
  const { active, configured, migration } = models;
  if (options.status === true) {
    if (options.json === true) return printJson(models);
    console.log(`model in use: ${active ?? "none"}; configured: ${configured.join(", ") || "none"}`);
    if (migration !== null) console.log(lineOf(migration));
    return;
  }
  if (options.step !== undefined) {
    if (migration === null) throw new Failure("There is no embedding migration.");
    const path = `${ROUTE}/${migration.id}/steps`;
    const body = jsonBody({ step: options.step });
    await api.json(migrationView, { method: "POST", path, body, repeatable: false });
  } else if (migration === null || ENDED.has(migration.status)) {
    const done = inUseAlready(models, model);
    if (done !== undefined) {
      (options.json === true ? console.error : console.log)(done);
      return options.json === true ? printJson(models) : undefined;
    }
    const body = jsonBody({
      model: model ?? AUTO,
      rate_per_second: options.rate ?? null,
      switch: options.onRequest === true ? "on_request" : "when_ready",
    });
    await api.json(migrationView, { method: "POST", path: ROUTE, body, repeatable: false });
  } else if (model !== undefined && model !== AUTO && model !== migration.to) {
    const step = model === migration.from ? " --step roll_back or --step cancel ends it." : "";
    throw new Failure(`A migration to ${migration.to} is under way (${migration.status}).${step}`);
  }
  await watch(api, options.json === true);
}

/** What to say where there is nothing to do; a command that is run once more is no error. */
function inUseAlready(
  { active, configured, migration }: z.output<typeof modelsView>,
  model = AUTO,
): string | undefined {
  if (active === null) return undefined;
  if (model === active) return `The store already uses this model: ${active}.`;
  if (model !== AUTO) return undefined;
  const next = nextModel({ active, configured, migration: migration ?? undefined });
  return "refused" in next && next.refused === "left" ? next.message : undefined;
}

const read = (api: Api) =>
  api.json(modelsView, { method: "GET", path: ROUTE, repeatable: true, whileFull: true });

/** Until it waits for an operator; interrupted, the service goes on by itself. */
async function watch(api: Api, json: boolean): Promise<void> {
  for (let last = ""; ;) {
    const models = await read(api);
    const { migration } = models;
    if (migration === null) throw new Failure("The embedding migration is gone.");
    const line = lineOf(migration);
    if (line !== last) (json ? console.error : console.log)(line);
    last = line;
    if (RESTS.has(migration.status)) return json ? printJson(models) : undefined;
    await sleep(LOOK_MS);
  }
}

function lineOf({ from, to, status, seen, total, per_second, eta, waiting, report }: Migration): string {
  const overlap = report?.mean_overlap_at_10;
  return [
    `${from} → ${to}: ${status}`,
    ...(RESTS.has(status) ? [] : [`${seen} of about ${total}`]),
    ...(per_second === null || RESTS.has(status) ? [] : [`${per_second}/s`]),
    ...(eta === null ? [] : [`expected end ${eta}`]),
    ...(waiting === null ? [] : [`waits: ${waiting}`]),
    ...(overlap == null ? [] : [`overlap@10 ${overlap.toFixed(2)} of ${report?.queries ?? 0} queries`]),
  ].join(", ");
}
