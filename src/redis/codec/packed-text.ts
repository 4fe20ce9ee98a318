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
const ULIDS = "[0-7][0-9A-HJKMNP-TV-Z]{25}";
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

/** Text without control characters, such as JSON. */
export function packText(text: string): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const match of text.matchAll(TOKENS)) {
    const [whole, next, ulid, uuid] = match;
    parts.push(Buffer.from(text.slice(from, match.index)));
    if (next !== undefined) parts.push(Buffer.of(NEXT_ULID), bytesOfUlid(next.slice(3)));
    else if (ulid !== undefined) parts.push(Buffer.of(ULID), bytesOfUlid(ulid));
    else if (uuid !== undefined) parts.push(Buffer.of(UUID), Buffer.from(uuid.replaceAll("-", ""), "hex"));
    else parts.push(Buffer.of(BY_PHRASE.get(whole) ?? 0));
    from = match.index + whole.length;
  }
  parts.push(Buffer.from(text.slice(from)));
  return Buffer.concat(parts);
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

/** 26 digits of 5 bits, the first of 3: one byte of the first two digits, then 5 bytes of each 8, exact as numbers. */
export function bytesOfUlid(ulid: string): Buffer {
  const bytes = Buffer.allocUnsafe(BYTES);
  bytes[0] = numberOf(ulid, 0, 2);
  for (const part of [0, 1, 2])
    bytes.writeUIntBE(numberOf(ulid, 2 + 8 * part, 10 + 8 * part), 1 + 5 * part, 5);
  return bytes;
}

function numberOf(ulid: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 32 + DIGITS.indexOf(ulid.charAt(at));
  return value;
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
