import type { z } from "@hono/zod-openapi";
import type { runView } from "../../../src/http/consolidations/schemas.js";
import { bodyOf } from "./memories.js";
import type { Json } from "./memories.js";
import type { Answer } from "../service/answer.js";
import { until } from "../service/service.js";
import type { Service } from "../service/service.js";

export type Run = z.infer<typeof runView>;

export function runsOf(namespace: string): string {
  return `/v1/namespaces/${namespace}/consolidations`;
}

export function begin(service: Service, namespace: string, options: Json = {}): Promise<Answer> {
  return service.send("POST", runsOf(namespace), options);
}

export async function readRun(service: Service, namespace: string, id: string): Promise<Run> {
  const whole = bodyOf<Run>(await service.send("GET", `${runsOf(namespace)}/${id}?limit=200`), 200);
  const actions = [...whole.actions];
  for (let from = whole.next; from !== null;) {
    const page = bodyOf<Run>(
      await service.send("GET", `${runsOf(namespace)}/${id}?limit=200&from=${from}`),
      200,
    );
    actions.push(...page.actions);
    from = page.next;
  }
  return { ...whole, actions };
}

const AT_WORK: ReadonlySet<string> = new Set(["planning", "running", "undoing"]);

/** Waits until nobody is at work on it any more. */
export async function finished(
  service: Service,
  namespace: string,
  id: string,
  timeoutMs = 60_000,
): Promise<Run> {
  const path = `${runsOf(namespace)}/${id}?limit=1`;
  await until(
    async () => bodyOf<Run>(await service.send("GET", path), 200),
    ({ status }) => !AT_WORK.has(status),
    timeoutMs,
  );
  return readRun(service, namespace, id);
}

export async function consolidate(service: Service, namespace: string, options: Json = {}): Promise<Run> {
  const { id } = bodyOf<{ id: string }>(await begin(service, namespace, options), 202);
  return finished(service, namespace, id);
}

export async function undo(service: Service, namespace: string, id: string): Promise<Run> {
  bodyOf(await service.send("POST", `${runsOf(namespace)}/${id}/undo`), 202);
  return finished(service, namespace, id);
}
