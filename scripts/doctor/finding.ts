/** What a check found. A problem keeps mneme from starting or from serving well; a warning is for later. */
export interface Finding {
  readonly part: "settings" | "redis" | "embedder" | "port" | "disk";
  readonly status: "ok" | "warning" | "problem";
  /** What is so, in a sentence, and what to do about it. */
  readonly detail: string;
}

type Part = Finding["part"];

export const ok = (part: Part, detail: string): Finding => ({ part, status: "ok", detail });
export const warning = (part: Part, detail: string): Finding => ({ part, status: "warning", detail });
export const problem = (part: Part, detail: string): Finding => ({ part, status: "problem", detail });
