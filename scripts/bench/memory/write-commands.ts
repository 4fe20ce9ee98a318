import { randomBytes } from "node:crypto";
import { ulid } from "ulid";
import { startCapture } from "../redis/capture.js";
import type { Captured } from "../redis/capture.js";
import type { SeenCommand } from "../redis/monitor-line.js";
import { roundTrips } from "../redis/replay.js";
import type { RoundTrips } from "../redis/replay.js";
import { batchRequest, drawRecords, noteWritten } from "./requests.js";
import type { Bench } from "./setup.js";

export interface WriteCommands {
  /** The record, its vector and its content hash: no check for a duplicate, no sequence number, no expiry. */
  readonly storing: RoundTrips;
  /** All that the service sends, its script above all. */
  readonly sending: RoundTrips;
}

/** The commands of one batch, as captured, and how to make them again for records that don't exist yet. */
export interface WriteTemplate {
  fresh(): WriteCommands;
}

/** Writes a batch through the service and keeps what it made of it. */
export async function captureWrite(bench: Bench, size: number, count: number): Promise<WriteTemplate[]> {
  const capture = await startCapture(bench.server.url, bench.redis);
  const templates: WriteTemplate[] = [];
  for (let index = 0; index < count; index++) {
    const request = batchRequest(bench, drawRecords(bench, size));
    let ids: string[] = [];
    const captured = await capture.during(async () => {
      ids = noteWritten(bench, await bench.http.send(request));
    });
    templates.push(templateOf(bench, captured, ids));
  }
  capture.stop();
  return templates;
}

const STORING = new Set(["JSON.SET", "HSET", "SET"]);

function templateOf({ keys, namespace }: Bench, { sent, scripted }: Captured, ids: string[]): WriteTemplate {
  const hashPrefix = keys.contentHashPrefix(namespace);
  const isOwn = (key: string): boolean => key.startsWith(hashPrefix) || ids.some((id) => key.includes(id));
  // Only the record, its vector and its content hash, which are under names of their own: what the script writes
  // besides, such as the head of the audit trail and counters, goes on from a state that a replay would turn back.
  const stored = scripted.filter(
    ({ args }) => STORING.has(args[0]?.toString().toUpperCase() ?? "") && isOwn(args[1]?.toString() ?? ""),
  );
  const hashes = stored.flatMap(({ args }) => {
    const key = args[1]?.toString() ?? "";
    return key.startsWith(hashPrefix) ? [key.slice(hashPrefix.length)] : [];
  });
  return {
    fresh() {
      const names = new Map([
        ...ids.map((id) => [id, ulid()] as const),
        ...hashes.map((hash) => [hash, sameLength(hash)] as const),
      ]);
      const pattern = new RegExp([...names.keys()].join("|"), "g");
      const renamed = ({ source, args }: SeenCommand): SeenCommand => ({
        source,
        args: args.map((arg) =>
          Buffer.from(
            arg.toString("latin1").replaceAll(pattern, (name) => names.get(name) ?? name),
            "latin1",
          ),
        ),
      });
      return {
        // One pipeline, whatever the commands: the least that storing can take.
        storing: [stored.map((command) => renamed(command).args)],
        sending: roundTrips(sent.map(renamed)),
      };
    },
  };
}

function sameLength(hash: string): string {
  return randomBytes(Math.ceil(hash.length / 2))
    .toString("hex")
    .slice(0, hash.length);
}
