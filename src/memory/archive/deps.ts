import type { ArchivePlace, ArchiveStore } from "../ports/archive.js";

/** What the archive works with; built once in main. */
export interface ArchiveDeps {
  readonly store: ArchiveStore;
  /** Undefined: none is configured. */
  readonly place: ArchivePlace | undefined;
  readonly newId: (now: number) => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The model in use, and whether vectors of another one are wanted too. */
  readonly model: () => { readonly id: string | undefined; readonly also: boolean };
  /** Reports to operators. */
  readonly observe: (event: ArchiveEvent, count?: number) => void;
}

export type ArchiveEvent = "archived" | "restored" | "read" | "unreadable" | "rewritten" | "dropped";
