import type { ComponentType } from "preact";
import { AskView } from "./ask/ask.js";

export interface View {
  readonly name: string;
  readonly title: string;
  /** What a person finds there. */
  readonly about: string;
  readonly load: () => Promise<ComponentType>;
}

/** The views in the order of the menu. The first one comes with the page, the others when they are opened. */
export const VIEWS: readonly View[] = [
  { name: "ask", title: "Ask", about: "why a memory is recalled", load: async () => AskView },
  {
    name: "memories",
    title: "Memories",
    about: "what is stored, and who wrote it",
    load: async () => (await import("./memories/memories.js")).MemoriesView,
  },
];
