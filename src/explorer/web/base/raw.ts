import { MnemeError } from "@mneme/client";
import { apiKey } from "./service.js";

/**
 * An answer of the service that the client can't give: one that is read while it comes, or whose body says something
 * with a status that else is a failure. Any status but these rejects.
 */
export async function answerOf(
  path: string,
  signal: AbortSignal,
  statuses: readonly number[] = [200],
): Promise<Response> {
  const headers = apiKey.value === "" ? {} : { authorization: `Bearer ${apiKey.value}` };
  let answer: Response;
  try {
    answer = await fetch(path, { headers, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new MnemeError("unreachable", "The service didn't answer.", { cause: error });
  }
  if (statuses.includes(answer.status)) return answer;
  const body: unknown = await answer.json().catch(() => undefined);
  throw problemOf(answer.status, body);
}

function problemOf(status: number, body: unknown): MnemeError {
  const problem = recordOf(body);
  const { code, detail, request_id: requestId } = problem;
  return new MnemeError(
    typeof code === "string" ? code : "bad_answer",
    typeof detail === "string" ? detail : `The service answered with HTTP ${status}.`,
    { status, problem, requestId: typeof requestId === "string" ? requestId : undefined },
  );
}

/** What isn't an object has no fields. */
export const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

/** The lines of an answer, each as it comes. */
export async function* linesOf(answer: Response): AsyncGenerator<string, void> {
  const reader = answer.body?.getReader();
  if (reader === undefined) return;
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const lines = (rest + decoder.decode(value, { stream: !done })).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
      if (done) break;
    }
    if (rest !== "") yield rest;
  } finally {
    await reader.cancel().catch(() => {});
  }
}
