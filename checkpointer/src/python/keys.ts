import type { Send } from "../connection.js";

/** Keys asked for at a time. */
const AT_ONCE = 50;
const SCAN_COUNT = "1000";

/** Documents of RedisJSON with this prefix. A key may come twice, as with any SCAN. */
export async function* documentsUnder(send: Send, prefix: string): AsyncGenerator<string[]> {
  const match = `${prefix.replaceAll(/[\\*?[\]^-]/g, String.raw`\$&`)}*`;
  let cursor = "0";
  do {
    const reply = await send("", ["SCAN", cursor, "MATCH", match, "COUNT", SCAN_COUNT, "TYPE", "ReJSON-RL"]);
    const [next, keys] = reply as [Buffer, Buffer[]];
    for (let from = 0; from < keys.length; from += AT_ONCE) {
      yield [...new Set(keys.slice(from, from + AT_ONCE).map(String))];
    }
    cursor = String(next);
  } while (cursor !== "0");
}

/** The text of a document; undefined: it has gone. */
export async function documentAt(send: Send, key: string): Promise<string | undefined> {
  const reply = await send(key, ["JSON.GET", key]);
  return reply === null || reply === undefined ? undefined : String(reply);
}

/** Some members of a document, each undefined where it isn't a text; undefined: it has gone. */
export async function textsAt<Name extends string>(
  send: Send,
  key: string,
  names: readonly Name[],
): Promise<Readonly<Partial<Record<Name, string>>> | undefined> {
  const reply = await send(key, ["JSON.GET", key, ...names.map((name) => `$.${name}`)]);
  if (reply === null || reply === undefined) return undefined;
  const found = JSON.parse(String(reply)) as Record<string, readonly unknown[]>;
  const texts = names.map((name) => [name, found[`$.${name}`]?.[0]] as const);
  return Object.fromEntries(texts.filter(([, text]) => typeof text === "string")) as Partial<
    Record<Name, string>
  >;
}
