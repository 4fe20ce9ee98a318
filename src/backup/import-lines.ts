import { scopeOf } from "../access/grants.js";
import { trailOf } from "../access/trail.js";
import { invalid, quotaExceeded } from "../domain/errors.js";
import { checked } from "./chain.js";
import type { ImportJob, Parent } from "./import-job.js";
import { importKey } from "./import-key.js";
import { importReceipt } from "./import-receipt.js";
import { allowIn, allowScope, IMPORT_ACT, putOptionsOf } from "./import-run.js";
import type { ImportRun } from "./import-run.js";
import { intoNamespace } from "./into.js";
import { FORMAT_VERSION } from "./lines.js";
import type {
  ContentLine,
  ErasedLine,
  Line,
  ManifestLine,
  MemoryLine,
  SystemLine,
  TrailerLine,
  VersionLine,
} from "./lines.js";
import type { Outcome } from "./ports.js";
import { prepared } from "./prepare-line.js";
import { putErased } from "./put-erased.js";
import { putErasedReceipts } from "./put-erased-receipts.js";
import { hashedPlace, isHashed, putHashed, statePlace } from "./put-hashed.js";
import { putMemory } from "./put-memory.js";
import { putSettings } from "./put-settings.js";

/** Reads a line without its sum; throws `invalid_request` if it isn't one. */
export type ParseLine = (json: string) => Line;

/** Memories and old versions that are sent before the answer to the first of them is there. */
const TOGETHER = 32;

interface Sent {
  /** Of the line, from 1. */
  readonly number: number;
  readonly kind: Line["kind"];
  readonly outcome: Promise<Outcome>;
}

/** The record to which the next lines may belong: what becomes of it decides on them too. */
interface Head extends Omit<Parent, "outcome"> {
  readonly outcome: Promise<Outcome>;
}

/** Takes the lines of one part, in order. */
export function createLineTaker(run: ImportRun, start: ImportJob, parse: ParseLine) {
  const { options } = run;
  const counts = structuredClone(start.counts) as Record<string, Partial<Record<Outcome, number>>>;
  const lines: Record<string, number> = { ...start.lines };
  let { chain, manifest, parent } = start;
  let head: Head | null = parent && { ...parent, outcome: Promise.resolve(parent.outcome) };
  let complete = false;
  let sent: Sent[] = [];
  /** Lines that are done together, at the end; those about a document before a line writes it. By what they name. */
  const hashed = new Map<string, ErasedLine[]>();
  const receipts: ErasedLine[] = [];
  let failed: number | undefined;

  async function read(text: string): Promise<void> {
    if (complete) throw invalid("line", "Nothing may follow the trailer.");
    const link = checked(chain, text);
    if (link === undefined) {
      throw invalid("line", "The line is damaged, or lines before it are missing: its checksum doesn't fit.");
    }
    await use(parse(link.json));
    ({ chain } = link);
  }

  async function use(line: Line): Promise<void> {
    if (line.kind === "manifest") {
      if (manifest !== null) throw invalid("kind", "Only the first line may be a manifest.");
      manifest = readable(line);
      return;
    }
    if (manifest === null) throw invalid("kind", "The first line must be the manifest.");
    if (line.kind === "part" || line.kind === "moment") return;
    if (line.kind === "trailer") return end(line);
    lines[line.kind] = (lines[line.kind] ?? 0) + 1;
    if (line.kind === "key" || line.kind === "votes" || line.kind === "receipt") {
      await drain();
      return count(line.kind, await putSystem(line, manifest));
    }
    const moved = intoNamespace(line, manifest, options.into);
    await allowIn(run, moved.namespace);
    const here = await prepared(run, moved);
    if (here.kind === "erased" && here.what === "receipt") {
      receipts.push(here);
      return;
    }
    if (here.kind === "erased" && isHashed(here)) {
      const place = hashedPlace(here);
      const same = hashed.get(place);
      if (same === undefined) hashed.set(place, [here]);
      else same.push(here);
      return;
    }
    if (here.kind === "state") await removeDocument(here.namespace, here.key);
    // With the rule fail, nothing behind a conflict may be written.
    if ((here.kind === "memory" || here.kind === "version") && options.rule !== "fail") {
      return send(here, manifest);
    }
    await drain();
    count(line.kind, await put(here, manifest));
  }

  async function send(line: MemoryLine | VersionLine, from: ManifestLine): Promise<void> {
    const outcome = put(line, from);
    // It is looked at in its turn.
    outcome.catch(() => {});
    sent.push({ number: chain.lines + 1, kind: line.kind, outcome });
    if (sent.length >= TOGETHER) await settle(TOGETHER / 2);
  }

  /** Waits in order until no more than `most` are under way; throws at the first line that was refused. */
  async function settle(most: number): Promise<void> {
    for (let next = sent.shift(); next !== undefined; next = sent.length > most ? sent.shift() : undefined) {
      try {
        count(next.kind, await next.outcome);
      } catch (error) {
        failed ??= next.number;
        sent = [];
        throw error;
      }
    }
  }

  async function removeTogether(): Promise<void> {
    const waiting = [...hashed.values()].flat();
    hashed.clear();
    for (const outcome of await putHashed(run, waiting)) count("erased", outcome);
    for (const outcome of await putErasedReceipts(run, receipts.splice(0))) count("erased", outcome);
  }

  /** What a line is about to write has a name: nothing is looked for among all. */
  async function removeDocument(namespace: string, key: string): Promise<void> {
    const place = statePlace(namespace, key);
    const waiting = hashed.get(place) ?? [];
    hashed.delete(place);
    for (const outcome of await putHashed(run, waiting, key)) count("erased", outcome);
  }

  /** Waits for all that was sent. */
  async function drain(): Promise<void> {
    await settle(0);
    parent = head && { ...head, outcome: await head.outcome };
  }

  function count(kind: string, outcome: Outcome): void {
    const ofKind = (counts[kind] ??= {});
    ofKind[outcome] = (ofKind[outcome] ?? 0) + 1;
    if (outcome === "quota") throw quotaExceeded("memories or bytes");
    if (outcome === "conflict" && !options.dryRun) {
      throw invalid(
        "on_conflict",
        "Another record is stored here already, and the import may not replace it.",
      );
    }
  }

  function end(line: TrailerLine): void {
    const counted = Object.entries(line.counts).every(([kind, number]) => (lines[kind] ?? 0) === number);
    if (line.lines !== chain.lines || line.sha256 !== chain.digest || !counted) {
      throw invalid("trailer", "The trailer doesn't fit the lines before it.");
    }
    complete = true;
  }

  async function put(line: ContentLine, from: ManifestLine): Promise<Outcome> {
    const { target } = run.services;
    const how = putOptionsOf(run, from);
    const trail = trailOf(run.context, `${IMPORT_ACT}.${actOf(line)}`);
    switch (line.kind) {
      case "settings":
        return putSettings(run, line);
      case "aliases":
        return target.putAliases(trail, line, how);
      case "memory":
        return begin("memory", line.namespace, line.memory.id, putMemory(run, line, how));
      case "session":
        return begin("session", line.namespace, line.session.session_id, target.putSession(trail, line, how));
      case "state":
        return begin("state", line.namespace, line.key, target.putState(trail, line, how));
      case "erased":
        return putErased(run, line);
      case "version":
        return follow("memory", line.namespace, line.memory.id, () => target.putVersion(line, how));
      case "message":
        return follow("session", line.namespace, line.session_id, () => target.putMessage(line, how));
      case "state_version":
        return follow("state", line.namespace, line.key, () => target.putStateVersion(line, how));
    }
  }

  async function putSystem(line: SystemLine, from: ManifestLine): Promise<Outcome> {
    if (line.kind === "receipt") return importReceipt(run, line, from, putOptionsOf(run, from));
    // They belong to no namespace, so not to an import into one.
    if (options.into !== undefined) return "skipped";
    await allowScope(run, scopeOf("**"));
    if (line.kind === "key") return importKey(run.services, run.context, line, options);
    const { audit } = run.services.memory;
    const trail = trailOf(run.context, IMPORT_ACT, { ids: [line.agent] });
    await audit.system(trail, options.dryRun ? "dry_run" : "ok");
    return (await run.services.target.putVotes(line, options)) ? "created" : "unchanged";
  }

  function begin(
    kind: Parent["kind"],
    namespace: string,
    id: string,
    outcome: Promise<Outcome>,
  ): Promise<Outcome> {
    head = { kind, namespace, id, outcome };
    return outcome;
  }

  /** What belongs to a record goes with it. */
  async function follow(
    kind: Parent["kind"],
    namespace: string,
    id: string,
    write: () => Promise<boolean | "quota">,
  ): Promise<Outcome> {
    if (head?.kind !== kind || head.namespace !== namespace || head.id !== id) {
      throw invalid("kind", `The line must follow the ${kind} that it belongs to.`);
    }
    const outcome = await head.outcome;
    const written = outcome === "created" || outcome === "replaced";
    if (!written || options.dryRun) return outcome;
    const done = await write();
    if (done === "quota") return done;
    return done ? outcome : "skipped";
  }

  return {
    async take(text: string): Promise<void> {
      try {
        await read(text);
      } catch (error) {
        // A line before it may have been refused as well.
        await drain();
        await removeTogether();
        throw error;
      }
    },
    async drain(): Promise<void> {
      await drain();
      await removeTogether();
    },
    /** The line that was refused. */
    failed: (): number => failed ?? chain.lines + 1,
    job: (): ImportJob => ({
      ...start,
      chain,
      manifest,
      counts,
      lines,
      parent,
      status: complete ? "complete" : "running",
    }),
  };
}

function actOf({ kind }: ContentLine) {
  if (kind === "session" || kind === "message") return "session";
  if (kind === "state" || kind === "state_version") return "state";
  return "memory";
}

function readable(line: ManifestLine): ManifestLine {
  const { format_version: version, mneme_version: release } = line;
  if (version <= FORMAT_VERSION) return line;
  throw invalid(
    "format_version",
    `The file has format version ${version}, written by mneme ${release}. This release reads up to version ${FORMAT_VERSION}: import the file with that release or a newer one.`,
  );
}
