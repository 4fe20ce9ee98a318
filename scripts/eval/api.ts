import type { Client } from "../../src/client.js";
import { Failure } from "../shell/failure.js";

/** The part of a client's response that says whether it went well. */
interface Answer {
  readonly ok: boolean;
  readonly status: number;
  text(): Promise<string>;
}

/** Throws a {@link Failure} with what the service said unless it went well. */
export async function requireOk(answer: Answer, what: string): Promise<void> {
  if (!answer.ok) throw new Failure(`${what}: ${answer.status} ${(await answer.text()).slice(0, 500)}`);
}

export type { Client };
