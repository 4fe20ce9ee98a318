import { isOperator } from "../access/keys/key.js";
import { trailOf } from "../access/trail.js";
import { DomainError } from "../domain/errors.js";
import type { ImportRun } from "./import-run.js";
import type { SettingsLine } from "./lines.js";
import type { Outcome } from "./ports.js";

/** Others may set them too. */
const ATTEMPTS = 3;

export async function putSettings(run: ImportRun, { namespace, settings }: SettingsLine): Promise<Outcome> {
  const { namespaces } = run.services;
  const { rule, dryRun } = run.options;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const current = await namespaces.store.getSettings(trailOf(run.context, "settings.get"), namespace);
    if (JSON.stringify(current.settings) === JSON.stringify(settings)) return "unchanged";
    if (current.version > 0 && rule !== "overwrite") return rule === "fail" ? "conflict" : "skipped";
    const outcome = current.version > 0 ? "replaced" : "created";
    if (dryRun) return outcome;
    if (await written(run, { namespace, settings }, current.version)) return outcome;
  }
  return "conflict";
}

/** False: they were changed since they had this version. */
async function written(
  { services: { namespaces }, context }: ImportRun,
  { namespace, settings }: Omit<SettingsLine, "kind">,
  expectedVersion: number,
): Promise<boolean> {
  const { consolidation } = settings;
  const outcome = await namespaces.store.putSettings(trailOf(context, "settings.put"), namespace, settings, {
    expectedVersion,
    next: consolidation === null ? undefined : namespaces.nextTime(consolidation, context.now()),
    operator: isOperator(context.actor.grants),
  });
  if (outcome === "conflict") return false;
  namespaces.changed(namespace);
  if (outcome === "beyond_quota") {
    throw new DomainError(
      "forbidden",
      "A quota must not exceed the one that an operator set. Only an operator (admin on **) may raise it.",
    );
  }
  return true;
}
