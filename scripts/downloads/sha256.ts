import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Failure } from "../shell/failure.js";

/** The hash as lower-case hex. */
export function sha256(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Throws a {@link Failure} that names `what` unless the data has this hash. */
export function verifySha256(what: string, data: Uint8Array, expected: string): void {
  const actual = sha256(data);
  if (actual === expected) return;
  throw new Failure(
    `${what} is not what it should be, so it is not used: sha256 ${actual}, expected ${expected}.`,
  );
}

/** Reads a file whole and gives it back if it has this hash. See {@link verifySha256}. */
export async function readVerified(file: string, what: string, expected: string): Promise<Uint8Array> {
  const data = await readFile(file);
  verifySha256(what, data, expected);
  return data;
}
