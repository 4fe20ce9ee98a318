import { parseArgs } from "node:util";
import type { z } from "@hono/zod-openapi";
import { GRANT_VERBS } from "../../src/domain/grant.js";
import { newKey } from "../../src/http/keys/schemas.js";
import { Failure, messageOf } from "../shell/failure.js";

export type Command =
  | { readonly kind: "create"; readonly input: z.output<typeof newKey> }
  | { readonly kind: "list" }
  | { readonly kind: "revoke"; readonly id: string }
  | { readonly kind: "open" };

const USAGE = `usage: npm run keys -- create --agent NAME [--admin] [--grant PATTERN=VERBS ...] [options]
       npm run keys -- list
       npm run keys -- revoke ID
       npm run keys -- open    lets data be used without keys that was always used without

  --agent NAME           becomes source_agent of what is written with the key
  --grant PATTERN=VERBS  such as 'acme.agents.support=read,write' or 'acme.shared.**=read'; verbs: ${GRANT_VERBS.join(", ")}
  --admin                everything, everywhere
  --name TEXT            for people
  --human                the key is a person's: its feedback may be given as a human's
  --expires WHEN         90d, 12h, 30m, or a time such as 2030-01-31T09:30:00Z
  --rate-limit N         requests a minute`;

export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  const [kind, id, ...rest] = positionals;
  if (values.help === true || rest.length > 0) throw new Failure(USAGE);
  if ((kind === "list" || kind === "open") && id === undefined) return { kind };
  if (kind === "revoke" && id !== undefined) return { kind, id: idOf(id) };
  if (kind !== "create" || id !== undefined) throw new Failure(USAGE);
  const input = newKey.safeParse({
    agent: values.agent,
    name: values.name,
    human: values.human,
    grants: [
      ...(values.admin === true ? [{ namespace: "**", verbs: [...GRANT_VERBS] }] : []),
      ...(values.grant ?? []).map(grantOf),
    ],
    ...expiryOf(values.expires),
    ...(values["rate-limit"] === undefined ? {} : { rate_limit_per_minute: Number(values["rate-limit"]) }),
  });
  if (input.success) return { kind, input: input.data };
  const complaints = input.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new Failure(`This key can't be made:\n${complaints.join("\n")}\n\n${USAGE}`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        agent: { type: "string" },
        name: { type: "string" },
        human: { type: "boolean" },
        grant: { type: "string", multiple: true },
        admin: { type: "boolean" },
        expires: { type: "string" },
        "rate-limit": { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new Failure(`${messageOf(error)}\n\n${USAGE}`);
  }
}

/** The whole key will do as well: that is what people have at hand. */
function idOf(text: string): string {
  const id = /^mn_([^_]+)_/.exec(text)?.[1] ?? text;
  if (/^[0-9A-HJKMNP-TV-Z]{26}$/.test(id)) return id;
  throw new Failure("revoke takes the id of a key: `npm run keys -- list` shows them.");
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
