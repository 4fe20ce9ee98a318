import type { ErasureJob } from "../../erasures/job.js";
import type { Doomed, DoomedKind, ErasureStore } from "../../erasures/ports.js";
import { newSigningKey } from "../../erasures/certificate.js";
import type { Auditor } from "../audit/auditor.js";
import type { RedisGateway } from "../connection/client.js";
import { SYSTEM } from "../keys.js";
import type { Keys } from "../keys.js";
import { CODE, meaningOf } from "../scripts/codes.js";

/** As long as what is gone is noted for imports: see lua/gone.lua. */
const KEPT_MS = 400 * 24 * 3600 * 1000;
const PAGE = 500;
const KINDS = [
  "memory",
  "copy",
  "history",
  "session",
  "state",
  "thread",
  "entity",
  "mention",
  "name",
  "key",
  "alias",
  "lent",
  "state_writers",
] as const satisfies readonly DoomedKind[];

export function createErasureStore(redis: RedisGateway, auditor: Auditor, keys: Keys): ErasureStore {
  const setsOf = (id: string, kind: DoomedKind) => [
    `${keys.erasureFound(id)}:${kind}`,
    `${keys.erasureDone(id)}:${kind}`,
  ];

  const openLists = ({ keyId }: ErasureJob) => [keys.erasureJobsOpen(), keys.erasureJobsOpenOf(keyId ?? "")];

  async function read(id: string): Promise<ErasureJob | undefined> {
    const json = await redis.run((client) => client.get(keys.erasureJob(id)));
    return json === null ? undefined : parseJob(json);
  }

  return {
    read,
    async begin(trail, job, most) {
      const [code, begun = ""] = await auditor.run(SYSTEM, trail, (client, audit) =>
        client.beginErasure(
          audit,
          [keys.erasureJob(job.id), keys.erasureJobs(), ...openLists(job)],
          [
            job.id,
            JSON.stringify(job),
            String(job.startedAt),
            String(KEPT_MS),
            String(most),
            job.dryRun ? "dry_run" : "ok",
          ],
        ),
      );
      const id = meaningOf<string | null>("erasures/lua/begin", code, {
        [CODE.DONE]: job.id,
        [CODE.SEEN]: begun,
        [CODE.TOO_MANY]: null,
      });
      return id ?? undefined;
    },
    async save(job) {
      const open = job.status === "running" ? "1" : "0";
      await redis.run((client) =>
        client.saveErasure(
          [keys.erasureJob(job.id), ...openLists(job)],
          [job.id, JSON.stringify(job), open, String(KEPT_MS)],
        ),
      );
    },
    async list(limit, after, skip) {
      const first = after === undefined ? "+inf" : String(after.at);
      const listed = await redis.run(async (client) => {
        const together =
          after === undefined ? [] : await client.zRangeByScore(keys.erasureJobs(), first, first);
        const before = together.filter((id) => after !== undefined && id >= after.id).length;
        return client.zRangeWithScores(keys.erasureJobs(), first, "-inf", {
          BY: "SCORE",
          REV: true,
          LIMIT: { offset: before + skip, count: limit },
        });
      });
      return Promise.all(
        listed.map(async ({ value, score }) => ({ at: score, id: value, job: await read(value) })),
      );
    },
    unfinished: (limit) => redis.run((client) => client.zRange(keys.erasureJobsOpen(), 0, limit - 1)),
    async postpone(id, now) {
      const entry = { score: now, value: id };
      await redis.run((client) => client.zAdd(keys.erasureJobsOpen(), entry, { condition: "XX" }));
    },
    async found(id, doomed) {
      const args = doomed.flatMap((each) => [String(KINDS.indexOf(each.kind)), memberOf(each)]);
      return redis.run((client) =>
        client.noteFound(
          KINDS.flatMap((kind) => setsOf(id, kind)),
          [String(KEPT_MS), ...args],
        ),
      );
    },
    async open(id, kind, limit) {
      const [open = ""] = setsOf(id, kind);
      const members = await redis.run((client) => client.sRandMemberCount(open, limit));
      return members.map((member) => doomedOf(kind, member));
    },
    async erased(id, doomed) {
      for (const kind of KINDS) {
        const members = doomed.filter((each) => each.kind === kind).map(memberOf);
        if (members.length === 0) continue;
        await redis.run((client) => client.settleFound(setsOf(id, kind), [String(KEPT_MS), ...members]));
      }
    },
    async *all(id) {
      for (const kind of KINDS) {
        for (const set of setsOf(id, kind)) {
          let cursor = "0";
          do {
            const page = await redis.run((client) => client.sScan(set, cursor, { COUNT: PAGE }));
            ({ cursor } = page);
            if (page.members.length > 0) yield page.members.map((member) => doomedOf(kind, member));
          } while (cursor !== "0");
        }
      }
    },
    async counts(id) {
      const counted = await redis.run((client) =>
        Promise.all(
          KINDS.map(async (kind) => {
            const sizes = await Promise.all(setsOf(id, kind).map((set) => client.sCard(set)));
            return [kind, sizes.reduce((sum, size) => sum + size, 0)] as const;
          }),
        ),
      );
      return countsBy(counted);
    },
    async left(id) {
      const counted = await redis.run((client) =>
        Promise.all(
          KINDS.map(async (kind) => {
            const [open = ""] = setsOf(id, kind);
            return [kind, await client.sCard(open)] as const;
          }),
        ),
      );
      return countsBy(counted);
    },
    async drop(id) {
      await redis.run((client) => client.unlink(KINDS.flatMap((kind) => setsOf(id, kind))));
    },
    async signingKey() {
      const kept = await redis.run(async (client) => {
        await client.setNX(keys.signingKey(), newSigningKey());
        return client.get(keys.signingKey());
      });
      if (kept === null) throw new Error("the signing key is gone");
      return kept;
    },
  };
}

const memberOf = ({ namespace, id }: Doomed): string => JSON.stringify([namespace, id]);

/** Written by {@link memberOf}. */
function doomedOf(kind: DoomedKind, member: string): Doomed {
  const [namespace, id] = JSON.parse(member) as [string, string];
  return { kind, namespace, id } as Doomed;
}

/** Written by `save`, so its shape is known. */
function parseJob(json: string): ErasureJob {
  return JSON.parse(json) as ErasureJob;
}

/** One entry of each kind. */
function countsBy(entries: readonly (readonly [DoomedKind, number])[]): Readonly<Record<DoomedKind, number>> {
  return Object.fromEntries(entries) as Record<DoomedKind, number>;
}
