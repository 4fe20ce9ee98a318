import type { ArchiveSettings } from "../../access/namespaces/settings.js";
import type { ArchivingNamespace } from "../../memory/ports/archive.js";
import type { StoreDeps } from "../deps.js";
import { dueSegments } from "./segments.js";

const PAGE = 200;

/** The names in SETTING_FIELDS. */
const FIELDS = [
  "archive_after_seconds",
  "archive_unread_seconds",
  "archive_max_importance",
  "archive_consolidated_only",
];

export async function* archiving(
  deps: StoreDeps,
  now: number,
): AsyncGenerator<readonly ArchivingNamespace[]> {
  const { redis, keys } = deps;
  for (let from = "-"; ;) {
    const page = await redis.run((client) =>
      client.zRange(keys.archivingNamespaces(), from, "+", { BY: "LEX", LIMIT: { offset: 0, count: PAGE } }),
    );
    yield await Promise.all(
      page.map(async (namespace) => {
        const [values, due] = await Promise.all([
          redis.run((client) => client.hmGet(keys.settings(namespace), FIELDS)),
          dueSegments(deps, namespace, now),
        ]);
        return { namespace, settings: settingsOf(values), due };
      }),
    );
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    from = `(${last}`;
  }
}

function settingsOf([after, unread, importance, consolidated]: readonly (string | null)[]): ArchiveSettings {
  const number = (value: string | null | undefined): number | null => (value == null ? null : Number(value));
  return {
    after_seconds: number(after),
    unread_seconds: number(unread),
    max_importance: number(importance),
    consolidated_only: consolidated == null ? null : consolidated === "true",
  };
}
