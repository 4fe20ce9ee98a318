import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import type { z } from "@hono/zod-openapi";
import { RESP_TYPES, createClient } from "redis";
import { inject } from "vitest";
import type { auditPage } from "../../../src/http/audit/schemas.js";
import type { Json, Parameters } from "../acts/memories.js";
import { bodyOf } from "../acts/memories.js";
import type { Service } from "../service/service.js";

export type AuditPage = z.infer<typeof auditPage>;
export type AuditEntry = AuditPage["entries"][number];

export const DENIALS = "~denials";
export const SYSTEM = "~system";

/** An entry as it stands in Redis. */
export interface RawEntry {
  readonly id: string;
  readonly p: string;
  readonly e: string;
}

/** What each control character of a stored entry stands for, as docs/audit.md describes it. */
const PHRASES: Readonly<Record<number, string>> = {
  3: '","',
  4: ',"o":"ok"',
  5: ',"i":["',
  6: '"]}',
  7: '{"a":"',
  8: '","k":"',
  9: '","v":"',
  10: '","r":"',
  11: '","v":"recall","r":"',
  12: '","v":"read","r":"',
  13: '","n":"',
  14: ',"o":"',
};

function unpacked(stored: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at < stored.length; at++) {
    const byte = stored[at] ?? 0;
    if (byte === 15) {
      const [count = 0, same = 0] = stored.subarray(at + 1);
      const rest = stored.subarray(at + 3 + same);
      const ids = Array.from({ length: count }, (_, index) =>
        ulidOf(
          stored.toString("hex", at + 3, at + 3 + same) +
            rest.toString("hex", index * (16 - same), (index + 1) * (16 - same)),
        ),
      );
      parts.push(Buffer.from(`,"i":${JSON.stringify(ids)}}`));
      break;
    }
    parts.push(Buffer.from(PHRASES[byte] ?? (byte < 4 ? [] : [byte])));
    if (byte >= 4) continue;
    const number = stored.subarray(at + 1, at + 17).toString("hex");
    at += 16;
    if (byte === 2) parts.push(Buffer.from(number.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")));
    else parts.push(Buffer.from(ulidOf(number)));
  }
  return Buffer.concat(parts).toString();
}

function ulidOf(hex: string): string {
  const bits = BigInt(`0x${hex}`).toString(2).padStart(130, "0");
  return (bits.match(/.{5}/g) ?? []).map((each) => CROCKFORD[Number.parseInt(each, 2)]).join("");
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The entries of one trail, by its key. */
export async function entriesIn(
  client: { sendCommand(args: string[], options?: object): Promise<unknown> },
  key: string,
): Promise<RawEntry[]> {
  const reply = await client.sendCommand(["XRANGE", key, "-", "+"], {
    typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer },
  });
  return (reply as [Buffer, Buffer[]][]).map(([id, [, p, , e]]) => ({
    id: id.toString(),
    p: p?.length === 20 ? p.toString("hex") : String(p),
    e: unpacked(e ?? Buffer.alloc(0)),
  }));
}

/** The trails of one key prefix, past the service: to look at what it wrote, and to tamper with it. */
export async function openTrails(prefix: string, url = inject("redisUrl")) {
  const client = createClient({ url, RESP: 2 });
  client.on("error", () => {});
  await client.connect();
  const stream = (trail: string): string => `${prefix}:audit:{${trail}}`;
  const head = (trail: string): string => `${prefix}:audit-head:{${trail}}`;

  async function all(trail: string): Promise<RawEntry[]> {
    return entriesIn(client, stream(trail));
  }

  return {
    client,
    stream,
    head,
    all,
    close: () => client.destroy(),
    /** The names of all trails. */
    async names(): Promise<string[]> {
      const names: string[] = [];
      for await (const keys of client.scanIterator({ MATCH: `${prefix}:audit:*`, COUNT: 1000 })) {
        names.push(...keys.map((key) => key.slice(prefix.length + 8, -1)));
      }
      return [...new Set(names)];
    },
    /** Puts these entries in place of a trail's. */
    async replace(trail: string, entries: readonly RawEntry[]): Promise<void> {
      const multi = client.multi().del(stream(trail));
      for (const { id, p, e } of entries) multi.xAdd(stream(trail), id, { p, e });
      await multi.exec();
    },
    setHead: async (trail: string, fields: Readonly<Record<string, string>>): Promise<void> => {
      await client.hSet(head(trail), fields);
    },
    getHead: (trail: string): Promise<Record<string, string>> => client.hGetAll(head(trail)),
  };
}

export type Trails = Awaited<ReturnType<typeof openTrails>>;

/** As docs/audit.md describes it, made anew here. */
export function hashOf({ p, id, e }: RawEntry): string {
  return createHash("sha1").update(`${p}\n${id}\n${e}`).digest("hex");
}

/** A sound chain of entries at these times, as it would have been written then. */
export function chainOf(
  times: readonly number[],
  contents: (index: number) => Json = plainContent,
): RawEntry[] {
  return relink(
    times.map((time, index) => ({ id: `${time}-${index + 1}`, p: "", e: JSON.stringify(contents(index)) })),
  );
}

/** The chain made anew over entries as they are now: what somebody would do who knows how it's made. */
export function relink(entries: readonly RawEntry[]): RawEntry[] {
  let p = "";
  return entries.map(({ id, e }) => {
    const entry = { id, p, e };
    p = hashOf(entry);
    return entry;
  });
}

/** The head that belongs to a chain. */
export function headOf(entries: readonly RawEntry[]): Record<string, string> {
  const last = entries.at(-1);
  if (last === undefined) throw new Error("a chain without an entry");
  const [time = "", number = ""] = last.id.split("-");
  return { number, time, hash: hashOf(last) };
}

export const plainContent = (index: number): Json => ({
  a: "writer",
  v: "read",
  r: `request-${index}`,
  o: "ok",
  i: [`ID${index}`],
});

export function auditPath(parameters: Parameters = {}, route = "/v1/audit"): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const each of Array.isArray(value) ? (value as readonly string[]) : [value]) {
      if (each !== undefined) query.append(name, String(each));
    }
  }
  return `${route}?${query}`;
}

export async function auditPageOf(service: Service, parameters: Parameters = {}): Promise<AuditPage> {
  return bodyOf<AuditPage>(await service.send("GET", auditPath(parameters)), 200);
}

/** Follows the cursor to the end; gives the pages. */
export async function auditWalk(
  service: Service,
  parameters: Parameters,
  betweenPages: () => Promise<void> = async () => {},
): Promise<AuditEntry[][]> {
  const pages: AuditEntry[][] = [];
  let cursor: string | null = null;
  do {
    const page: AuditPage = await auditPageOf(service, {
      ...parameters,
      ...(cursor === null ? {} : { cursor }),
    });
    pages.push(page.entries);
    cursor = page.cursor;
    if (cursor !== null) await betweenPages();
  } while (cursor !== null);
  return pages;
}

export interface ExportLine extends AuditEntry {
  readonly trail: string;
  readonly previous: string;
  readonly raw: string;
  readonly hash: string;
}

export async function auditExport(service: Service, parameters: Parameters = {}): Promise<ExportLine[]> {
  const answer = await service.send("GET", auditPath(parameters, "/v1/audit/export"));
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
  if (answer.text !== "" && !answer.text.endsWith("\n")) throw new Error("the last line isn't whole");
  return answer.text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ExportLine);
}

/** `npx mneme audit verify …`. */
export async function runVerify(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<{ code: unknown; output: string }> {
  const child = spawn(process.execPath, [inject("commandsMain"), "audit", "verify", ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const [code]: unknown[] = await once(child, "close");
  return { code, output };
}
