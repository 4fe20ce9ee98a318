import { authorize, authorizeScope } from "../access/authorize.js";
import { patternOf } from "../access/grants.js";
import type { Scope } from "../access/grants.js";
import type { Context } from "../domain/context.js";
import type { ImportOptions } from "./import-job.js";
import type { ManifestLine } from "./lines.js";
import type { PutOptions } from "./ports.js";
import type { BackupServices } from "./services.js";

export const IMPORT_ACT = "import";

/** What the lines of one part have in common. */
export interface ImportRun {
  readonly services: BackupServices;
  readonly context: Context;
  readonly importId: string;
  readonly options: ImportOptions;
  /** Scopes in which the importer was found to be allowed. */
  readonly allowed: Set<string>;
}

/** What an import writes counts as written by others, at times of the file's: that takes who administers the namespace. */
export function authorizeIn({ memory }: BackupServices, context: Context, namespace: string): Promise<void> {
  const need = { verbs: ["admin", "read", "write"], act: IMPORT_ACT } as const;
  return authorize(memory.audit, context, namespace, need);
}

export async function allowIn(run: ImportRun, namespace: string): Promise<void> {
  if (run.allowed.has(namespace)) return;
  await authorizeIn(run.services, run.context, namespace);
  run.allowed.add(namespace);
}

/** For what belongs to all of a scope. */
export async function allowScope({ services, context, allowed }: ImportRun, scope: Scope): Promise<void> {
  const name = `admin ${patternOf(scope)}`;
  if (allowed.has(name)) return;
  await authorizeScope(services.memory.audit, context, scope, { verb: "admin", act: IMPORT_ACT });
  allowed.add(name);
}

export function putOptionsOf(run: ImportRun, manifest: ManifestLine): PutOptions {
  const { rule, dryRun, restoreErased } = run.options;
  const { embedder } = run.services.memory;
  const model = embedder?.model.id;
  return {
    importId: run.importId,
    rule,
    dryRun,
    restoreErased,
    now: run.context.now(),
    vectorsOf: manifest.model === model ? model : undefined,
    also: embedder?.also !== undefined,
  };
}
