/** A number that is written as a float32 instead of a varint. */
export interface Float32 {
  readonly float32: number;
}
/** One field of a protocol buffer message. */
export type Field = readonly [number: number, value: number | Float32 | string | Uint8Array | Message];
/** A message's fields, in the order in which they are written. */
export type Message = readonly Field[];

/** Writes a message. The same message gives the same bytes everywhere. */
export function writeMessage(message: Message): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [number, value] of message) {
    if (typeof value === "number") parts.push(varint(number * 8), varint(value));
    else if (typeof value === "object" && "float32" in value) {
      parts.push(varint(number * 8 + 5), float32(value.float32));
    } else {
      const bytes = bytesOf(value);
      parts.push(varint(number * 8 + 2), varint(bytes.length), bytes);
    }
  }
  return Buffer.concat(parts);
}

function bytesOf(value: string | Uint8Array | Message): Uint8Array {
  if (typeof value === "string") return Buffer.from(value, "utf8");
  return value instanceof Uint8Array ? value : writeMessage(value);
}

/** A whole number from 0 to 2^53. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function float32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
