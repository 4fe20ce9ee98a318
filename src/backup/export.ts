import { isOperator } from "../access/keys/key.js";
import { allowedParts, allows, allowsIn, covers, scopeOf } from "../access/grants.js";
import type { Scope } from "../access/grants.js";
import { authorizeScope, authorizeSome } from "../access/authorize.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { invalid } from "../domain/errors.js";
import { takeLease } from "../domain/lease.js";
import { begunBefore } from "./begun-before.js";
import { CHAIN_START, linked } from "./chain.js";
import { createJob } from "./create-job.js";
import { isComplete } from "./export-job.js";
import type { ExportJob, ExportPosition, ExportState } from "./export-job.js";
import { FORMAT, FORMAT_VERSION } from "./lines.js";
import type { ContentLine, ExportedLine, Line, ManifestLine } from "./lines.js";
import { stillFilling, jobBusy, jobMissing } from "./refusals.js";
import type { DumpOptions } from "./ports.js";
import { namesOf } from "../memory/ports/receipts.js";
import { wholeLines } from "./whole-lines.js";
import type { BackupServices } from "./services.js";

export interface ExportInput {
  /** Patterns. */
  readonly namespaces: readonly string[];
  /** Milliseconds since the epoch; undefined: all. */
  readonly since?: number | undefined;
  readonly vectors: boolean;
  /** API keys with the hashes of their secrets, which takes an operator. */
  readonly keys: boolean;
  /** Votes on agents' memories, likewise; undefined: if an operator exports everything. */
  readonly reputations?: boolean | undefined;
  /** Receipts of recalls, where the key administers all that they asked for and found. */
  readonly receipts: boolean;
}

const ACT = "export";
/** A part is closed at this size, or after this time. */
const PART_BYTES = 1024 * 1024;
const PART_MS = 3_000;

const START: ExportPosition = {
  phase: "namespaces",
  scope: 0,
  namespace: null,
  section: "done",
  at: null,
  pending: [],
  history: null,
};

/** Begins an export. Nothing is read before its first part is asked for. */
export async function beginExport(
  services: BackupServices,
  context: Context,
  input: ExportInput,
): Promise<ExportJob> {
  const scopes = await authorizedScopes(services, context, input.namespaces);
  const everything = input.namespaces.includes("**") && isOperator(context.actor.grants);
  const { keys, reputations = everything } = input;
  if (keys || reputations)
    await authorizeScope(services.memory.audit, context, scopeOf("**"), { verb: "admin", act: ACT });
  if (input.receipts) await authorizeSome(services.memory.audit, context, { verb: "admin", act: ACT });
  if (!(await services.complete())) throw stillFilling();
  const { id, begun } = await begunBefore(services, context, services.exports);
  if (begun !== undefined) return begun;
  const startedAt = await services.source.moment();
  if (input.since !== undefined && input.since > startedAt)
    throw invalid("since", "Must not be in the future.");
  const model = services.memory.embedder?.model.id ?? null;
  const manifest: ManifestLine = {
    kind: "manifest",
    format: FORMAT,
    format_version: FORMAT_VERSION,
    id,
    mneme_version: services.version,
    started_at: new Date(startedAt).toISOString(),
    namespaces: input.namespaces,
    since: input.since === undefined ? null : new Date(input.since).toISOString(),
    vectors: input.vectors,
    model,
  };
  const job: ExportJob = {
    id,
    keyId: context.actor.keyId,
    patterns: input.namespaces,
    scopes,
    since: input.since ?? 0,
    vectors: input.vectors,
    keys,
    reputations,
    receipts: input.receipts,
    model,
    startedAt,
    manifest: JSON.stringify(manifest),
    part: 1,
    state: { position: START, chain: CHAIN_START, counts: {}, bytes: 0 },
    before: null,
  };
  return createJob(services, context, services.exports, job, { kind: ACT, outcome: "ok", noted: id });
}

async function authorizedScopes(
  { memory }: BackupServices,
  context: Context,
  patterns: readonly string[],
): Promise<Scope[]> {
  const need = { verb: "read", act: ACT } as const;
  const parts: Scope[] = [];
  for (const pattern of patterns) {
    const scope = scopeOf(pattern);
    if (scope.below) await authorizeSome(memory.audit, context, need);
    else await authorizeScope(memory.audit, context, scope, need);
    parts.push(...allowedParts(context.actor.grants, "read", scope));
  }
  return parts
    .filter(
      (part, index) =>
        !parts.some(
          (other, place) => place !== index && covers(other, part) && (!covers(part, other) || place < index),
        ),
    )
    .toSorted((a, b) => (a.root < b.root ? -1 : Number(a.root > b.root)));
}

export async function readExport(
  { exports }: BackupServices,
  { actor }: Context,
  id: string,
): Promise<ExportJob> {
  const job = await exports.read(id);
  // Another key's isn't there: its grants say what it holds.
  if (job === undefined || job.keyId !== actor.keyId) throw jobMissing("export");
  return job;
}

/**
 * Reads the next part of an export, or the last one once more: after a reader or the service broke off, that is where it goes
 * on. A part holds whole lines.
 */
export async function readExportPart(
  services: BackupServices,
  context: Context,
  id: string,
  part: number,
): Promise<string> {
  await readExport(services, context, id);
  const lease = await takeLease(services.locks, `export:${id}`);
  if (lease === undefined) throw jobBusy("export");
  try {
    // Another part may have been read since.
    const job = await readExport(services, context, id);
    const start = await resumed(services, job, startOf(job, part));
    const { text, state } = await partOf(services, context, job, part, start);
    const next: ExportJob = { ...job, part: part + 1, state, before: start };
    if (!lease.held() || !(await services.exports.write(id, job, next))) throw jobBusy("export");
    return text;
  } finally {
    await lease.end();
  }
}

function startOf(job: ExportJob, part: number): ExportState {
  if (part === job.part && !isComplete(job)) return job.state;
  if (part === job.part - 1 && job.before !== null) return job.before;
  throw invalid("part", `The export goes on with part ${isComplete(job) ? job.part - 1 : job.part}.`);
}

/** Where changes in a namespace weren't noted while its reader was away, the namespace is read once more. */
async function resumed({ source }: BackupServices, job: ExportJob, start: ExportState): Promise<ExportState> {
  const { position } = start;
  const { namespace, section } = position;
  if (namespace === null || !NOTED.has(section)) return start;
  if (await source.continueChanges(namespace, job.id, pastChanges(job, namespace))) return start;
  await source.beginChanges(namespace, job.id);
  return { ...start, position: { ...position, section: "settings", at: null } };
}

/** Where the last part that was read begins: until the next one has been read too, it may be asked for again. */
function pastChanges({ before }: ExportJob, namespace: string): string | undefined {
  if (before?.position.namespace !== namespace || before.position.section !== "changes") return undefined;
  return before.position.at ?? undefined;
}

async function partOf(
  services: BackupServices,
  context: Context,
  job: ExportJob,
  part: number,
  start: ExportState,
): Promise<{ readonly text: string; readonly state: ExportState }> {
  const deadline = performance.now() + PART_MS;
  const writer = createPartWriter(start);
  let { position } = start;
  if (start.chain.lines === 0) writer.write(job.manifest);
  // Nobody gets the part of a reader who has gone: it is asked for again.
  const isOver = (): boolean =>
    writer.bytes() >= PART_BYTES || performance.now() >= deadline || context.gone?.() === true;
  while (position.phase !== "end" && !isOver()) {
    const { lines, next } = await step(services, context, job, position);
    for (const line of lines) writer.content(line);
    position = next;
  }
  if (position.phase === "end") writer.trailer();
  else writer.write(JSON.stringify({ kind: "part", part } satisfies Line));
  return { text: writer.text(), state: { position, ...writer.state() } };
}

/** Collects the lines of a part, and goes on with the file's digest and counts. */
function createPartWriter(start: ExportState) {
  const texts: string[] = [];
  const counts: Record<string, number> = { ...start.counts };
  let { chain } = start;
  let bytes = 0;
  const write = (json: string): void => {
    const next = linked(chain, json);
    ({ chain } = next);
    texts.push(next.text, "\n");
    bytes += Buffer.byteLength(next.text) + 1;
  };
  return {
    write,
    content(line: ExportedLine): void {
      write(JSON.stringify(line));
      if (line.kind !== "moment") counts[line.kind] = (counts[line.kind] ?? 0) + 1;
    },
    trailer(): void {
      const line: Line = { kind: "trailer", lines: chain.lines, counts, sha256: chain.digest };
      write(JSON.stringify(line));
    },
    bytes: () => bytes,
    text: () => texts.join(""),
    state: () => ({ chain, counts, bytes: start.bytes + bytes }),
  };
}

interface Step {
  readonly lines: readonly ExportedLine[];
  readonly next: ExportPosition;
}

/** A bounded piece of work. */
async function step(
  services: BackupServices,
  context: Context,
  job: ExportJob,
  position: ExportPosition,
): Promise<Step> {
  if (position.phase === "state") return stateStep(services, job, position);
  if (position.phase === "receipts") return receiptsStep(services, context, job, position);
  if (position.phase === "keys" || position.phase === "votes") return systemStep(services, job, position);
  if (position.namespace === null || position.section === "done") {
    return { lines: [], next: await nextNamespace(services, context, job, position) };
  }
  return namespaceStep(services, context, job, position, position.namespace);
}

async function nextNamespace(
  { memory, source }: BackupServices,
  context: Context,
  job: ExportJob,
  position: ExportPosition,
): Promise<ExportPosition> {
  for (let scope = position.scope; scope < job.scopes.length; scope++) {
    const root = job.scopes[scope];
    if (root === undefined) break;
    const after = scope === position.scope ? (position.namespace ?? undefined) : undefined;
    const [namespace] = await memory.store.namespacesIn(root, after, 1);
    if (namespace === undefined) continue;
    await memory.audit.record(namespace, trailOf(context, ACT, { ids: [job.id] }), "ok");
    await source.beginChanges(namespace, job.id);
    return { ...START, scope, namespace, section: "settings" };
  }
  return { ...START, phase: "state" };
}

const NEXT_SECTION = {
  settings: "sessions",
  sessions: "memories",
  memories: "changes",
  aliases: "erased",
  erased: "done",
} as const;

/** While these are read, changes are noted. */
const NOTED: ReadonlySet<ExportPosition["section"]> = new Set([
  "settings",
  "sessions",
  "memories",
  "changes",
]);

async function namespaceStep(
  services: BackupServices,
  context: Context,
  job: ExportJob,
  position: ExportPosition,
  namespace: string,
): Promise<Step> {
  const { section } = position;
  if (section === "done") return { lines: [], next: position };
  const at = position.at ?? undefined;
  const options = optionsOf(job);
  if (section === "changes") return changesStep(services, context, job, position, namespace);
  const read = {
    settings: () => settingsOf(services, context, namespace),
    aliases: () => services.source.aliases(namespace, at),
    memories: () => services.source.memories(namespace, options, at),
    sessions: () => services.source.sessions(namespace, options, at),
    erased: () => services.source.erased(namespace, options, position.moment ?? Infinity, at),
  } as const;
  const { items: found, next } = await read[section]();
  const items = await wholeLines(services.memory.archive, namespace, found, job.vectors);
  return {
    lines: items.map((line) => shownTo(context, line)),
    next: {
      ...position,
      section: next === undefined ? NEXT_SECTION[section] : section,
      at: next ?? null,
    },
  };
}

/** Ends with the line that names the moment. */
async function changesStep(
  { memory, source }: BackupServices,
  context: Context,
  job: ExportJob,
  position: ExportPosition,
  namespace: string,
): Promise<Step> {
  const {
    items: found,
    next,
    cut,
  } = await source.changes(namespace, job.id, optionsOf(job), position.at ?? undefined);
  const items = await wholeLines(memory.archive, namespace, found, job.vectors);
  const lines = items.map((line) => shownTo(context, line));
  if (cut === undefined) return { lines, next: { ...position, at: next ?? null } };
  const { moment, aliases } = cut;
  return {
    lines: [...lines, { kind: "moment", namespace, at: moment }],
    next: { ...position, section: aliases ? "erased" : "aliases", at: null, moment },
  };
}

const optionsOf = ({ since, vectors, startedAt }: ExportJob): DumpOptions => ({
  since,
  vectors,
  asOf: startedAt,
});

/** Settings are for who administers the namespace. */
async function settingsOf({ namespaces }: BackupServices, context: Context, namespace: string) {
  if (!allowsIn(context.actor.grants, "admin", namespace)) return { items: [], next: undefined };
  const trail = trailOf(context, "settings.get");
  const { settings, version } = await namespaces.store.getSettings(trail, namespace);
  const items: ContentLine[] = version === 0 ? [] : [{ kind: "settings", namespace, settings }];
  return { items, next: undefined };
}

/** So is who said what in feedback, and with which key. */
function shownTo({ actor }: Context, line: ContentLine): ContentLine {
  if (line.kind !== "memory" || line.voices === undefined) return line;
  if (allowsIn(actor.grants, "admin", line.namespace)) return line;
  const { voices: _, ...rest } = line;
  return rest;
}

async function stateStep(
  { source }: BackupServices,
  job: ExportJob,
  position: ExportPosition,
): Promise<Step> {
  const [first, ...others] = position.pending;
  if (first !== undefined) {
    const [namespace, key] = first;
    const options = optionsOf(job);
    const { items, next } = await source.stateDocument(
      { namespace, key },
      options,
      position.history ?? undefined,
    );
    const pending = next === undefined ? others : position.pending;
    return { lines: items, next: { ...position, pending, history: next ?? null } };
  }
  if (position.at === "") return { lines: [], next: phaseAfter("state", job) };
  const { items, next } = await source.stateKeys(aloneIn(job), optionsOf(job), position.at ?? undefined);
  const pending = items
    .filter(({ namespace }) => job.scopes.some((scope) => covers(scope, { root: namespace, below: false })))
    .map(({ namespace, key }) => [namespace, key] as const);
  return { lines: [], next: { ...position, pending, at: next ?? "" } };
}

/** The only namespace of an export. */
function aloneIn({ scopes }: ExportJob): string | undefined {
  const [only] = scopes;
  return scopes.length === 1 && only?.below === false ? only.root : undefined;
}

/** Keys come last: the first one ends the use of a store without keys. */
const LAST_PHASES = ["receipts", "votes", "keys", "end"] as const;

function phaseAfter(
  phase: ExportPosition["phase"],
  { keys, reputations, receipts }: ExportJob,
): ExportPosition {
  const wanted = { receipts, votes: reputations, keys, end: true };
  const later = LAST_PHASES.slice(LAST_PHASES.findIndex((each) => each === phase) + 1);
  return { ...START, phase: later.find((each) => wanted[each] === true) ?? "end" };
}

/** A receipt says what others asked for: so it is for who administers all of that. */
async function receiptsStep(
  { source }: BackupServices,
  { actor }: Context,
  job: ExportJob,
  position: ExportPosition,
): Promise<Step> {
  const { items, next } = await source.receipts(aloneIn(job), optionsOf(job), position.at ?? undefined);
  const lines = items.filter(({ receipt }) => {
    return namesOf(receipt)
      .map(scopeOf)
      .every(
        (scope) =>
          allows(actor.grants, "admin", scope) && job.scopes.some((exported) => covers(exported, scope)),
      );
  });
  return { lines, next: next === undefined ? phaseAfter("receipts", job) : { ...position, at: next } };
}

async function systemStep(services: BackupServices, job: ExportJob, position: ExportPosition): Promise<Step> {
  const { phase } = position;
  if (phase !== "keys" && phase !== "votes") return { lines: [], next: position };
  const at = position.at ?? undefined;
  const { items, next } = phase === "keys" ? await keysAfter(services, at) : await services.source.votes(at);
  return { lines: items, next: next === undefined ? phaseAfter(phase, job) : { ...position, at: next } };
}

const KEYS = 100;

/** In the order of their ids, so that makers come before what they made. */
async function keysAfter({ keys }: BackupServices, at: string | undefined) {
  const page = await keys.page(at, KEYS);
  const found = await Promise.all(page.map(({ id }) => keys.find(id)));
  const items = found.flatMap((stored) => {
    if (stored === undefined) return [];
    const { secretHash, ...key } = stored;
    return [{ kind: "key", key: { ...key, secret_sha256: secretHash } } as const];
  });
  return { items, next: page.length < KEYS ? undefined : page.at(-1)?.id };
}
