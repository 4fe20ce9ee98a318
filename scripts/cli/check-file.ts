import { CHAIN_START, checked } from "../../src/backup/chain.js";
import { FORMAT_VERSION } from "../../src/backup/lines.js";
import type { Line, ManifestLine, TrailerLine } from "../../src/backup/lines.js";
import { DomainError } from "../../src/domain/errors.js";
import { parseLine } from "../../src/http/backups/line-schemas.js";
import { Failure } from "../shell/failure.js";
import { linesOf } from "./file-lines.js";

export interface CheckedFile {
  readonly manifest: ManifestLine;
  readonly trailer: TrailerLine;
  readonly lines: number;
}

/** Reads a whole file as an import would, without a service: throws a {@link Failure} that names the first line that isn't right. */
export async function checkFile(file: string): Promise<CheckedFile> {
  let chain = CHAIN_START;
  let manifest: ManifestLine | undefined;
  let trailer: TrailerLine | undefined;
  const counts: Record<string, number> = {};
  for await (const { number, text } of linesOf(file)) {
    const refuse = (message: string): Failure => new Failure(`${file}: Line ${number}: ${message}`);
    if (trailer !== undefined) throw refuse("Nothing may follow the trailer.");
    const link = checked(chain, text);
    if (link === undefined) {
      throw refuse("The line is damaged, or lines before it are missing: its checksum doesn't fit.");
    }
    const line = parsed(link.json, refuse);
    if (number === 1) {
      if (line.kind !== "manifest") throw refuse("The first line must be the manifest.");
      if (line.format_version > FORMAT_VERSION) {
        throw refuse(
          `The file has format version ${line.format_version}, written by mneme ${line.mneme_version}. This release reads up to version ${FORMAT_VERSION}.`,
        );
      }
      manifest = line;
    } else if (line.kind === "manifest") {
      throw refuse("Only the first line may be a manifest.");
    } else if (line.kind === "trailer") {
      const fits =
        line.lines === chain.lines &&
        line.sha256 === chain.digest &&
        Object.entries(line.counts).every(([kind, count]) => (counts[kind] ?? 0) === count);
      if (!fits) throw refuse("The trailer doesn't fit the lines before it.");
      trailer = line;
    } else {
      counts[line.kind] = (counts[line.kind] ?? 0) + 1;
    }
    ({ chain } = link);
  }
  if (manifest === undefined) throw new Failure(`${file} is empty.`);
  if (trailer === undefined) {
    throw new Failure(`${file} is truncated: it ends after line ${chain.lines}, without its trailer.`);
  }
  return { manifest, trailer, lines: chain.lines };
}

function parsed(json: string, refuse: (message: string) => Failure): Line {
  try {
    return parseLine(json);
  } catch (error) {
    throw error instanceof DomainError ? refuse(error.message) : error;
  }
}
