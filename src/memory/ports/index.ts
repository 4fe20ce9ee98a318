import type { ArchiveStore } from "./archive.js";
import type { EmbeddingStore } from "./embedding.js";
import type { FactStore } from "./facts.js";
import type { LifecycleStore } from "./lifecycle.js";
import type { PublicationStore } from "./publications.js";
import type { RecordStore } from "./records.js";
import type { RewritingStore } from "./rewriting.js";
import type { SearchStore } from "./search.js";
import type { TrustStore } from "./trust.js";

/** The store of memories: one port a feature. An act names the ports that it uses. */
export type MemoryStore = RecordStore &
  SearchStore &
  PublicationStore &
  TrustStore &
  EmbeddingStore &
  LifecycleStore &
  FactStore &
  ArchiveStore &
  RewritingStore;
