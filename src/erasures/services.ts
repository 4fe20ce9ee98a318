import type { ExportSource } from "../backup/ports.js";
import type { Locks } from "../domain/lock.js";
import type { NamespaceContents } from "../memory/clearing/ports.js";
import type { OriginalsServices } from "../memory/pii/drop-originals.js";
import type { Services } from "../memory/services.js";
import type { SessionStore } from "../memory/sessions/ports.js";
import type { ThreadStore } from "../threads/ports.js";
import type { ErasureStore, Leftovers } from "./ports.js";

/** What erasures work with; built once in main. */
export interface ErasureServices {
  readonly memory: Services;
  readonly sessions: SessionStore;
  readonly contents: NamespaceContents;
  readonly threads: ThreadStore;
  /** Walks over all that a namespace holds. */
  /** Without the walk over sessions that goes on for as long as others append. */
  readonly source: ExportSource;
  readonly jobs: ErasureStore;
  readonly leftovers: Leftovers;
  /** Originals of tokens, which go with the last text that shows them. */
  readonly originals: OriginalsServices;
  readonly locks: Locks;
  readonly newId: () => string;
  /** The release of mneme. */
  readonly version: string;
  /** Whether the indexes hold all that is stored, in its present schema: a walk would miss what isn't there. */
  readonly complete: () => Promise<boolean>;
}
