import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** A payload's first byte is its format. Scripts look at no more than this byte. */
const WHOLE = 0x77; // w
const DEFLATED = 0x7a; // z
const LIST = 0x6c; // l: nothing but the ids of its segments follows

export const SEGMENT_ID_SIZE = 16;

/** A serialised value with its type, deflated from a size on if that makes it smaller. */
export async function valuePayload(type: string, bytes: Uint8Array, threshold: number): Promise<Buffer> {
  if (bytes.length >= threshold) {
    const smaller = await deflate(bytes, { level: 1 });
    if (smaller.length < bytes.length) return frame(DEFLATED, type, smaller);
  }
  return frame(WHOLE, type, bytes);
}

export function listPayload(ids: readonly string[]): Buffer {
  return Buffer.from(`${String.fromCharCode(LIST)}${ids.join("")}`, "latin1");
}

/** The ids of a list's segments; undefined when the payload is a value. */
export function segmentIdsOf(payload: Buffer): string[] | undefined {
  if (payload[0] !== LIST) return undefined;
  const ids: string[] = [];
  for (let from = 1; from < payload.length; from += SEGMENT_ID_SIZE) {
    ids.push(payload.toString("latin1", from, from + SEGMENT_ID_SIZE));
  }
  return ids;
}

export function typeOf(payload: Buffer): string {
  return payload.toString("utf8", TYPE_START, bodyStart(payload));
}

/** The serialised value: a part of the payload itself, unless it is deflated. */
export function bodyOf(payload: Buffer): Buffer | Promise<Buffer> {
  const body = payload.subarray(bodyStart(payload));
  if (payload[0] === WHOLE) return body;
  if (payload[0] === DEFLATED) return inflate(body);
  throw new Error(`Unknown kind of payload: ${payload[0]}`);
}

const TYPE_START = 2;
const bodyStart = (payload: Buffer): number => TYPE_START + (payload[1] ?? 0);

function frame(kind: number, type: string, body: Uint8Array): Buffer {
  const name = Buffer.from(type);
  if (name.length > 255) throw new RangeError(`The type of a serialised value is too long: ${type}`);
  return Buffer.concat([Buffer.of(kind, name.length), name, body]);
}
