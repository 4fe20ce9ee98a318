import { useState } from "preact/hooks";
import type { MnemeError } from "@mneme/client";
import { announce } from "./announce.js";
import { changes, errorOf } from "./service.js";

export interface Act {
  readonly busy: boolean;
  readonly error: MnemeError | undefined;
  /** Does it, says `done`, goes on with `after`, and reads again what is shown. */
  readonly run: (work: () => Promise<unknown>, done: string, after?: () => void) => void;
}

/** An act of the person on what is stored, with its failure. */
export function useAct(): Act {
  const [state, set] = useState<{ busy: boolean; error?: MnemeError }>({ busy: false });
  const attempt = async (work: () => Promise<unknown>, done: string, after?: () => void): Promise<void> => {
    set({ busy: true });
    try {
      await work();
      set({ busy: false });
      after?.();
      changes.value += 1;
      announce(done);
    } catch (error) {
      const failure = errorOf(error);
      set({ busy: false, error: failure });
      // Something else was changed meanwhile: the person has to see it to decide.
      if (failure.status === 412) changes.value += 1;
    }
  };
  return {
    busy: state.busy,
    error: state.error,
    run: (work, done, after) => void attempt(work, done, after),
  };
}
