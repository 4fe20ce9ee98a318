import type { Config } from "../config.js";
import { ConfigError, isLoopback } from "../config.js";

export const FIRST_KEY = "`npm run keys -- create --admin --agent NAME`";

/** Without keys, only this machine is served, unless told otherwise by name. Throws a {@link ConfigError}. */
export function refuseOpenHost({ host, allowAnonymous }: Config, keyRequired: boolean): void {
  if (keyRequired || allowAnonymous || isLoopback(host)) return;
  throw new ConfigError(
    `HOST: Without API keys mneme serves only this machine (127.0.0.1, ::1, localhost). Make a key with ${FIRST_KEY}, or set MNEME_ALLOW_ANONYMOUS=1 if anyone who can reach this address may read and write everything.`,
  );
}
