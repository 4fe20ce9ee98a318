import { covers } from "../access/grants.js";
import { wholeLines } from "../backup/whole-lines.js";
import type { ContentLine, MemoryLine } from "../backup/lines.js";
import { normaliseName } from "../domain/normalise-name.js";
import type { ErasureJob, ErasureTarget } from "./job.js";
import type { Matcher } from "./matcher.js";
import { matcherOf } from "./matcher.js";
import type { Doomed } from "./ports.js";
import type { ErasureServices } from "./services.js";

/** Called between steps: renews the lease, and throws where the work must stop. */
export type Tick = () => Promise<void>;

const NAMESPACES = 500;
const THREADS = 100;
const CHECKPOINTS = 50;
/** As everything is now, with all that was. */
const WHOLE = { since: 0, asOf: Number.MAX_SAFE_INTEGER, vectors: false } as const;

/**
 * Looks through all that the namespaces hold, and notes what is to be erased. Every memory is looked at, not only what
 * an index finds: a memory's old versions are searched as well. Returns how many copies are out of the caller's reach.
 */
export async function find(
  services: ErasureServices,
  job: ErasureJob,
  target: ErasureTarget,
  tick: Tick,
): Promise<{ readonly copiesLeft: number }> {
  const { jobs } = services;
  let copiesLeft = 0;
  const note = async (doomed: readonly Doomed[]): Promise<void> => {
    if (doomed.length > 0) await jobs.found(job.id, doomed);
    await tick();
  };
  for await (const namespace of namespacesOf(services, job)) {
    const names = await entityNames(services, target, namespace);
    const matcher = matcherOf(
      target,
      names.flatMap(({ all }) => all),
    );
    await note(names.map(({ own }) => ({ kind: "entity", namespace, id: own })));
    await note(names.flatMap(({ all }) => all.map((id) => ({ kind: "alias" as const, namespace, id }))));
    for await (const found of walk((at) => services.source.memories(namespace, WHOLE, at))) {
      // Only whether it mentions the subject depends on what a memory says.
      const reads = target.kind === "subject";
      const lines = reads ? await wholeLines(services.memory.archive, namespace, found, false) : found;
      const memories = foundMemories(namespace, lines, matcher);
      await note(memories.doomed);
      for (const line of memories.lines) {
        const copies = await copiesOf(services, job, line);
        copiesLeft += copies.left;
        await note(copies.doomed);
      }
    }
    // Other kinds aren't what a filter of memories asks for.
    if (target.kind === "filter") continue;
    if (target.kind === "subject") {
      for await (const groups of walk((at) => services.source.aliases(namespace, at))) {
        const all = groups.flatMap((line) => (line.kind === "aliases" ? line.names : []));
        await note(
          all.filter((name) => matcher.name(name)).map((id) => ({ kind: "mention", namespace, id })),
        );
      }
    }
    for await (const lines of walk((at) => services.source.sessions(namespace, WHOLE, at))) {
      await note(foundSessions(namespace, lines, matcher));
    }
    await findThreads(services, namespace, matcher, note);
  }
  if (target.kind !== "filter") {
    await findState(services, job, target, note);
    if (job.scopes.some(({ root, below }) => root === "" && below)) {
      await findThreads(services, undefined, matcherOf(target, []), note);
    }
  }
  return { copiesLeft };
}

export async function* namespacesOf(
  { memory }: ErasureServices,
  { scopes }: ErasureJob,
): AsyncGenerator<string> {
  for (const scope of scopes) {
    if (!scope.below) {
      yield scope.root;
      continue;
    }
    for (let after: string | undefined; ;) {
      const page = await memory.store.namespacesIn(scope, after, NAMESPACES);
      yield* page;
      after = page.at(-1);
      if (after === undefined || page.length < NAMESPACES) break;
    }
  }
}

async function* walk<Item>(
  next: (
    at: string | undefined,
  ) => Promise<{ readonly items: readonly Item[]; readonly next: string | undefined }>,
): AsyncGenerator<readonly Item[]> {
  let at: string | undefined;
  do {
    const stretch = await next(at);
    yield stretch.items;
    at = stretch.next;
  } while (at !== undefined);
}

/** The subject's entities in a namespace: the name of each by which it is known there, and all of its names. */
async function entityNames(
  { memory }: ErasureServices,
  target: ErasureTarget,
  namespace: string,
): Promise<readonly { readonly own: string; readonly all: readonly string[] }[]> {
  const asked = target.kind === "subject" ? (target.subject.entity ?? []).map(normaliseName) : [];
  if (asked.length === 0) return [];
  const { entities } = await memory.entities.resolve(namespace, asked);
  return asked.flatMap((name, index) => {
    const known = entities[index];
    if (known === undefined) return [];
    return [{ own: name, all: known.names.flatMap((each) => [each.name, each.written]) }];
  });
}

/** A memory's old versions follow it. */
function foundMemories(
  namespace: string,
  lines: readonly ContentLine[],
  matcher: Matcher,
): { readonly doomed: readonly Doomed[]; readonly lines: readonly MemoryLine[] } {
  const doomed: Doomed[] = [];
  const matching: MemoryLine[] = [];
  let whole: string | undefined;
  let history: string | undefined;
  for (const line of lines) {
    if (line.kind === "memory") {
      const { id, key, fact } = line.memory;
      const { segment } = line;
      const archived = segment === undefined ? null : { segment, at: 0, whole: false };
      const { preceding } = line.stored;
      if (!matcher.memory(namespace, { ...line.memory, archived }, line.interaction)) {
        if (preceding !== undefined && matcher.lent(preceding.text))
          doomed.push({ kind: "lent", namespace, id: preceding.id });
        continue;
      }
      whole = id;
      matching.push(line);
      doomed.push({ kind: "memory", namespace, id });
      if (key !== null) doomed.push({ kind: "key", namespace, id: key });
      for (const name of fact === null ? [] : [fact.subject, fact.object]) {
        doomed.push({ kind: "name", namespace, id: normaliseName(name) });
      }
    } else if (line.kind === "version") {
      const { id } = line.memory;
      if (
        id === whole ||
        id === history ||
        !matcher.memory(namespace, { ...line.memory, archived: null }, undefined)
      )
        continue;
      history = id;
      doomed.push({ kind: "history", namespace, id });
    }
  }
  return { doomed, lines: matching };
}

/** Published copies, and copies of these. A copy has its origin's id. */
async function copiesOf(
  { memory }: ErasureServices,
  { reach }: ErasureJob,
  line: MemoryLine,
): Promise<{ readonly doomed: readonly Doomed[]; readonly left: number }> {
  const { id } = line.memory;
  const doomed: Doomed[] = [];
  const seen = new Set([line.namespace]);
  const open = Object.keys(line.published ?? {}).map((namespace) => ({ namespace, from: line.namespace }));
  let left = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { namespace, from } = next;
    if (seen.has(namespace)) continue;
    seen.add(namespace);
    const copy = await memory.store.peek({ namespace, id });
    if (copy?.origin?.namespace !== from) continue;
    if (reach.some((scope) => covers(scope, { root: namespace, below: false }))) {
      doomed.push({ kind: "copy", namespace, id });
      for (const name of copy.fact === null ? [] : [copy.fact.subject, copy.fact.object]) {
        doomed.push({ kind: "name", namespace, id: normaliseName(name) });
      }
    } else if (!copy.origin.follow) left += 1;
    open.push(...copy.publications.map((each) => ({ namespace: each.namespace, from: namespace })));
  }
  return { doomed, left };
}

function foundSessions(namespace: string, lines: readonly ContentLine[], matcher: Matcher): Doomed[] {
  const ids = new Set<string>();
  for (const line of lines) {
    if (line.kind === "session" && matcher.session(line.session)) ids.add(line.session.session_id);
    if (line.kind === "message" && matcher.message(line.message)) ids.add(line.session_id);
  }
  return [...ids].map((id) => ({ kind: "session", namespace, id }));
}

/**
 * A document of which an old version says something that fits goes as a whole: what it is now was made of that. Who wrote
 * an old version, or deleted the document once, only loses its name: others have written since.
 */
async function findState(
  services: ErasureServices,
  job: ErasureJob,
  target: ErasureTarget,
  note: (doomed: readonly Doomed[]) => Promise<void>,
): Promise<void> {
  const matchers = new Map<string, Matcher>();
  const matcherIn = async (namespace: string): Promise<Matcher> => {
    const known = matchers.get(namespace);
    if (known !== undefined) return known;
    const names = await entityNames(services, target, namespace);
    const made = matcherOf(
      target,
      names.flatMap(({ all }) => all),
    );
    matchers.set(namespace, made);
    return made;
  };
  const [only] = job.scopes;
  const alone = job.scopes.length === 1 && only?.below === false ? only.root : undefined;
  for await (const refs of walk((at) => services.source.stateKeys(alone, WHOLE, at))) {
    for (const ref of refs) {
      if (!job.scopes.some((scope) => covers(scope, { root: ref.namespace, below: false }))) continue;
      const matcher = await matcherIn(ref.namespace);
      const kind = await fateOf(services, ref, matcher);
      if (kind !== undefined) await note([{ kind, namespace: ref.namespace, id: ref.key }]);
    }
    await note([]);
  }
}

async function fateOf(
  { source }: ErasureServices,
  ref: { readonly namespace: string; readonly key: string },
  matcher: Matcher,
): Promise<"state" | "state_writers" | undefined> {
  if (matcher.stateKey(ref.key)) return "state";
  let current: string | undefined;
  let last: string | undefined;
  let isNamed = false;
  for await (const lines of walk((at) => source.stateDocument(ref, WHOLE, at))) {
    for (const line of lines) {
      if (line.kind === "state" && line.document !== null) {
        if (matcher.document(ref.key, line.document)) return "state";
        current = line.document.updated_by;
      }
      if (line.kind !== "state_version") continue;
      const { json, updated_by } = line;
      if (json !== null && matcher.document(ref.key, { json })) return "state";
      if (json !== null) last = updated_by;
      isNamed ||= matcher.writer(updated_by);
    }
  }
  // Of one that was deleted, what it was last.
  const writer = current ?? last;
  if (writer !== undefined && matcher.writer(writer)) return "state";
  return isNamed ? "state_writers" : undefined;
}

async function findThreads(
  { threads }: ErasureServices,
  namespace: string | undefined,
  matcher: Matcher,
  note: (doomed: readonly Doomed[]) => Promise<void>,
): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await threads.list(namespace, cursor, THREADS);
    for (const { id, checkpointNamespaces } of page.threads) {
      const fits =
        matcher.thread(id) ||
        (await checkpointsFit(threads, { namespace, id }, checkpointNamespaces, matcher));
      if (fits) await note([{ kind: "thread", namespace: namespace ?? null, id }]);
    }
    ({ cursor } = page);
    await note([]);
  } while (cursor !== undefined);
}

async function checkpointsFit(
  threads: ErasureServices["threads"],
  ref: { readonly namespace: string | undefined; readonly id: string },
  checkpointNamespaces: readonly string[],
  matcher: Matcher,
): Promise<boolean> {
  for (const checkpointNamespace of checkpointNamespaces) {
    for (let before: string | undefined; ;) {
      const page = await threads.checkpoints(ref, { checkpointNamespace, before, limit: CHECKPOINTS });
      if (page.some((checkpoint) => matcher.checkpoint(checkpoint))) return true;
      before = page.at(-1)?.id;
      if (before === undefined || page.length < CHECKPOINTS) break;
    }
  }
  return false;
}
