import { Agent, request } from "node:http";
import type { z } from "@hono/zod-openapi";
import type { StateView, stateHistory, transactionResults } from "../../../src/http/state/schemas.js";
import type { Problem } from "../../../src/http/openapi/problem-schema.js";
import { bodyOf } from "./memories.js";
import type { Answer } from "../service/answer.js";
import type { SendOptions, Service } from "../service/service.js";

export type State = StateView;
export type History = z.infer<typeof stateHistory>;
export type Results = z.infer<typeof transactionResults>["results"];

export function statePath(namespace: string, key: string): string {
  return `/v1/namespaces/${namespace}/state/${encodeURIComponent(key)}`;
}

export function putState(
  service: Service,
  namespace: string,
  key: string,
  body: object,
  options?: SendOptions,
): Promise<Answer> {
  return service.send("PUT", statePath(namespace, key), body, options);
}

/** Writes a value that must be taken. */
export async function setState(
  service: Service,
  namespace: string,
  key: string,
  value: unknown,
  options: object = {},
): Promise<State> {
  const answer = await putState(service, namespace, key, { value, ...options });
  return bodyOf<State>(answer, answer.status === 201 ? 201 : 200);
}

export function getState(service: Service, namespace: string, key: string, query = ""): Promise<Answer> {
  return service.send("GET", `${statePath(namespace, key)}${query}`);
}

/** A document that must be there. */
export async function readState(
  service: Service,
  namespace: string,
  key: string,
  query = "",
): Promise<State> {
  return bodyOf<State>(await getState(service, namespace, key, query), 200);
}

export function transact(service: Service, namespace: string, body: object): Promise<Answer> {
  return service.send("POST", `/v1/namespaces/${namespace}/state-transactions`, body);
}

export async function transacted(service: Service, namespace: string, body: object): Promise<Results> {
  return bodyOf<{ results: Results }>(await transact(service, namespace, body), 200).results;
}

export function failedAt(answer: Answer): Problem["failed"] {
  return bodyOf<Problem>(answer, 409).failed;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Many requests cheaply: connections are kept, and answers aren't held against the description. */
export interface KeepAlive {
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  close(): void;
}

export function keepAlive(service: Service, connections: number): KeepAlive {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    send(method, path, body, headers = {}) {
      const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      return new Promise((resolve, reject) => {
        const outgoing = request(
          service.url + path,
          {
            agent,
            method,
            headers:
              payload === undefined
                ? headers
                : { "content-type": "application/json", "content-length": payload.length, ...headers },
          },
          (incoming) => {
            const chunks: Buffer[] = [];
            incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
            incoming.on("error", reject);
            incoming.on("end", () =>
              resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
            );
          },
        );
        outgoing.on("error", reject);
        outgoing.end(payload);
      });
    },
    close: () => agent.destroy(),
  };
}

/** Runs so many clients, each so often, one after another. */
export async function clients(
  count: number,
  rounds: number,
  work: (client: number, round: number) => Promise<void>,
): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async (_, client) => {
      for (let round = 0; round < rounds; round++) await work(client, round);
    }),
  );
}
