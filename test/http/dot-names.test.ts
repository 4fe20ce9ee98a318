import { createClient } from "@mneme/client";
import { describe, expect, test } from "vitest";
import { apiPath } from "../../src/mcp/api.js";
import { newNamespace } from "../support/acts/memories.js";
import { shareService } from "../support/service/service.js";

const service = await shareService();

describe.each([".", ".."])("the name %j, which no URL can hold", (name) => {
  test("is refused wherever something is stored under it", async () => {
    const place = `/v1/namespaces/${newNamespace()}`;
    const fact = { subject: "Ada", predicate: "lives_in", object: "Graz" };
    const remembered = (more: object) => ({ memory_type: "semantic", content: "It rains.", ...more });
    const requests = [
      ["POST", `${place}/memories`, remembered({ session_id: name }), "session_id"],
      ["POST", `${place}/memories`, remembered({ fact: { ...fact, subject: name } }), "fact.subject"],
      ["POST", `${place}/memories`, remembered({ fact: { ...fact, object: name } }), "fact.object"],
      ["POST", `${place}/memories`, remembered({ agent_id: name }), "agent_id"],
      ["POST", `${place}/memories`, remembered({ fact: { ...fact, subject: ` ${name}\t` } }), "fact.subject"],
      ["POST", `${place}/memories`, remembered({ fact: { ...fact, subject: "\u2025" } }), "fact.subject"],
      ["POST", `${place}/interactions`, { input: "Hello", session_id: name }, "session_id"],
      ["POST", "/v1/keys", { agent: name, grants: [] }, "agent"],
    ] as const;
    for (const [method, path, body, field] of requests) {
      const answer = await service.send(method, path, body);
      expect({ path, status: answer.status }).toEqual({ path, status: 400 });
      expect(JSON.stringify(answer.body)).toContain(`"${field}"`);
    }
  });

  test("is refused by what makes paths, before it names something else", async () => {
    expect(() => apiPath`/v1/namespaces/${"acme"}/memories/${name}`).toThrow("Nothing can have the name");
    const client = createClient({ url: service.url });
    const path = { ns: "acme", id: name };
    await expect(client.delete("/v1/namespaces/{ns}/memories/{id}", { path })).rejects.toThrow("path.id");
  });
});
