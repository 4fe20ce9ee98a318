import type { KeyCache } from "../access/keys/ports.js";
import type { Config } from "../config.js";
import { isLoopback } from "../config.js";

const FIRST_KEY = "`npx mneme keys create --admin --agent NAME`";

/** Whether anyone may use the service while there is no key: without being allowed by name, only on this machine. */
export function mayBeOpen({ host, allowAnonymous }: Config): boolean {
  return allowAnonymous || isLoopback(host);
}

export interface Access {
  /** Who may use the service, in words for a person. */
  readonly summary: string;
  /** What an operator should know; undefined where keys are needed, as they should be. */
  readonly warning: string | undefined;
}

export function describeAccess(config: Config, known: ReturnType<KeyCache["known"]>): Access {
  if (known === "keys") return { summary: "with an API key", warning: undefined };
  if (known === "anyone") {
    return {
      summary: `anyone, without a key, ${config.allowAnonymous ? "from anywhere" : "from this machine"}`,
      warning: `there is no API key: ${config.allowAnonymous ? "anyone who can reach the service" : "every user and program of this machine"} may read and write everything; ${FIRST_KEY} turns on authentication`,
    };
  }
  const reason = mayBeOpen(config)
    ? `This Redis holds data, and nothing in it says whether API keys protect it. Create a key with ${FIRST_KEY}; or, if the data was always used without keys, run \`npx mneme keys open\` once.`
    : `HOST: Without API keys mneme serves only this machine (127.0.0.1, ::1, localhost). Create a key with ${FIRST_KEY}, or set MNEME_ALLOW_ANONYMOUS=1 if anyone who can reach this address may read and write everything.`;
  return {
    summary: "no one, until there is an API key",
    warning: `Every request is refused. ${reason}`,
  };
}
