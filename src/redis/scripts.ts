import { readFileSync } from "node:fs";
import type { CommandParser, RedisArgument } from "redis";
import { defineScript } from "redis";

/** Binds a file of `lua/`: the one place where its keys, arguments and reply get TypeScript types. */
function script<Reply>(name: string, decode: (reply: unknown) => Reply) {
  return defineScript({
    SCRIPT: readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), "utf8"),
    parseCommand(parser: CommandParser, keys: readonly RedisArgument[], args: readonly RedisArgument[]) {
      parser.push(String(keys.length));
      for (const key of keys) parser.pushKey(key);
      for (const arg of args) parser.push(arg);
    },
    transformReply: decode,
  });
}

const integer = (reply: unknown): number => Number(reply);
const text = (reply: unknown): string | undefined => (typeof reply === "string" ? reply : undefined);
const codeAndText = (reply: unknown): { code: number; text: string } => {
  const [code, rest] = Array.isArray(reply) ? reply : [reply];
  return { code: Number(code), text: String(rest ?? "") };
};

export const scripts = {
  insertMemory: script("insert", text),
  reviseMemory: script("revise", codeAndText),
  removeMemory: script("remove", integer),
  attachVectors: script("attach", integer),
  detachContext: script("detach", integer),
  renewLock: script("renew-lock", integer),
  releaseLock: script("release-lock", integer),
};

/** Called on each new connection: else the first batch after a start would send the whole script with every item. */
export async function loadScripts(client: { scriptLoad(script: string): Promise<unknown> }): Promise<void> {
  await Promise.all(Object.values(scripts).map(({ SCRIPT }) => client.scriptLoad(SCRIPT)));
}
