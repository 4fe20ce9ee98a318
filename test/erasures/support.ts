import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { z } from "@hono/zod-openapi";
import { createClient, RESP_TYPES } from "redis";
import type { erasureView } from "../../src/http/erasures/schemas.js";
import type { Json } from "../support/acts/memories.js";
import { bodyOf } from "../support/acts/memories.js";
import type { Service } from "../support/service/service.js";
import { until } from "../support/service/service.js";

export type Erasure = z.infer<typeof erasureView>;

export async function readErasure(service: Pick<Service, "send">, id: string): Promise<Erasure> {
  return bodyOf<Erasure>(await service.send("GET", `/v1/erasures/${id}`), 200);
}

/** Erases, and waits for the end. */
export async function erased(service: Pick<Service, "send">, request: Json): Promise<Erasure> {
  // A store whose index is filling, or that is being upgraded, says to try again.
  const answer = await until(
    () => service.send("POST", "/v1/erasures", request),
    ({ status }) => status !== 503,
  );
  const { id } = bodyOf<Erasure>(answer, 202);
  return until(
    () => readErasure(service, id),
    ({ status }) => status === "complete",
  );
}

/** Keys of a Redis with this text in their name or anywhere in their value, by their kind: the name's second part. */
export async function kindsHolding(url: string, text: string): Promise<string[]> {
  const client = createClient({ url, RESP: 2 });
  await client.connect();
  try {
    const kinds = new Set<string>();
    const binary = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
    for await (const names of client.scanIterator({ COUNT: 1000 })) {
      for (const name of names) {
        const dump: unknown = await binary.sendCommand(["DUMP", name]);
        if (name.includes(text) || (Buffer.isBuffer(dump) && dump.includes(text))) {
          kinds.add(name.split(":")[1] ?? name);
        }
      }
    }
    return [...kinds].toSorted();
  } finally {
    client.destroy();
  }
}

/** Files below a folder that hold this text. */
export function filesHolding(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .filter((name) => readFileSync(join(folder, name)).includes(text));
}
