import { callEnded } from "./api.js";
import type { CallApi } from "./api.js";

export interface RemoteOptions {
  /** Address of the service, without a path. */
  readonly url: string;
  /** The API key; undefined: none is needed. */
  readonly key: string | undefined;
  readonly timeoutMs: number;
}

/** Asks a service over HTTP. A service that can't be reached is an answer too, which tells the model why. */
export function remoteApi({ url, key, timeoutMs }: RemoteOptions): CallApi {
  const base = url.replace(/\/+$/, "");
  return async ({ method, path, body }, ended) => {
    const late = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await fetch(base + path, {
        method,
        headers: {
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: ended === undefined ? late : AbortSignal.any([ended, late]),
      });
      const text = await answer.text();
      return {
        status: answer.status,
        body: text === "" ? undefined : parsed(text),
        retryAfter: answer.headers.get("retry-after"),
      };
    } catch {
      if (ended?.aborted === true) throw callEnded();
      return { status: 503, body: { code: "unreachable", detail: `mneme can't be reached at ${base}.` } };
    }
  };
}

/** A proxy in between may answer with a page. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
