import type { KeyStore } from "../access/keys/ports.js";
import type { NamespaceServices } from "../access/namespaces/ports.js";
import type { Services } from "../memory/services.js";
import type { SessionStore } from "../memory/sessions/ports.js";
import type { ExportJob } from "./export-job.js";
import type { ImportJob } from "./import-job.js";
import type { ExportSource, ImportTarget, JobStore } from "./ports.js";
import type { Locks } from "../domain/lock.js";

/** What exports and imports work with; built once in main. */
export interface BackupServices {
  readonly memory: Services;
  readonly sessions: SessionStore;
  readonly namespaces: NamespaceServices;
  readonly keys: KeyStore;
  readonly source: ExportSource;
  readonly target: ImportTarget;
  readonly exports: JobStore<ExportJob>;
  readonly imports: JobStore<ImportJob>;
  readonly locks: Locks;
  readonly newId: () => string;
  /** The release of mneme. */
  readonly version: string;
  /** Whether the indexes hold all that is stored, in its present schema: a walk would miss what isn't there. */
  readonly complete: () => Promise<boolean>;
}
