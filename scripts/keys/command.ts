import { Argument, Command } from "commander";
import { createKey } from "../../src/access/keys/create-key.js";
import { openWithoutKeys } from "../../src/access/keys/open-without-keys.js";
import type { ApiKey } from "../../src/access/keys/key.js";
import { listKeys } from "../../src/access/keys/list-keys.js";
import { revokeKey } from "../../src/access/keys/revoke-key.js";
import type { KeyServices } from "../../src/access/keys/services.js";
import type { Context } from "../../src/domain/context.js";
import { DomainError } from "../../src/domain/errors.js";
import { GRANT_VERBS } from "../../src/domain/grant.js";
import { viewKey } from "../../src/http/keys/schemas.js";
import { collect, jsonOption, printJson } from "../cli/options.js";
import { loadEnv } from "../shell/env.js";
import { Failure } from "../shell/failure.js";
import { idOf, inputOf } from "./input.js";
import type { CreateOptions } from "./input.js";
import { withKeys } from "./open.js";

interface JsonOption {
  readonly json?: boolean;
}

/** API keys from the shell: the first one, and any other without a running service. */
export function keysCommand(): Command {
  return new Command("keys")
    .description("Creates, lists and revokes API keys, on the Redis that `mneme start` uses.")
    .addCommand(
      new Command("create")
        .description("Creates a key. Only the key itself goes to standard output.")
        .requiredOption("--agent <name>", "becomes source_agent of what is written with the key")
        .option(
          "--grant <pattern=verbs>",
          `such as 'acme.agents.support=read,write' or 'acme.shared.**=read'; repeatable; verbs: ${GRANT_VERBS.join(", ")}`,
          collect,
        )
        .option("--admin", "everything, everywhere")
        .option("--name <text>", "for people")
        .option("--human", "the key is a person's: its feedback may be given as a human's")
        .option("--expires <when>", "90d, 12h, 30m, or a time such as 2030-01-31T09:30:00Z")
        .option("--rate-limit <number>", "requests per minute")
        .addOption(jsonOption())
        .action(async (options: CreateOptions & JsonOption) => {
          const input = inputOf(options);
          await work(async (services, context) => {
            const { key, token } = await createKey(services, context, input);
            if (options.json === true) return printJson({ ...viewKey(key), key: token });
            console.error(
              `${describe(key)}\nThis is the only time that the key is shown. From now on every request needs one.`,
            );
            console.log(token);
          });
        }),
    )
    .addCommand(
      new Command("list")
        .description("Lists keys, without their secrets.")
        .addOption(jsonOption())
        .action(async ({ json }: JsonOption) => work((services, context) => list(services, context, json))),
    )
    .addCommand(
      new Command("revoke")
        .description("Revokes a key.")
        .addArgument(new Argument("<id>", "id of the key; the key itself does too"))
        .action(async (text: string) => {
          const id = idOf(text);
          await work(async (services, context) => {
            await revokeKey(services, context, id);
            console.error(`The key ${id} is revoked.`);
          });
        }),
    )
    .addCommand(
      new Command("open")
        .description("Lets data be used without keys that was always used without.")
        .action(async () =>
          work(async (services, context) => {
            await openWithoutKeys(services, context);
            console.error("This data is used without API keys from now on. The first key closes it.");
          }),
        ),
    );
}

async function work(act: (services: KeyServices, context: Context) => Promise<void>): Promise<void> {
  await withKeys(loadEnv(), act).catch((error: unknown) => {
    throw error instanceof DomainError ? new Failure(error.message, { cause: error }) : error;
  });
}

async function list(services: KeyServices, context: Context, json = false): Promise<void> {
  const keys: ApiKey[] = [];
  let cursor: string | undefined;
  do {
    const page = await listKeys(services, context, { limit: 200, cursor });
    keys.push(...page.keys);
    ({ cursor } = page);
  } while (cursor !== undefined);
  if (json) return printJson(keys.map(viewKey));
  for (const key of keys) console.log(describe(key));
  console.error(`${keys.length} ${keys.length === 1 ? "key" : "keys"}.`);
}

function describe({ id, agent, name, grants, expires_at, last_used_at }: ApiKey): string {
  const time = (at: number | null): string => (at === null ? "never" : new Date(at).toISOString());
  const may = grants.map(({ namespace, verbs }) => `${namespace}=${verbs.join(",")}`).join(" ");
  const title = name === null ? "" : ` (${name})`;
  return `${id}  ${agent}${title}  ${may}  expires: ${time(expires_at)}  last used: ${time(last_used_at)}`;
}
