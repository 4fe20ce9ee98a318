import { Failure } from "../shell/failure.js";

/** Sends JSON to a service and gives the JSON of its answer. Throws a {@link Failure} if it refuses. */
export async function call(url: string, method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(url + path, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok)
    throw new Failure(`${method} ${path} answered ${answer.status}: ${text.slice(0, 500).trim()}`);
  return JSON.parse(text);
}
