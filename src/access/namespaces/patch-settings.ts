import type { Context } from "../../domain/context.js";
import type { JsonValue } from "../../domain/json.js";
import { mergePatch } from "../../domain/json.js";
import { authorize } from "../authorize.js";
import { isOperator } from "../keys/key.js";
import { trailOf } from "../trail.js";
import type { NamespaceServices } from "./ports.js";
import type { Settings, VersionedSettings } from "./settings.js";
import { checkArchive, settingsConflict, writeSettings } from "./write-settings.js";

export interface PatchSettingsInput {
  /** A JSON merge patch (RFC 7396): null unsets. */
  readonly patch: JsonValue;
  /** Reads what a patch has made of settings; throws where their fields don't fit together. */
  readonly parse: (merged: JsonValue) => Settings;
  readonly expectedVersion: number | undefined;
}

/** Other writers of the same settings that a patch gives way to before it is a conflict. */
const ATTEMPTS = 32;

/** Changes some settings of a namespace, and leaves the others as they are at that moment. See {@link putSettings}. */
export async function patchSettings(
  services: NamespaceServices,
  context: Context,
  namespace: string,
  { patch, parse, expectedVersion }: PatchSettingsInput,
): Promise<VersionedSettings> {
  await authorize(services.audit, context, namespace, { verb: "admin", act: "settings.patch" });
  const trail = trailOf(context, "settings.patch");
  // An operator who changes something else doesn't take over the quota that the namespace has set itself.
  const operator = isOperator(context.actor.grants) && setsQuota(patch);
  for (let attempt = 1; ; attempt++) {
    const current = await services.store.peekSettings(namespace);
    const settings = parse(mergePatch(asJson(current.settings), patch));
    if (settings.archive.after_seconds !== current.settings.archive.after_seconds)
      checkArchive(services, settings);
    const options = { expectedVersion: expectedVersion ?? current.version, operator };
    const version = await writeSettings(services, context, trail, namespace, settings, options);
    if (version !== "conflict") return { settings, version };
    if (expectedVersion !== undefined || attempt === ATTEMPTS) throw settingsConflict();
  }
}

const setsQuota = (patch: JsonValue): boolean =>
  typeof patch === "object" && patch !== null && "quota" in patch;

/** Settings are data: numbers, words, truth values and null, in objects. */
const asJson = (settings: Settings): JsonValue => structuredClone(settings) as unknown as JsonValue;
