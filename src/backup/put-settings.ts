import { isOperator } from "../access/keys/key.js";
import { trailOf } from "../access/trail.js";
import { DomainError } from "../domain/errors.js";
import type { ImportRun } from "./import-run.js";
import type { SettingsLine } from "./lines.js";
import type { Outcome } from "./ports.js";

export async function putSettings(run: ImportRun, { namespace, settings }: SettingsLine): Promise<Outcome> {
  const { namespaces } = run.services;
  const { rule, dryRun } = run.options;
  const current = await namespaces.store.getSettings(trailOf(run.context, "settings.get"), namespace);
  if (JSON.stringify(current.settings) === JSON.stringify(settings)) return "unchanged";
  if (current.version > 0 && rule !== "overwrite") return rule === "fail" ? "conflict" : "skipped";
  const outcome = current.version > 0 ? "replaced" : "created";
  if (dryRun) return outcome;
  const { consolidation } = settings;
  const written = await namespaces.store.putSettings(
    trailOf(run.context, "settings.put"),
    namespace,
    settings,
    {
      expectedVersion: undefined,
      next: consolidation === null ? undefined : namespaces.nextTime(consolidation, run.context.now()),
      operator: isOperator(run.context.actor.grants),
    },
  );
  namespaces.changed(namespace);
  if (written === "beyond_quota") {
    throw new DomainError(
      "forbidden",
      "A quota must not exceed the one that an operator set. Only an operator (admin on **) may raise it.",
    );
  }
  return outcome;
}
