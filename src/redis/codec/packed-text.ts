/**
 * Text with what repeats in it packed: ULIDs and UUIDs as their 16 bytes, and the parts of an audit entry's JSON as one
 * byte each. Each such byte is a control character, of which packed text has none by itself: JSON escapes them. So text
 * that was never packed unpacks to itself. lua/audit.lua writes some of these bytes too.
 */
const ULID = 1;
const UUID = 2;
const NEXT_ULID = 3;
/** All ids of an entry, and its end. */
const ULID_LIST = 15;

/** The bytes of a ULID, and of a UUID. */
const BYTES = 16;

/** The meaning of each byte. It never changes for a byte that was ever written. */
const PHRASES: ReadonlyMap<number, string> = new Map([
  [4, ',"o":"ok"'],
  [5, ',"i":["'],
  [6, '"]}'],
  [7, '{"a":"'],
  [8, '","k":"'],
  [9, '","v":"'],
  [10, '","r":"'],
  [11, '","v":"recall","r":"'],
  [12, '","v":"read","r":"'],
  [13, '","n":"'],
  [14, ',"o":"'],
]);

/** Crockford's digits, as the ulid package writes them. */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** By the code of a character. */
const VALUES = digitsByCode(DIGITS);
const HEX = digitsByCode("0123456789abcdef");
const HYPHEN = 0x2d;
const ULIDS = "[0-7][0-9A-HJKMNP-TV-Z]{25}";
const ONE_ULID = new RegExp(`^${ULIDS}$`);
const UUIDS = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const BY_PHRASE = new Map([...PHRASES].map(([byte, phrase]) => [phrase, byte]));
/** The longest phrase first: the first that fits is taken. */
const TOKENS = new RegExp(
  [
    `(","${ULIDS})`,
    `(${ULIDS})`,
    `(${UUIDS})`,
    `(${[...BY_PHRASE.keys()]
      .toSorted((one, other) => other.length - one.length)
      .map((phrase) => phrase.replaceAll(/[[\]{}]/g, String.raw`\$&`))
      .join("|")})`,
  ].join("|"),
  "g",
);

function digitsByCode(digits: string): Uint8Array {
  const values = new Uint8Array(128);
  for (let value = 0; value < digits.length; value++) values[digits.charCodeAt(value)] = value;
  return values;
}

const NOTHING = Buffer.alloc(0);

/**
 * Text without control characters, such as JSON. `before`: what is packed already and comes before it. Writes into one
 * buffer: a part of every request.
 */
export function packText(text: string, before: Buffer = NOTHING): Buffer {
  // What is packed gets shorter, and UTF-8 has at most three bytes for a unit of a string.
  const packed = Buffer.allocUnsafe(before.length + text.length * 3);
  let end = before.copy(packed);
  let from = 0;
  for (let match = TOKENS.exec(text); match !== null; match = TOKENS.exec(text)) {
    const [whole, next, ulid, uuid] = match;
    if (match.index > from) end += packed.write(text.slice(from, match.index), end);
    from = match.index + whole.length;
    if (next !== undefined) {
      packed[end] = NEXT_ULID;
      end = writeUlid(packed, end + 1, next, 3);
    } else if (ulid !== undefined) {
      packed[end] = ULID;
      end = writeUlid(packed, end + 1, ulid, 0);
    } else if (uuid !== undefined) {
      packed[end] = UUID;
      end = writeUuid(packed, end + 1, uuid);
    } else {
      packed[end++] = BY_PHRASE.get(whole) ?? 0;
    }
  }
  if (from < text.length) end += packed.write(from === 0 ? text : text.slice(from), end);
  return packed.subarray(0, end);
}

export function unpackText(packed: Buffer): string {
  let text = "";
  let from = 0;
  for (let at = 0; at < packed.length; at++) {
    const found = (packed[at] ?? 0) < 32 ? tokenAt(packed, at) : undefined;
    if (found === undefined) continue;
    text += packed.toString("utf8", from, at) + found.text;
    from = found.end;
    at = from - 1;
  }
  return text + packed.toString("utf8", from);
}

interface Token {
  readonly text: string;
  readonly end: number;
}

/** Undefined: the text isn't packed. */
function tokenAt(packed: Buffer, at: number): Token | undefined {
  const byte = packed[at] ?? 0;
  if (byte === ULID_LIST) return listAt(packed, at + 1);
  const phrase = PHRASES.get(byte);
  if (phrase !== undefined) return { text: phrase, end: at + 1 };
  const end = at + 1 + BYTES;
  const bytes = packed.subarray(at + 1, end);
  if (bytes.length < BYTES) return undefined;
  if (byte === ULID) return { text: ulidOf(bytes), end };
  if (byte === NEXT_ULID) return { text: `","${ulidOf(bytes)}`, end };
  if (byte !== UUID) return undefined;
  return { text: bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"), end };
}

/** A list: its length, the length of the common prefix, that prefix, and the rest of each. */
function listAt(packed: Buffer, at: number): Token | undefined {
  const [count = 0, same = 0] = packed.subarray(at, at + 2);
  const begin = at + 2 + same;
  const end = begin + count * (BYTES - same);
  if (same > BYTES || count === 0 || end > packed.length) return undefined;
  const first = packed.subarray(at + 2, begin);
  const ids = Array.from({ length: count }, (_, index) => {
    const place = begin + index * (BYTES - same);
    return ulidOf(Buffer.concat([first, packed.subarray(place, place + BYTES - same)]));
  });
  return { text: `,"i":["${ids.join('","')}"]}`, end };
}

/** The bytes of each, one after the other; undefined if one isn't a ULID. */
export function bytesOfUlids(ids: readonly string[]): Buffer | undefined {
  if (!ids.every((id) => ONE_ULID.test(id))) return undefined;
  const bytes = Buffer.allocUnsafe(BYTES * ids.length);
  for (const [index, id] of ids.entries()) writeUlid(bytes, BYTES * index, id, 0);
  return bytes;
}

export function bytesOfUlid(ulid: string): Buffer {
  const bytes = Buffer.allocUnsafe(BYTES);
  writeUlid(bytes, 0, ulid, 0);
  return bytes;
}

/**
 * 26 digits of 5 bits, the first of 3: one byte of the first two digits, then 5 bytes of each 8, exact as numbers. Gives
 * the end.
 */
function writeUlid(target: Buffer, at: number, text: string, from: number): number {
  target[at] = numberOf(text, from, from + 2);
  for (let part = 0; part < 3; part++) {
    const value = numberOf(text, from + 2 + 8 * part, from + 10 + 8 * part);
    const place = at + 1 + 5 * part;
    target[place] = Math.floor(value / 2 ** 32);
    // The lower 32 bits.
    target[place + 1] = value >>> 24;
    target[place + 2] = value >>> 16;
    target[place + 3] = value >>> 8;
    target[place + 4] = value;
  }
  return at + BYTES;
}

function numberOf(ulid: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 32 + (VALUES[ulid.charCodeAt(at)] ?? 0);
  return value;
}

/** Gives the end. */
function writeUuid(target: Buffer, at: number, uuid: string): number {
  let end = at;
  for (let place = 0; place < uuid.length; place += 2) {
    if (uuid.charCodeAt(place) === HYPHEN) place++;
    target[end++] = (HEX[uuid.charCodeAt(place)] ?? 0) * 16 + (HEX[uuid.charCodeAt(place + 1)] ?? 0);
  }
  return end;
}

export function ulidOf(bytes: Buffer): string {
  let value = BigInt(`0x${bytes.toString("hex")}`);
  let text = "";
  for (let digit = 0; digit < 26; digit++) {
    text = (DIGITS[Number(value & 31n)] ?? "") + text;
    value >>= 5n;
  }
  return text;
}
