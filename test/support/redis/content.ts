import { createClient } from "redis";
import { onTestFinished } from "vitest";

/** Every key under a prefix with all that it holds, as text: name and content in turn. */
export async function contentOf(url: string, prefix: string): Promise<string[]> {
  const client = createClient({ url, RESP: 2 });
  await client.connect();
  onTestFinished(() => client.destroy());
  return contentIn(client, prefix);
}

interface TextClient {
  scanIterator(options: { MATCH: string; COUNT: number }): AsyncIterable<readonly string[]>;
  type(key: string): Promise<string>;
  sendCommand(command: string[]): Promise<unknown>;
}

/** The same, over a connection that is there. */
export async function contentIn(client: TextClient, prefix: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const names of client.scanIterator({ MATCH: `${prefix}:*`, COUNT: 1000 })) {
    for (const name of names) {
      const type = await client.type(name);
      // It has ended since it was named: a lock, say.
      if (type === "none") continue;
      const command = READERS[type];
      if (command === undefined) throw new Error(`${name} is a ${type}`);
      texts.push(name, JSON.stringify(await client.sendCommand(command(name))));
    }
  }
  return texts;
}

const READERS: Readonly<Record<string, (name: string) => string[]>> = {
  string: (name) => ["GET", name],
  hash: (name) => ["HGETALL", name],
  zset: (name) => ["ZRANGE", name, "0", "-1", "WITHSCORES"],
  set: (name) => ["SMEMBERS", name],
  list: (name) => ["LRANGE", name, "0", "-1"],
  stream: (name) => ["XRANGE", name, "-", "+"],
  "ReJSON-RL": (name) => ["JSON.GET", name],
};
