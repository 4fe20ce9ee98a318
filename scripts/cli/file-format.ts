import { open } from "node:fs/promises";
import { Failure, messageOf } from "../shell/failure.js";

export const FILE_FORMATS = ["mneme", "pam"] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

const HEAD_BYTES = 4096;
/** A member of a PAM document, in whatever order they come. */
const PAM_START =
  /^\s*\{\s*"(?:schema|schema_version|spec_uri|export_\w+|exported_by|owner|memories|relations|integrity)"/;

/** By the beginning of a file. Throws a {@link Failure} that says what else it is. */
export async function formatOf(file: string): Promise<FileFormat> {
  const head = await headOf(file);
  if (head.length === 0) throw new Failure(`${file} is empty.`);
  if (head[0] === 0x1f && head[1] === 0x8b) {
    throw new Failure(`${file} is compressed. Decompress it first: gunzip -c ${file} > FILE`);
  }
  const text = head.toString("utf8");
  if (text.startsWith('{"kind":"manifest"')) return "mneme";
  return PAM_START.test(text) ? "pam" : "mneme";
}

async function headOf(file: string): Promise<Buffer> {
  try {
    const handle = await open(file, "r");
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new Failure(`${file} can't be read: ${messageOf(error)}`, { cause: error });
  }
}
