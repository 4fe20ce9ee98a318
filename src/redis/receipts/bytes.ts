/** Enough for most receipts with a query's vector. */
const FIRST_BYTES = 2048;

/** Writes values one after the other, in as few bytes as they take; into one buffer, which grows. */
export function createWriter() {
  let target = Buffer.allocUnsafe(FIRST_BYTES);
  let end = 0;
  /** Makes room for so many bytes, and gives where they begin. */
  const take = (length: number): number => {
    const from = end;
    end += length;
    if (end > target.length) {
      const larger = Buffer.allocUnsafe(2 * end);
      target.copy(larger, 0, 0, from);
      target = larger;
    }
    return from;
  };
  const writer = {
    /** A whole number from 0; seven bits a byte. */
    count(value: number): void {
      let rest = value;
      for (; rest >= 128; rest = Math.floor(rest / 128)) {
        const at = take(1);
        target[at] = (rest % 128) + 128;
      }
      const at = take(1);
      target[at] = rest;
    },
    /** A whole number of either sign. */
    difference(value: number): void {
      writer.count(value < 0 ? -2 * value - 1 : 2 * value);
    },
    /** A number to about seven digits. */
    number(value: number): void {
      const at = take(4);
      target.writeFloatBE(value, at);
    },
    /** 0 to 1, to four digits. */
    share(value: number | undefined): void {
      const at = take(2);
      target.writeUInt16BE(value === undefined ? NO_SHARE : Math.round(value * SHARES), at);
    },
    bytes(value: Uint8Array): void {
      writer.count(value.length);
      const at = take(value.length);
      target.set(value, at);
    },
    text(value: string): void {
      const length = Buffer.byteLength(value);
      writer.count(length);
      const at = take(length);
      target.write(value, at);
    },
    written: (): Buffer => target.subarray(0, end),
  };
  return writer;
}

export type Writer = ReturnType<typeof createWriter>;

const SHARES = 10_000;
const NO_SHARE = 65_535;

/** Reads what {@link createWriter} has written, in the same order. Throws where there is no more. */
export function createReader(source: Buffer) {
  let at = 0;
  const reader = {
    count(): number {
      let value = 0;
      for (let factor = 1; ; factor *= 128) {
        const byte = source.readUInt8(at++);
        value += (byte % 128) * factor;
        if (byte < 128) return value;
      }
    },
    difference(): number {
      const value = reader.count();
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    },
    number(): number {
      at += 4;
      return Number(source.readFloatBE(at - 4).toPrecision(7));
    },
    share(): number | undefined {
      at += 2;
      const value = source.readUInt16BE(at - 2);
      return value === NO_SHARE ? undefined : value / SHARES;
    },
    bytes(): Buffer {
      const length = reader.count();
      at += length;
      if (at > source.length) throw new RangeError("The stored receipt ends too early.");
      return source.subarray(at - length, at);
    },
    text: (): string => reader.bytes().toString(),
  };
  return reader;
}

export type Reader = ReturnType<typeof createReader>;
