import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants } from "node:zlib";
import type { Interaction } from "../model/record.js";
import type { ArchivedEntry, SegmentRef, StoredEntry } from "../ports/archive.js";
import { SegmentDamaged } from "../ports/archive.js";

/**
 * A segment: a line of JSON that describes it, then the compressed entries, one JSON a line, then their vectors, as they
 * are. docs/archive.md describes it. A release reads every version up to its own.
 */
const FORMAT = "mneme-archive";
const VERSION = 1;
/** The line is short, so what has no end of line within this isn't a segment. */
const HEADER_BYTES = 1024;

interface Header extends SegmentRef {
  readonly format: typeof FORMAT;
  readonly version: number;
  readonly created_at: string;
  readonly memories: number;
  /** Bytes of the entries, compressed and before, and of the vectors. */
  readonly compressed: number;
  readonly text: number;
  readonly vectors: number;
  /** Of all that follows the line, in hexadecimal. */
  readonly sha256: string;
}

/** An entry's line: its id first, so that it is found without parsing the others. */
type EntryLine = ArchivedEntry & { readonly vectors: readonly number[] };

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/** Half of the best compression's time to write takes a tenth more bytes. */
const QUALITY = 5;

export async function encodeSegment(
  { namespace, segment }: SegmentRef,
  entries: readonly StoredEntry[],
  at: number,
): Promise<Buffer> {
  const lines = entries.map(({ id, vectors, ...rest }) => {
    const line: EntryLine = { id, ...rest, vectors: vectors.map(({ length }) => length) };
    return `${JSON.stringify(line)}\n`;
  });
  const text = Buffer.from(lines.join(""));
  const packed = await compress(text, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: QUALITY,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
    },
  });
  const vectors = Buffer.concat(entries.flatMap((entry) => entry.vectors));
  const body = Buffer.concat([packed, vectors]);
  const header: Header = {
    format: FORMAT,
    version: VERSION,
    namespace,
    segment,
    created_at: new Date(at).toISOString(),
    memories: entries.length,
    compressed: packed.length,
    text: text.length,
    vectors: vectors.length,
    sha256: sha256(body),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]);
}

export const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** The entries with these ids, or all. Rejects with {@link SegmentDamaged} unless it is this segment, whole. */
export async function decodeSegment(
  ref: SegmentRef,
  bytes: Buffer,
  expected: string,
  wanted?: ReadonlySet<string>,
): Promise<ReadonlyMap<string, StoredEntry>> {
  // Before anything in it is trusted: another namespace's segment, or a bomb, has another digest.
  if (sha256(bytes) !== expected) throw new SegmentDamaged("the checksum doesn't fit");
  const end = bytes.subarray(0, HEADER_BYTES).indexOf(0x0a);
  const header = end === -1 ? undefined : headerOf(bytes.toString("utf8", 0, end));
  if (header === undefined) throw new SegmentDamaged("it has no header that this release reads");
  if (header.namespace !== ref.namespace || header.segment !== ref.segment)
    throw new SegmentDamaged("it is another segment");
  const body = bytes.subarray(end + 1);
  if (body.length !== header.compressed + header.vectors) throw new SegmentDamaged("it is cut off");
  const packed = body.subarray(0, header.compressed);
  const text = await decompress(packed, { maxOutputLength: header.text });
  return entriesOf(text.toString("utf8"), body.subarray(header.compressed), wanted);
}

function headerOf(line: string): Header | undefined {
  try {
    const header = JSON.parse(line) as Partial<Header>;
    const known = header.format === FORMAT && (header.version ?? Infinity) <= VERSION;
    // Written by a release of mneme, as the digest shows: so it has all of its fields.
    return known ? (header as Header) : undefined;
  } catch {
    return undefined;
  }
}

function entriesOf(
  text: string,
  vectors: Buffer,
  wanted: ReadonlySet<string> | undefined,
): ReadonlyMap<string, StoredEntry> {
  const found = new Map<string, StoredEntry>();
  let at = 0;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const skipped = wanted !== undefined && !wanted.has(idOf(line));
    const sizes = skipped ? sizesOf(line) : undefined;
    if (sizes !== undefined) {
      at += sizes;
      continue;
    }
    const entry = parseEntry(line);
    const own = entry.vectors.map((size) => vectors.subarray(at, (at += size)));
    if (!skipped) found.set(entry.id, { ...entry, vectors: own });
  }
  return found;
}

const idOf = (line: string): string => line.slice('{"id":"'.length, line.indexOf('"', '{"id":"'.length));

/** The bytes of an entry's vectors, by the end of its line. */
function sizesOf(line: string): number | undefined {
  const [, sizes] = /"vectors":\[([\d,]*)\]\}$/.exec(line.slice(-4096)) ?? [];
  if (sizes === undefined) return undefined;
  return sizes === "" ? 0 : sizes.split(",").reduce((sum, size) => sum + Number(size), 0);
}

/** Written by mneme, as the segment's digest shows. */
export const parseInteraction = (raw: string): Interaction => JSON.parse(raw) as Interaction;

/** Written by {@link encodeSegment}, as the digest shows. */
const parseEntry = (line: string): EntryLine => JSON.parse(line) as EntryLine;
