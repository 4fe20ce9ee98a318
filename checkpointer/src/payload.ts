import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** What a payload's first byte says. Scripts look at no more than this byte. */
const WHOLE = 0x77; // w
const DEFLATED = 0x7a; // z
const LIST = 0x65; // e: nothing but the ids of its elements follows

export const ELEMENT_ID_SIZE = 16;

export type Parsed =
  | { readonly kind: "value"; readonly type: string; readonly bytes: Uint8Array }
  | { readonly kind: "list"; readonly ids: readonly string[] };

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

export async function parsePayload(payload: Buffer): Promise<Parsed> {
  const kind = payload[0];
  if (kind === LIST) return { kind: "list", ids: idsOf(payload) };
  if (kind !== WHOLE && kind !== DEFLATED) throw new Error(`Unknown kind of payload: ${kind}`);
  const start = 2 + (payload[1] ?? 0);
  const type = payload.toString("utf8", 2, start);
  const body = payload.subarray(start);
  // A copy: a serializer may hand out the bytes themselves, which here are a part of a network buffer.
  return { kind: "value", type, bytes: new Uint8Array(kind === DEFLATED ? await inflate(body) : body) };
}

function frame(kind: number, type: string, body: Uint8Array): Buffer {
  const name = Buffer.from(type);
  if (name.length > 255) throw new RangeError(`The type of a serialised value is too long: ${type}`);
  return Buffer.concat([Buffer.of(kind, name.length), name, body]);
}

function idsOf(payload: Buffer): string[] {
  const ids: string[] = [];
  for (let from = 1; from < payload.length; from += ELEMENT_ID_SIZE) {
    ids.push(payload.toString("latin1", from, from + ELEMENT_ID_SIZE));
  }
  return ids;
}
