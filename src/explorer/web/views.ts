import type { ComponentType } from "preact";
import { AskView } from "./ask/ask.js";

export interface View {
  readonly name: string;
  readonly title: string;
  readonly load: () => Promise<ComponentType>;
}

/** The views in the order of the menu. The first one comes with the page, the others when they are opened. */
export const VIEWS: readonly View[] = [
  { name: "ask", title: "Ask", load: async () => AskView },
  {
    name: "memories",
    title: "Memories",
    load: async () => (await import("./memories/memories.js")).MemoriesView,
  },
  {
    name: "entities",
    title: "Entities",
    load: async () => (await import("./entities/entities.js")).EntitiesView,
  },
  {
    name: "quarantine",
    title: "Quarantine",
    load: async () => (await import("./memories/quarantine.js")).QuarantineView,
  },
  { name: "state", title: "State", load: async () => (await import("./state/state.js")).StateView },
  {
    name: "sessions",
    title: "Sessions",
    load: async () => (await import("./sessions/sessions.js")).SessionsView,
  },
  {
    name: "threads",
    title: "Threads",
    load: async () => (await import("./threads/threads.js")).ThreadsView,
  },
  {
    name: "receipts",
    title: "Receipts",
    load: async () => (await import("./receipts/receipts.js")).ReceiptsView,
  },
  {
    name: "consolidation",
    title: "Consolidation",
    load: async () => (await import("./consolidation/consolidation.js")).ConsolidationView,
  },
  { name: "audit", title: "Audit", load: async () => (await import("./audit/audit.js")).AuditView },
  { name: "health", title: "Health", load: async () => (await import("./health/health.js")).HealthView },
];
