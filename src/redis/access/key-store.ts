import type { ApiKey, StoredKey } from "../../access/keys/key.js";
import type { KeyStore } from "../../access/keys/ports.js";
import type { Grant } from "../../access/grants.js";
import type { RedisGateway } from "../client.js";
import type { Keys } from "../keys.js";
import { SYSTEM } from "../keys.js";
import type { Auditor } from "./auditor.js";

/** API keys in Redis, and their changes in the system's audit trail. */
export function createKeyStore(redis: RedisGateway, auditor: Auditor, keys: Keys): KeyStore {
  return {
    everMade: async () => (await redis.run((client) => client.exists(keys.apiKeyEverMade()))) === 1,
    async find(id) {
      const fields = await redis.run((client) => client.hGetAll(keys.apiKey(id)));
      return Object.keys(fields).length === 0 ? undefined : decodeKey({ ...fields, id });
    },
    async create(trail, key) {
      const keyArgs = [keys.apiKey(key.id), keys.apiKeys(), keys.apiKeyEverMade()];
      await auditor.run(SYSTEM, trail, (client, audit) =>
        client.createKey(audit, keyArgs, [key.id, keys.keyNews(), ...encodeKey(key)]),
      );
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
    revoke: async (trail, id) =>
      (await auditor.run(SYSTEM, trail, (client, audit) =>
        client.revokeKey(audit, [keys.apiKey(id), keys.apiKeys()], [id, keys.keyNews()]),
      )) === 1,
    async touch(id, at) {
      await redis.run((client) => client.touchKey([keys.apiKey(id)], [String(at)]));
    },
  };
}

/** Fields and values in turn; what is null is left out. */
function encodeKey({ grants, secretHash, ...rest }: StoredKey): string[] {
  const fields = { ...rest, grants: JSON.stringify(grants), secret_sha256: secretHash };
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
    created_by: fields["created_by"] ?? "",
    expires_at: number("expires_at"),
    last_used_at: number("last_used_at"),
    rate_limit_per_minute: number("rate_limit_per_minute"),
    secretHash: fields["secret_sha256"] ?? "",
  };
}

/** What we read here was written by {@link encodeKey}, so its shape is known. */
function decodeGrants(json: string | undefined): Grant[] {
  return JSON.parse(json ?? "[]") as Grant[];
}

function withoutHash(stored: StoredKey): ApiKey {
  const { secretHash: _, ...key } = stored;
  return key;
}
