/** The slots of Redis Cluster: which keys lie together, and on which node. */

export const SLOTS = 16_384;

/** What decides the slot of a key: what stands between its first braces, if anything does, else all of it. */
export function tagOf(key: string): string {
  const open = key.indexOf("{");
  const close = open === -1 ? -1 : key.indexOf("}", open + 1);
  return close > open + 1 ? key.slice(open + 1, close) : key;
}

export const slotOf = (key: string): number => crc16(Buffer.from(tagOf(key))) % SLOTS;

/** CRC16 as in XMODEM, by which Redis Cluster hashes. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    crc &= 0xffff;
  }
  return crc;
}

let tags: readonly string[] | undefined;

/** A short text that hashes to a slot, the same in every process. */
export function tagOfSlot(slot: number): string {
  tags ??= everyTag();
  const tag = tags[slot];
  if (tag === undefined) throw new RangeError(`There is no slot ${slot}.`);
  return tag;
}

function everyTag(): string[] {
  const found: string[] = [];
  let missing = SLOTS;
  for (let number = 0; missing > 0; number++) {
    const tag = number.toString(36);
    const slot = crc16(Buffer.from(tag)) % SLOTS;
    if (found[slot] !== undefined) continue;
    found[slot] = tag;
    missing -= 1;
  }
  return found;
}

/**
 * A key that is never there, in the slot of another one. While a slot moves, Redis refuses a command that names a key
 * that isn't there: so whatever names this one too is done on all of the slot's keys, or not at all.
 */
export function neverIn(key: string): string {
  const tag = tagOf(key);
  return `${key.slice(0, key.indexOf(":"))}:never:{${tag}}`;
}
