import { createHash } from "node:crypto";
import { bytesOfUlid, ulidOf } from "../codec/packed-text.js";

/**
 * Where a receipt is: an entry of the stream of its home, which is a namespace, or stands for all that are kept equally
 * long. The id says so itself. It is a ULID: 48 bits of time, 60 of the home's hash, 20 of the place among those of one
 * millisecond.
 */
export interface ReceiptPlace {
  /** Hash of the home, in hexadecimal. */
  readonly home: string;
  /** `<milliseconds>-<number>`. */
  readonly entry: string;
}

const HOME_BITS = 60n;
const NUMBER_BITS = 20n;

export const homeHash = (home: string): string =>
  createHash("sha256")
    .update(home)
    .digest("hex")
    .slice(0, Number(HOME_BITS / 4n));

/** Whether an id can say the place: a stream counts on in its last millisecond as long as Redis's clock is behind it. */
export const fitsId = (entry: string): boolean => BigInt(entry.split("-")[1] ?? "0") < 1n << NUMBER_BITS;

/** Where a stream goes on after an entry in another millisecond. */
export const afterMillisecond = (entry: string): string => `${Number(entry.split("-")[0]) + 1}-*`;

export function idOfPlace({ home, entry }: ReceiptPlace): string {
  const [time = "0", number = "0"] = entry.split("-");
  const value =
    (BigInt(time) << (HOME_BITS + NUMBER_BITS)) | (BigInt(`0x${home}`) << NUMBER_BITS) | BigInt(number);
  return ulidOf(Buffer.from(value.toString(16).padStart(32, "0"), "hex"));
}

export function placeOfId(id: string): ReceiptPlace {
  const value = BigInt(`0x${bytesOfUlid(id).toString("hex")}`);
  const home = BigInt.asUintN(Number(HOME_BITS), value >> NUMBER_BITS);
  const number = BigInt.asUintN(Number(NUMBER_BITS), value);
  return {
    home: home.toString(16).padStart(Number(HOME_BITS / 4n), "0"),
    entry: `${value >> (HOME_BITS + NUMBER_BITS)}-${number}`,
  };
}
