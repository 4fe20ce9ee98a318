import type { ApiKey, StoredKey } from "../../access/keys/key.js";
import type { CreateOutcome, KeyStore } from "../../access/keys/ports.js";
import { normaliseName } from "../../domain/normalise-name.js";
import type { Grant } from "../../domain/grant.js";
import type { RedisGateway } from "../connection/client.js";
import { SYSTEM } from "../keys.js";
import type { Keys } from "../keys.js";
import type { Auditor } from "../audit/auditor.js";
import { createDoor } from "./door.js";
import { argumentsOf } from "../scripts/arguments.js";
import { CODE, meaningOf } from "../scripts/codes.js";

/** API keys in Redis, and their changes in the system's audit trail. */
export function createKeyStore(redis: RedisGateway, auditor: Auditor, keys: Keys): KeyStore {
  const prefixes = [keys.apiKeyPrefix(), keys.madeKeysPrefix(), keys.agentKeysPrefix()];
  return {
    ...createDoor(redis, keys),
    async find(id) {
      const fields = await redis.run((client) => client.hGetAll(keys.apiKey(id)));
      return Object.keys(fields).length === 0 ? undefined : decodeKey({ ...fields, id });
    },
    async create(trail, key, { administers, most }) {
      await redis.run((client) => foldOldKeys(client, keys));
      const [code, made = ""] = await auditor.run(SYSTEM, trail, (client, audit) =>
        client.createKey(
          audit,
          [
            keys.apiKey(key.id),
            keys.apiKeys(),
            keys.apiKeyEverMade(),
            keys.agentKeysBuilt(),
            keys.administrations(),
            keys.openWithoutKeys(),
          ],
          argumentsOf(
            "api-keys/lua/create",
            {
              id: key.id,
              channel: keys.keyNews(),
              keys: keys.apiKeyPrefix(),
              made: keys.madeKeysPrefix(),
              names: keys.agentKeysPrefix(),
              agent: key.agent,
              maker: key.created_by ?? "",
              administered: administers === undefined ? "" : JSON.stringify(administers),
              most: String(most),
              expiry: String(key.expires_at ?? ""),
              folds: keys.agentFoldsPrefix(),
              fold: normaliseName(key.agent),
            },
            encodeKey(key),
          ),
        ),
      );
      return meaningOf<CreateOutcome>("api-keys/lua/create", code, {
        [CODE.DONE]: "created",
        [CODE.SEEN]: { made },
        [CODE.MISSING]: "gone",
        [CODE.TAKEN]: "taken",
        [CODE.TOO_MANY]: "many",
      });
    },
    async page(after, limit) {
      const from = after === undefined ? "-" : `(${after}`;
      const reply = await redis.run((client) =>
        client.pageKeys([keys.apiKeys()], [from, String(limit), keys.apiKeyPrefix()]),
      );
      return Array.from({ length: reply.length / 2 }, (_, index) => ({
        id: reply[index * 2] ?? "",
        grants: decodeGrants(reply[index * 2 + 1]),
      }));
    },
    async load(trail, ids) {
      const found = await auditor.run(SYSTEM, trail, (client, audit) =>
        client.loadKeys(
          audit,
          ids.map((id) => keys.apiKey(id)),
          ids,
        ),
      );
      return found.map((fields) => withoutHash(decodeKey(fields)));
    },
    revoke: async (trail, id, heir) =>
      (await auditor.run(SYSTEM, trail, (client, audit) =>
        client.revokeKey(
          audit,
          [keys.apiKey(id), keys.apiKeys(), keys.gone(SYSTEM)],
          [
            id,
            keys.keyNews(),
            ...prefixes,
            heir === undefined ? "revoke" : "keep",
            heir?.keyId ?? "",
            keys.agentFoldsPrefix(),
          ],
        ),
      )) > 0,
    async touch(id, at) {
      await redis.run((client) => client.touchKey([keys.apiKey(id)], [String(at)]));
    },
  };
}

const FOLDED_AT_ONCE = 500;

/** Once, keys of earlier releases are put on the lists of names that look the same. */
async function foldOldKeys(client: RedisGateway["client"], keys: Keys): Promise<void> {
  if ((await client.exists(keys.agentFoldsBuilt())) === 1) return;
  const ids = await client.zRange(keys.apiKeys(), 0, -1);
  for (let from = 0; from === 0 || from < ids.length; from += FOLDED_AT_ONCE) {
    const some = ids.slice(from, from + FOLDED_AT_ONCE);
    const agents = await Promise.all(some.map((id) => client.hGet(keys.apiKey(id), "agent")));
    const folds = some.flatMap((id, index) => [id, normaliseName(agents[index] ?? "")]);
    const last = from + FOLDED_AT_ONCE >= ids.length ? "1" : "";
    await client.foldKeys(
      [keys.agentFoldsBuilt()],
      [keys.apiKeyPrefix(), keys.agentFoldsPrefix(), last, ...folds],
    );
  }
}

/** Fields and values in turn, without null ones. In `created_by`, keys have always had the maker's agent. */
function encodeKey({
  grants,
  secretHash,
  created_by: maker,
  created_by_agent,
  ...rest
}: StoredKey): string[] {
  const fields = {
    ...rest,
    maker,
    created_by: created_by_agent,
    grants: JSON.stringify(grants),
    secret_sha256: secretHash,
  };
  return Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [name, String(value)]));
}

function decodeKey(fields: Readonly<Record<string, string>>): StoredKey {
  const number = (name: string): number | null => {
    const value = fields[name];
    return value === undefined ? null : Number(value);
  };
  return {
    id: fields["id"] ?? "",
    agent: fields["agent"] ?? "",
    name: fields["name"] ?? null,
    grants: decodeGrants(fields["grants"]),
    human: fields["human"] === "true",
    created_at: number("created_at") ?? 0,
    created_by: fields["maker"] ?? null,
    created_by_agent: fields["created_by"] ?? "",
    expires_at: number("expires_at"),
    last_used_at: number("last_used_at"),
    rate_limit_per_minute: number("rate_limit_per_minute"),
    secretHash: fields["secret_sha256"] ?? "",
  };
}

/** Text that {@link encodeKey} wrote, so its shape is known. */
function decodeGrants(json: string | undefined): Grant[] {
  return JSON.parse(json ?? "[]") as Grant[];
}

function withoutHash(stored: StoredKey): ApiKey {
  const { secretHash: _, ...key } = stored;
  return key;
}
