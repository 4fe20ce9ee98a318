import { createKey } from "../../src/access/keys/create-key.js";
import { openWithoutKeys } from "../../src/access/keys/open-without-keys.js";
import type { ApiKey } from "../../src/access/keys/key.js";
import { listKeys } from "../../src/access/keys/list-keys.js";
import { revokeKey } from "../../src/access/keys/revoke-key.js";
import type { KeyServices } from "../../src/access/keys/services.js";
import type { Context } from "../../src/domain/context.js";
import { DomainError } from "../../src/domain/errors.js";
import { loadEnv } from "../shell/env.js";
import { Failure, reportFailure } from "../shell/failure.js";
import type { Command } from "./options.js";
import { parseCommand } from "./options.js";
import { withKeys } from "./open.js";

/** API keys from the shell: the first one, and any other without a running service. Only a new key goes to stdout. */
async function run(command: Command, services: KeyServices, context: Context): Promise<void> {
  switch (command.kind) {
    case "create": {
      const { key, token } = await createKey(services, context, command.input);
      console.error(
        `${describe(key)}\nThis is the only time that the key is shown. From now on every request needs one.`,
      );
      console.log(token);
      return;
    }
    case "list":
      return list(services, context);
    case "revoke":
      await revokeKey(services, context, command.id);
      console.error(`The key ${command.id} is revoked.`);
      return;
    case "open":
      await openWithoutKeys(services, context);
      console.error("This data is used without API keys from now on. The first key closes it.");
  }
}

async function list(services: KeyServices, context: Context): Promise<void> {
  let cursor: string | undefined;
  let count = 0;
  do {
    const page = await listKeys(services, context, { limit: 200, cursor });
    for (const key of page.keys) console.log(describe(key));
    count += page.keys.length;
    ({ cursor } = page);
  } while (cursor !== undefined);
  console.error(`${count} ${count === 1 ? "key" : "keys"}.`);
}

function describe({ id, agent, name, grants, expires_at, last_used_at }: ApiKey): string {
  const time = (at: number | null): string => (at === null ? "never" : new Date(at).toISOString());
  const may = grants.map(({ namespace, verbs }) => `${namespace}=${verbs.join(",")}`).join(" ");
  const title = name === null ? "" : ` (${name})`;
  return `${id}  ${agent}${title}  ${may}  expires: ${time(expires_at)}  last used: ${time(last_used_at)}`;
}

async function main(): Promise<void> {
  const command = parseCommand(process.argv.slice(2));
  await withKeys(loadEnv(), (services, context) => run(command, services, context)).catch(
    (error: unknown) => {
      throw error instanceof DomainError ? new Failure(error.message, { cause: error }) : error;
    },
  );
}

await main().catch(reportFailure);
process.exit();
