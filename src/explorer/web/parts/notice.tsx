import type { ComponentChildren } from "preact";
import type { MnemeError } from "@mneme/client";
import { CopyButton } from "./copy.js";

const HINTS: Readonly<Record<string, string>> = {
  forbidden: "The key that you use has no grant for this. Ask an administrator, or use another key.",
  unreachable: "Is the service running? The explorer tries again when you ask it to.",
  redis_unavailable: "The service can't reach its Redis. Everything that was acknowledged is safe.",
};

interface FailureProps {
  readonly error: MnemeError;
  readonly retry?: (() => void) | undefined;
}

/** What failed, in the words of the service, and what to do about it. */
export function Failure({ error, retry }: FailureProps) {
  const hint = HINTS[error.code];
  return (
    <div class="notice notice-bad" role="alert">
      <p class="notice-title">{titleOf(error)}</p>
      <p>{error.detail}</p>
      {error.errors.length > 0 && (
        <ul>
          {error.errors.map(({ field, message }) => (
            <li key={field}>
              <code>{field}</code> {message}
            </li>
          ))}
        </ul>
      )}
      {hint !== undefined && <p>{hint}</p>}
      <p class="notice-foot">
        <code>{error.code}</code>
        {error.requestId !== undefined && <span>request {error.requestId}</span>}
        {retry !== undefined && (
          <button type="button" class="button small" onClick={retry}>
            Try again
          </button>
        )}
      </p>
    </div>
  );
}

function titleOf({ problem, code }: MnemeError): string {
  const title = problem["title"];
  if (typeof title === "string") return title;
  return code === "unreachable" ? "The service can't be reached" : "Something went wrong";
}

interface EmptyProps {
  readonly title: string;
  readonly children?: ComponentChildren;
  /** A command that would make something to see here. */
  readonly command?: string;
}

/** Nothing is here: why, and what would change that. */
export function Empty({ title, children, command }: EmptyProps) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
      {command !== undefined && <Command text={command} />}
    </div>
  );
}

/** A command to try in a shell. */
export function Command({ text }: { readonly text: string }) {
  return (
    <div class="command">
      <pre tabIndex={0} aria-label="Command">
        {text}
      </pre>
      <CopyButton text={text} />
    </div>
  );
}

export function Note({ children }: { readonly children: ComponentChildren }) {
  return <p class="note">{children}</p>;
}

/** Holds the place of what loads. */
export function Loading({ rows = 3 }: { readonly rows?: number }) {
  return (
    <div class="loading" role="status">
      <span class="hidden">Loading</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} class="loading-row" />
      ))}
    </div>
  );
}
