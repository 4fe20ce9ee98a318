import { decodeMember } from "./announce-thread.js";
import type { Context } from "./context.js";
import { describeThread } from "./describe-thread.js";
import type { ThreadDescription } from "./describe-thread.js";
import { asText, forEachGroup } from "./reply.js";

export interface ThreadSummary extends ThreadDescription {
  readonly createdAt: Date;
}

export interface ThreadPage {
  readonly threads: readonly ThreadSummary[];
  /** Give it to get the next page; undefined after the last one. */
  readonly cursor: string | undefined;
}

export interface ListThreadsOptions {
  readonly cursor?: string;
  /** Default 50. */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 50;
const CURSOR = /^(\d+):(.*)$/s;

/** Threads, the youngest first. An expired thread is skipped, and removed from the list. */
export async function listThreads(
  context: Context,
  { cursor, limit = DEFAULT_LIMIT }: ListThreadsOptions = {},
): Promise<ThreadPage> {
  const from = cursor === undefined ? undefined : parseCursor(cursor);
  const members = await readMembers(context, from, limit);
  const threads = await Promise.all(members.map((member) => summarize(context, member)));
  const last = members.at(-1);
  return {
    threads: threads.filter((thread) => thread !== undefined),
    cursor: last === undefined || members.length < limit ? undefined : `${last.score}:${last.member}`,
  };
}

interface Member {
  readonly member: string;
  readonly score: string;
}

/** Those behind `from`: of a lower score, or of the same one and a lower member, as the sorted set has them. */
async function readMembers(
  { send, keys }: Context,
  from: Member | undefined,
  limit: number,
): Promise<readonly Member[]> {
  const key = keys.threads();
  const members: Member[] = [];
  for (let offset = 0; members.length < limit; offset += limit) {
    const range = ["ZRANGE", key, from?.score ?? "+inf", "-inf", "BYSCORE", "REV"];
    const raw = await send("listThreads", key, [
      ...range,
      "LIMIT",
      String(offset),
      String(limit),
      "WITHSCORES",
    ]);
    const page = scored(raw);
    members.push(...page.filter((candidate) => from === undefined || isBehind(candidate, from)));
    if (page.length < limit) break;
  }
  return members.slice(0, limit);
}

function isBehind({ member, score }: Member, from: Member): boolean {
  return score !== from.score || Buffer.compare(Buffer.from(member), Buffer.from(from.member)) < 0;
}

/** RESP 3 gives [member, score] each, RESP 2 a flat list. */
function scored(raw: unknown): Member[] {
  const list = Array.isArray(raw) && raw.every(Array.isArray) ? raw.flat() : raw;
  const members: Member[] = [];
  forEachGroup(list, 2, (flat, at) => {
    const score = flat[at + 1];
    members.push({
      member: asText(flat[at]),
      score: Buffer.isBuffer(score) ? score.toString() : String(score),
    });
  });
  return members;
}

async function summarize(context: Context, { member, score }: Member): Promise<ThreadSummary | undefined> {
  const description = await describeThread(context, decodeMember(member));
  if (description !== undefined) return { ...description, createdAt: new Date(Number(score)) };
  await context.run("forgetThread", [context.keys.threads()], [member, score]);
  return undefined;
}

function parseCursor(cursor: string): Member {
  const [, score, member] = CURSOR.exec(cursor) ?? [];
  if (score === undefined || member === undefined) throw new TypeError(`Invalid cursor: ${cursor}`);
  return { score, member };
}
