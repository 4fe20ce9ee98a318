import type { ArchivePlace } from "../memory/ports/archive.js";
import { openBucket } from "./bucket.js";
import type { BucketOptions } from "./bucket.js";
import { createDirectory } from "./directory.js";

export type PlaceOptions =
  | { readonly kind: "directory"; readonly folder: string }
  | ({ readonly kind: "bucket" } & BucketOptions);

export async function openPlace(options: PlaceOptions): Promise<ArchivePlace> {
  return options.kind === "directory" ? createDirectory(options.folder) : openBucket(options);
}
