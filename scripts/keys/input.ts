import type { z } from "@hono/zod-openapi";
import { GRANT_VERBS } from "../../src/domain/grant.js";
import { newKey } from "../../src/http/keys/schemas.js";
import { Failure } from "../shell/failure.js";

/** Options of `keys create`, as they were given. */
export interface CreateOptions {
  readonly agent: string;
  readonly grant?: readonly string[];
  readonly admin?: boolean;
  readonly name?: string;
  readonly human?: boolean;
  readonly expires?: string;
  readonly rateLimit?: string;
}

/** What is to be created. Throws a {@link Failure} that names each option that isn't right. */
export function inputOf(options: CreateOptions): z.output<typeof newKey> {
  const input = newKey.safeParse({
    agent: options.agent,
    name: options.name,
    human: options.human,
    grants: [
      ...(options.admin === true ? [{ namespace: "**", verbs: [...GRANT_VERBS] }] : []),
      ...(options.grant ?? []).map(grantOf),
    ],
    ...expiryOf(options.expires),
    ...(options.rateLimit === undefined ? {} : { rate_limit_per_minute: Number(options.rateLimit) }),
  });
  if (input.success) return input.data;
  const complaints = input.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new Failure(`This key can't be made:\n${complaints.join("\n")}`);
}

/** The whole key will do as well: that is what people have at hand. */
export function idOf(text: string): string {
  const id = /^mn_([^_]+)_/.exec(text)?.[1] ?? text;
  if (/^[0-9A-HJKMNP-TV-Z]{26}$/.test(id)) return id;
  throw new Failure("revoke takes the id of a key: `keys list` shows them.");
}

function grantOf(text: string): { namespace: string; verbs: string[] } {
  const [namespace = "", verbs = ""] = text.split("=");
  return { namespace, verbs: verbs.split(",").filter((verb) => verb !== "") };
}

const SECONDS = { d: 86_400, h: 3600, m: 60 } as const;

function expiryOf(text: string | undefined): { ttl_seconds?: number; expires_at?: string } {
  if (text === undefined) return {};
  const [, count, unit] = /^(\d{1,6})([dhm])$/.exec(text) ?? [];
  if (count === undefined) return { expires_at: text };
  return { ttl_seconds: Number(count) * SECONDS[unit === "d" || unit === "h" ? unit : "m"] };
}
