import { NotStoredError, notStored } from "../saver/lossless.js";
import { bigInteger } from "./json.js";
import { SET } from "./records.js";

/** Extension types of LangGraph's serializer for Python. What each holds is msgpack itself. */
const EXTENSION = {
  singleArgument: 0,
  arguments: 1,
  namedArguments: 2,
  pydantic: 5,
  numpy: 6,
  deltaSnapshot: 7,
} as const;

const MAX_DEPTH = 512;

/**
 * Decodes what LangGraph's serializer for Python writes where JSON has no form: bytes are a Uint8Array, and objects are
 * the records that it would write in JSON. Throws, naming the class, for an object that has none.
 */
export function decodeMsgpack(what: string, bytes: Uint8Array): unknown {
  try {
    return new Decoder(what, bytes).whole(0);
  } catch (error) {
    if (error instanceof NotStoredError) throw error;
    // Beyond the end of the bytes.
    throw notStored(what, "it isn't msgpack.", error);
  }
}

class Decoder {
  readonly #what: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(what: string, bytes: Uint8Array) {
    this.#what = what;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  whole(depth: number): unknown {
    const value = this.#value(depth);
    if (this.#at !== this.#bytes.length) throw new RangeError("bytes follow the value");
    return value;
  }

  #value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw notStored(this.#what, `it is nested deeper than ${MAX_DEPTH} levels.`);
    const head = this.#unsigned(1);
    if (head < 0x80) return head;
    if (head < 0x90) return this.#map(head & 0x0f, depth);
    if (head < 0xa0) return this.#list(head & 0x0f, depth);
    if (head < 0xc0) return this.#text(head & 0x1f);
    if (head >= 0xe0) return head - 0x100;
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return new Uint8Array(this.#take(this.#length(head - 0xc4)));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(this.#length(head - 0xc7), depth);
      case 0xca:
        return this.#view.getFloat32(this.#skip(4));
      case 0xcb:
        return this.#view.getFloat64(this.#skip(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#length(head - 0xcc);
      case 0xcf:
        return this.#safe(this.#view.getBigUint64(this.#skip(8)));
      case 0xd0:
        return this.#view.getInt8(this.#skip(1));
      case 0xd1:
        return this.#view.getInt16(this.#skip(2));
      case 0xd2:
        return this.#view.getInt32(this.#skip(4));
      case 0xd3:
        return this.#safe(this.#view.getBigInt64(this.#skip(8)));
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(2 ** (head - 0xd4), depth);
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#length(head - 0xd9));
      case 0xdc:
      case 0xdd:
        return this.#list(this.#length(head - 0xdb), depth);
      case 0xde:
      case 0xdf:
        return this.#map(this.#length(head - 0xdd), depth);
      default:
        throw new RangeError("no such type");
    }
  }

  #list(length: number, depth: number): unknown[] {
    const list: unknown[] = [];
    // Its length is only what the bytes claim.
    for (let n = 0; n < length; n++) list.push(this.#value(depth + 1));
    return list;
  }

  #map(length: number, depth: number): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    for (let n = 0; n < length; n++) {
      const key = this.#value(depth + 1);
      if (typeof key !== "string")
        throw notStored(this.#what, "it holds a dict with a key that isn't a str.");
      entries.push([key, this.#value(depth + 1)]);
    }
    return Object.fromEntries(entries);
  }

  #extension(length: number, depth: number): unknown {
    const type = this.#unsigned(1);
    const inner = new Decoder(this.#what, this.#take(length));
    const held = inner.whole(depth + 1);
    if (type === EXTENSION.deltaSnapshot) return { __delta_snapshot__: true, value: held };
    const [module, name, given] = Array.isArray(held) ? (held as unknown[]) : [];
    if (type === EXTENSION.numpy || typeof module !== "string" || typeof name !== "string")
      throw notStored(
        this.#what,
        `it holds ${type === EXTENSION.numpy ? "an array of numpy" : "an extension of msgpack"}, which JavaScript has no class for.`,
      );
    const record = recordOf(type, `${module}.${name}`, given);
    if (record !== undefined) return record;
    throw notStored(
      this.#what,
      `it holds a ${module}.${name} in msgpack, which JavaScript has no class for.`,
    );
  }

  #text(length: number): string {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.#take(length));
  }

  #take(length: number): Uint8Array {
    const at = this.#skip(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** An unsigned integer of 2^`power` bytes. */
  #length(power: number): number {
    return this.#unsigned(2 ** power);
  }

  #unsigned(size: number): number {
    const at = this.#skip(size);
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #safe(integer: bigint): number {
    const value = Number(integer);
    if (!Number.isSafeInteger(value)) throw bigInteger(this.#what);
    return value;
  }

  #skip(size: number): number {
    const at = this.#at;
    if (at + size > this.#bytes.length) throw new RangeError("the bytes end early");
    this.#at += size;
    return at;
  }
}

const MESSAGES = /^langchain_core\.(?:messages|documents)\./;

function recordOf(type: number, full: string, given: unknown): unknown {
  if (type === EXTENSION.singleArgument && full === "builtins.set")
    return { lc: 2, type: "constructor", id: SET, args: [given] };
  if (type === EXTENSION.pydantic && MESSAGES.test(full))
    return { lc: 1, type: "constructor", id: full.split("."), kwargs: given };
  if (
    type === EXTENSION.arguments &&
    full === "langgraph.types.Send" &&
    Array.isArray(given) &&
    given.length === 2
  )
    return { __send__: true, node: (given as unknown[])[0], arg: (given as unknown[])[1] };
  if (type === EXTENSION.namedArguments && full === "langgraph.types.Interrupt" && typeof given === "object")
    return { __interrupt__: true, ...given };
  return undefined;
}
