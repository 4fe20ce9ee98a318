import { createHash, randomUUID } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHAIN_START, linked } from "../../../src/backup/chain.js";
import { FORMAT, FORMAT_VERSION } from "../../../src/backup/lines.js";
import type { MemoryLine } from "../../../src/backup/lines.js";
import { RELEASE } from "../../../src/backup/release.js";
import { namespace as namespaceName } from "../../../src/http/openapi/primitives.js";
import { Failure } from "../../shell/failure.js";
import { canonical, contentHash } from "./canonical.js";
import { PAM_VERSION, pamMemory, pamStore } from "./document.js";
import type { PamMemory } from "./document.js";
import { foreignLine, ulidFrom } from "./foreign.js";

/** A JSON document is read whole. */
const MOST_BYTES = 512 * 1024 * 1024;

export interface PamRead {
  /** A file of lines that says the same; the caller removes it. */
  readonly file: string;
  readonly memories: number;
  /** Ids of memories that were retracted, and so aren't imported. */
  readonly retracted: number;
}

/** Turns a PAM document into a file that an import reads. Throws a {@link Failure} that names what is wrong. */
export async function readPam(file: string, into: string | undefined): Promise<PamRead> {
  const { size } = await stat(file);
  if (size > MOST_BYTES)
    throw new Failure(`${file} exceeds ${MOST_BYTES} bytes, the most for a PAM document.`);
  const memories = memoriesIn(file, parsed(file, await readFile(file, "utf8")));
  const kept = memories.filter(({ status }) => status !== "retracted");
  const ids = new Map(memories.map((memory) => [memory.id, ulidFrom(memory)]));
  const own = new Set(memories.flatMap((memory) => ownNamespace(memory) ?? []));
  if (into !== undefined && own.size > 1) {
    throw new Failure(`${file} holds ${own.size} namespaces of mneme. Import it without --into.`);
  }
  const lines = kept.map((memory) => lineOf(file, memory, ids, into));
  return { file: await written(lines), memories: kept.length, retracted: memories.length - kept.length };
}

function parsed(file: string, text: string) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Failure(`${file} isn't JSON: it is damaged or truncated.`);
  }
  const store = pamStore.safeParse(value);
  if (!store.success) throw new Failure(`${file} isn't a PAM document: ${firstIssue(store.error)}`);
  const { schema_version: version } = store.data;
  if (!version.startsWith("1.")) {
    throw new Failure(`${file} has PAM version ${version}. This release reads version ${PAM_VERSION}.`);
  }
  return store.data;
}

function memoriesIn(file: string, { memories, integrity }: ReturnType<typeof parsed>): PamMemory[] {
  if (integrity) {
    const sorted = memories.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
    const checksum = `sha256:${createHash("sha256").update(canonical(sorted)).digest("hex")}`;
    if (integrity.total_memories !== memories.length || integrity.checksum !== checksum) {
      throw new Failure(
        `${file} is damaged or was changed: its integrity checksum doesn't fit its memories.`,
      );
    }
  }
  const seen = new Set<string>();
  return memories.map((each, at) => {
    const memory = pamMemory.safeParse(each);
    if (!memory.success) throw new Failure(`${file}: memories[${at}]: ${firstIssue(memory.error)}`);
    const { id, content, content_hash } = memory.data;
    if (content_hash !== contentHash(content)) {
      throw new Failure(`${file}: memories[${at}]: content_hash doesn't fit the content.`);
    }
    if (seen.has(id)) throw new Failure(`${file}: memories[${at}]: its id is another memory's too.`);
    seen.add(id);
    return memory.data;
  });
}

const idOf = (value: unknown): string =>
  typeof value === "object" && value !== null && "id" in value ? String(value.id) : "";

function firstIssue({
  issues: [issue],
}: {
  issues: readonly { path: readonly PropertyKey[]; message: string }[];
}) {
  return `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`;
}

/** Every field of it is checked as that of any file is, before anything is written. */
interface UncheckedLine extends Readonly<Record<string, unknown>> {
  readonly kind: "memory";
  readonly namespace: string;
}

interface Own {
  readonly namespace: string;
  readonly memory: Readonly<Record<string, unknown>>;
  readonly empty?: boolean;
}

/** What mneme itself wrote; the import checks every field of it. */
function ownPart({ metadata, provenance }: PamMemory): Own | undefined {
  const own = metadata?.["mneme"];
  if (provenance.platform !== "mneme" || typeof own !== "object" || own === null) return undefined;
  const { namespace, memory } = own as { namespace?: unknown; memory?: unknown };
  return namespaceName.safeParse(namespace).success && typeof memory === "object" && memory !== null
    ? (own as Own)
    : undefined;
}

const ownNamespace = (memory: PamMemory): string | undefined => ownPart(memory)?.namespace;

function lineOf(
  file: string,
  memory: PamMemory,
  ids: ReadonlyMap<string, string>,
  into: string | undefined,
): MemoryLine | UncheckedLine {
  const own = ownPart(memory);
  if (own !== undefined) {
    const { namespace, empty, ...rest } = own;
    const content = empty === true ? "" : memory.content;
    return {
      ...rest,
      kind: "memory",
      namespace: into ?? namespace,
      memory: { ...own.memory, content },
    };
  }
  if (into === undefined) {
    throw new Failure(
      `${file} comes from another system. Say with --into which namespace takes its memories.`,
    );
  }
  return foreignLine(memory, ids, into);
}

async function written(lines: readonly { readonly namespace: string }[]): Promise<string> {
  const file = join(tmpdir(), `mneme-pam-${randomUUID()}.jsonl`);
  const started_at = new Date().toISOString();
  const namespaces = [...new Set(lines.map(({ namespace }) => namespace))];
  const manifest = {
    kind: "manifest",
    format: FORMAT,
    format_version: FORMAT_VERSION,
    id: ulidFrom({ id: file, created: Date.now() }),
    mneme_version: RELEASE,
    started_at,
    namespaces: namespaces.length === 0 || namespaces.length > 100 ? ["**"] : namespaces,
    since: null,
    vectors: false,
    model: null,
  };
  let chain = CHAIN_START;
  const texts: string[] = [];
  const add = (value: unknown): void => {
    const next = linked(chain, JSON.stringify(value));
    ({ chain } = next);
    texts.push(`${next.text}\n`);
  };
  for (const line of [manifest, ...lines]) add(line);
  add({ kind: "trailer", lines: chain.lines, counts: { memory: lines.length }, sha256: chain.digest });
  await writeFile(file, texts, { mode: 0o600 });
  return file;
}
