import type {
  Action,
  Again,
  Reached,
  Run,
  RunOptions,
  RunStatus,
  Trigger,
} from "../../memory/consolidation/run.js";
import { fields } from "../scripts/replies.js";
import { STEPS } from "../../memory/consolidation/run.js";

/** Reads the HGETALL reply of a run: names and values in turn, as our scripts wrote them. */
export function decodeRun(namespace: string, id: string, reply: unknown): Run {
  const named = fieldsOf(reply);
  const text = (name: string): string => named.get(name) ?? "";
  const number = (name: string): number => Number(named.get(name) ?? 0);
  return {
    id,
    namespace,
    options: JSON.parse(text("options")) as RunOptions,
    trigger: text("trigger") as Trigger,
    agent: text("agent"),
    status: text("status") as RunStatus,
    created_at: number("created"),
    finished_at: named.has("finished") ? number("finished") : null,
    planned: number("planned"),
    settled: number("settled"),
    llm_calls: number("calls"),
    llm_tokens: number("tokens"),
    reached: JSON.parse(named.get("reached") ?? "{}") as Reached,
    error: named.get("error") ?? null,
  };
}

export function decodeReached(reply: unknown): Reached {
  const named = fieldsOf(reply);
  return Object.fromEntries(
    STEPS.flatMap((step) => {
      const value = named.get(step);
      return value === undefined ? [] : [[step, Number(value)]];
    }),
  );
}

/** The head's field with the memories that a step examines again. */
export const againField = (step: string): string => `${step}.again`;

export function decodeAgain(reply: unknown): Again {
  const named = fieldsOf(reply);
  return Object.fromEntries(
    STEPS.flatMap((step) => {
      const ids = named.get(againField(step));
      return ids === undefined ? [] : [[step, JSON.parse(ids) as string[]]];
    }),
  );
}

export function decodeAction(json: unknown): Action {
  return JSON.parse(String(json)) as Action;
}

const fieldsOf = (reply: unknown): ReadonlyMap<string, string> => new Map(Object.entries(fields(reply)));
