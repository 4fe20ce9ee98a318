import type { z } from "@hono/zod-openapi";
import type {
  MessageView,
  appendedView,
  messagesPage,
  sessionView,
} from "../../../src/http/sessions/schemas.js";
import { bodyOf } from "./memories.js";
import type { Json } from "./memories.js";
import type { Answer } from "../service/answer.js";
import type { SendOptions, Service } from "../service/service.js";

export type Message = MessageView;
export type Session = z.infer<typeof sessionView>;
export type Appended = z.infer<typeof appendedView>;

export const sessionsOf = (namespace: string): string => `/v1/namespaces/${namespace}/sessions`;

export const sessionPath = (namespace: string, sid: string): string =>
  `${sessionsOf(namespace)}/${encodeURIComponent(sid)}`;

export function postMessages(
  service: Service,
  namespace: string,
  sid: string,
  messages: readonly Json[],
  options?: SendOptions,
): Promise<Answer> {
  return service.send("POST", `${sessionPath(namespace, sid)}/messages`, { messages }, options);
}

export async function append(
  service: Service,
  namespace: string,
  sid: string,
  ...messages: Json[]
): Promise<Appended> {
  return bodyOf<Appended>(await postMessages(service, namespace, sid, messages), 201);
}

export async function readMessages(
  service: Service,
  namespace: string,
  sid: string,
  query = "limit=200",
): Promise<Message[]> {
  const answer = await service.send("GET", `${sessionPath(namespace, sid)}/messages?${query}`);
  return bodyOf<z.infer<typeof messagesPage>>(answer, 200).messages;
}

export async function readSession(service: Service, namespace: string, sid: string): Promise<Session> {
  return bodyOf<Session>(await service.send("GET", sessionPath(namespace, sid)), 200);
}

export const user = (content: unknown, rest: Json = {}): Json => ({ role: "user", content, ...rest });
export const assistant = (content: unknown, rest: Json = {}): Json => ({
  role: "assistant",
  content,
  ...rest,
});
