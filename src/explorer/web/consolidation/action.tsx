import { plural } from "../base/format.js";
import { here } from "../base/place.js";
import type { Schemas } from "../base/service.js";
import { MemoryText } from "../parts/text.js";

type Action = Schemas["ConsolidationAction"];

const STEPS: Readonly<Record<Action["step"], string>> = {
  merge: "Merge",
  summarise: "Summarise",
  facts: "Extract facts",
  procedures: "Learn a procedure",
  expire: "Expire",
};

const REASONS: Readonly<Record<string, string>> = {
  changed: "a source has changed meanwhile",
  nothing: "there was nothing to write",
  quota: "the namespace is full",
  refused: "the result was refused",
};

interface ActionProps {
  readonly action: Action;
  readonly ns: string;
}

/** One step of a run: what it takes, what it writes, what came of it. */
export function ActionItem({ action, ns }: ActionProps) {
  const { step, sources, writes, result } = action;
  return (
    <li class="run-action">
      <p>
        <b>{STEPS[step]}</b> {plural(sources.length, "memory", "memories")}
        {result !== null && <span class="mark">{result.status}</span>}
        {result !== null && result.reason !== null && <span class="faint"> {REASONS[result.reason]}</span>}
      </p>
      {writes?.map(({ id, content, fact, memory_type: type }) => (
        <div key={id} class="written">
          {content === null ? (
            <p class="faint">Its text is written when the run reaches it.</p>
          ) : (
            <MemoryText text={content} />
          )}
          {fact !== null && (
            <p class="hint">
              {fact.subject} · {fact.predicate} · {fact.object}
            </p>
          )}
          <p class="meta">
            <span>{type}</span>
            {result?.status === "done" && <a href={here({ m: id, in: ns })}>Open</a>}
          </p>
        </div>
      ))}
      <p class="meta">
        from
        {sources.slice(0, 12).map(({ id }) => (
          <a key={id} href={here({ m: id, in: ns })}>
            {id.slice(-6)}
          </a>
        ))}
        {sources.length > 12 && <span>and {sources.length - 12} more</span>}
      </p>
    </li>
  );
}
