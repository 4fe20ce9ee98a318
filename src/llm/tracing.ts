/** Variables from which LangChain decides by itself whom else it shows a prompt, and in which form it answers. */
const LANGCHAIN = /^(LANGSMITH|LANGCHAIN|LC)_/;
/** These print prompts to the console, or change the form of answers: not even with tracing. */
const NEVER: ReadonlySet<string> = new Set(["LANGCHAIN_VERBOSE", "LC_OUTPUT_VERSION"]);

/**
 * Keeps LangChain from sending prompts, which hold the text of memories, to LangSmith because of a variable of the
 * shell or of another program's deployment. Tracing is on only if this service is configured for it.
 *
 * LangChain reads the process's own environment at each call and has no other switch that holds for all of it. So call
 * this before the first question.
 */
export function settleTracing(tracing: "langsmith" | undefined): void {
  // oxlint-disable-next-line node/no-process-env -- the library offers no other switch
  const environment = process.env;
  for (const name of Object.keys(environment)) {
    if (tracing === undefined ? LANGCHAIN.test(name) : NEVER.has(name)) delete environment[name];
  }
  if (tracing === "langsmith") environment["LANGSMITH_TRACING"] = "true";
}
