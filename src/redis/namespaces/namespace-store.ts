import type { NamespaceStore } from "../../access/namespaces/ports.js";
import type { Settings, VersionedSettings } from "../../access/namespaces/settings.js";
import { NO_SETTINGS } from "../../access/namespaces/settings.js";
import { PII_KINDS } from "../../pii/kinds.js";
import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";
import { predicateSetting } from "../keys.js";
import type { Auditor } from "../audit/auditor.js";
import { CODE, meaningOf } from "../scripts/codes.js";
import type { Meter, Quota } from "./usage.js";

/** Settings and usage of namespaces in Redis. `quota`: where no operator sets one. */
export function createNamespaceStore(
  redis: RedisGateway,
  auditor: Auditor,
  meter: Meter,
  keys: Keys,
  quota: Quota,
): NamespaceStore {
  return {
    async getSettings(trail, namespace) {
      const fields = await auditor.run(namespace, trail, (client, audit) =>
        client.getSettings(audit, [keys.settings(namespace)], []),
      );
      return versioned(fields);
    },
    peekSettings: async (namespace) =>
      versioned(await redis.run((client) => client.hGetAll(keys.settings(namespace)))),
    async putSettings(trail, namespace, settings, { expectedVersion, next, operator }) {
      const [code, version] = await auditor.run(namespace, trail, async (client, audit) => {
        // Another slot, so ahead of the settings: one that is listed in vain does no harm.
        if (settings.archive.after_seconds !== null)
          await client.zAdd(keys.archivingNamespaces(), { value: namespace, score: 0 });
        if (treatsPii(settings)) await client.zAdd(keys.piiNamespaces(), { value: namespace, score: 0 });
        return client.putSettings(
          audit,
          [keys.settings(namespace), keys.consolidationHead(namespace), keys.consolidationDue(namespace)],
          [
            expectedVersion === undefined ? "" : String(expectedVersion),
            String(next ?? ""),
            namespace,
            operator ? "1" : "0",
            String(quota.memories ?? ""),
            String(quota.bytes ?? ""),
            ...encodeSettings(settings),
          ],
        );
      });
      return meaningOf<number | "conflict" | "beyond_quota">("namespaces/lua/put-settings", code, {
        [CODE.DONE]: Number(version),
        [CODE.CONFLICT]: "conflict",
        [CODE.QUOTA]: "beyond_quota",
      });
    },
    async getUsage(trail, namespace) {
      const [
        memories = 0,
        bytes = 0,
        mostMemories = null,
        mostBytes = null,
        session_bytes = 0,
        state_bytes = 0,
      ] = await auditor.run(namespace, trail, (client, audit) =>
        client.getUsage(audit, meter(namespace), [], []),
      );
      return {
        memories,
        bytes,
        session_bytes,
        state_bytes,
        quota: { memories: mostMemories, bytes: mostBytes },
      };
    },
  };
}

const versioned = (fields: Readonly<Record<string, string>>): VersionedSettings => ({
  settings: decodeSettings(fields),
  version: Number(fields["version"] ?? 0),
});

const treatsPii = ({ pii }: Settings): boolean =>
  PII_KINDS.some((kind) => pii[kind] !== null && pii[kind] !== "allow");

/** Fields and values in turn, under the names of SETTING_FIELDS; unset ones are missing. */
function encodeSettings({ predicates, consolidation, ...settings }: Settings): string[] {
  const fields = Object.entries(settings).flatMap(([group, values]: [string, ValueGroup]) =>
    Object.entries(values).flatMap(([name, value]) =>
      value === null ? [] : [`${group}_${name}`, String(value)],
    ),
  );
  return [
    ...fields,
    ...(consolidation === null ? [] : ["consolidation", JSON.stringify(consolidation)]),
    ...Object.entries(predicates).flatMap(([name, value]) => [predicateSetting(name), value]),
  ];
}

/** A setting is a number, a truth value or a word. */
function decodeValue(value: string): number | boolean | string {
  if (value === "true" || value === "false") return value === "true";
  const number = Number(value);
  return Number.isNaN(number) ? value : number;
}
type ValueGroups = Omit<Settings, "predicates" | "consolidation">;
type ValueGroup = ValueGroups[keyof ValueGroups];

/** Group by group and name by name as NO_SETTINGS has them, so the shape is that of all settings. */
function decodeSettings(fields: Readonly<Record<string, string>>): Settings {
  const { predicates: _, consolidation: __, ...others } = NO_SETTINGS;
  const groups = Object.entries(others).map(([group, values]: [string, ValueGroup]) => [
    group,
    Object.fromEntries(
      Object.keys(values).map((name) => {
        const value = fields[`${group}_${name}`];
        return [name, value === undefined ? null : decodeValue(value)];
      }),
    ),
  ]);
  const start = predicateSetting("");
  const predicates = Object.entries(fields)
    .filter(([name]) => name.startsWith(start))
    .map(([name, value]) => [name.slice(start.length), value] as const);
  const { consolidation } = fields;
  return Object.fromEntries([
    ...groups,
    ["consolidation", consolidation === undefined ? null : (JSON.parse(consolidation) as unknown)],
    ["predicates", Object.fromEntries(predicates)],
  ]) as Settings;
}
