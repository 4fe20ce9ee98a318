/** Where memories are, and by which key. */
export interface Place {
  /** Address of the service. */
  readonly url: string;
  readonly namespace: string;
  /** The API key; undefined: none is needed. Throws if its file can't be read. */
  key(): string | undefined;
}

/** Sends a POST with a JSON body. Throws unless it succeeds. */
export async function post(
  { url, key }: Place,
  path: string,
  body: unknown,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const token = key();
  const response = await fetch(url.replace(/\/+$/, "") + path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify(body),
    signal,
  });
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
}
