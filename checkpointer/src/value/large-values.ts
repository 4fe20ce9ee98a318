import type { Client } from "../store/client.js";
import { patternBelow } from "../store/names.js";
import { PART } from "./form.js";

const ASKED_EVERY_MS = 60_000;

/**
 * Whether any item of the store has parts. To ask is one request a minute; to look at what each put replaces would be one for
 * each. An item that another process has made large since is replaced all the same; then its parts stay.
 */
export interface LargeValues {
  /** This process writes one. */
  written(): void;
  areHere(): Promise<boolean>;
}

export function createLargeValues(client: Client, root: readonly string[]): LargeValues {
  let asked: { readonly at: number; readonly answer: Promise<boolean> } | undefined;
  const ask = async (): Promise<boolean> => {
    const page = await client.listMemories({
      namespace: patternBelow(root, []),
      items_only: "true" as const,
      metadata: JSON.stringify({ [PART]: { exists: true } }),
      limit: 1,
    });
    return page.memories.length > 0;
  };
  return {
    written() {
      asked = { at: Number.POSITIVE_INFINITY, answer: Promise.resolve(true) };
    },
    async areHere() {
      const now = Date.now();
      if (asked === undefined || now - asked.at > ASKED_EVERY_MS) asked = { at: now, answer: ask() };
      const { answer } = asked;
      try {
        return await answer;
      } catch (error) {
        if (asked.answer === answer) asked = undefined;
        throw error;
      }
    },
  };
}
