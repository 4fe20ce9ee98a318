import { DomainError } from "../domain/errors.js";
import type { Context } from "../domain/context.js";
import { trailOf } from "../access/trail.js";
import type { ApiKey } from "../access/keys/key.js";
import type { ImportOptions } from "./import-job.js";
import type { KeyLine } from "./lines.js";
import type { Outcome } from "./ports.js";
import type { BackupServices } from "./services.js";

/**
 * Stores a key as it was, so that its secret opens the store again. What its importer couldn't create isn't taken from a
 * file either. A key that is here stays as it is, and a revoked one doesn't come back.
 */
export async function importKey(
  { keys, target }: BackupServices,
  context: Context,
  { key: { secret_sha256: secretHash, ...key } }: KeyLine,
  { rule, dryRun, restoreErased }: ImportOptions,
): Promise<Outcome> {
  const { keyId, human } = context.actor;
  const importer = keyId === null ? undefined : await keys.find(keyId);
  // The first key ends the use without keys, and so this import.
  if (importer === undefined) throw refused("Import API keys with an API key: create one first.");
  const known = await keys.find(key.id);
  if (known !== undefined) {
    if (known.secretHash === secretHash) return "unchanged";
    return rule === "fail" ? "conflict" : "skipped";
  }
  if (key.expires_at !== null && key.expires_at <= context.now()) return "expired";
  if (!restoreErased && (await target.wasRevoked(key.id))) return "erased";
  if (key.human && !human) throw refused("Only a human's key can import a human's key.");
  if (exceeds(key, importer)) {
    throw refused("The importing key expires earlier, or has a lower rate limit, than a key of the file.");
  }
  if (dryRun) return "created";
  const trail = trailOf(context, "key.create", { ids: [key.id] });
  const bounds = { administers: undefined, most: Number.MAX_SAFE_INTEGER };
  const outcome = await keys.create(trail, { ...key, secretHash }, bounds);
  // Its maker was revoked, and it was kept.
  if (outcome === "gone") await keys.create(trail, { ...key, secretHash, created_by: null }, bounds);
  return "created";
}

function exceeds(key: ApiKey, importer: ApiKey): boolean {
  const later =
    importer.expires_at !== null && (key.expires_at === null || key.expires_at > importer.expires_at);
  const most = importer.rate_limit_per_minute;
  return later || (most !== null && (key.rate_limit_per_minute === null || key.rate_limit_per_minute > most));
}

const refused = (message: string): DomainError => new DomainError("forbidden", message);
