import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { as, createKey, keyFor } from "../support/acts/access.js";
import type { OpenApi } from "../support/service/contract.js";
import { newNamespace } from "../support/acts/memories.js";
import { ROUTES } from "../support/service/routes.js";
import type { RouteCase } from "../support/service/routes.js";
import type { Answer } from "../support/service/answer.js";
import { startService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

const VERBS = ["read", "write", "publish", "admin"] as const;
const ID = "01JD8Q4V7K3W5N0R2T6Y9B1C4D";

let service: Service;
let root: Service;
/** A key for each verb, with nothing but that verb. */
const only = new Map<string, Service>();
const namespace = newNamespace();
beforeAll(async () => {
  service = await startService();
  root = as(service, (await createKey(service)).key);
  for (const verb of VERBS) only.set(verb, as(service, await keyFor(root, namespace, [verb])));
});
afterAll(() => service.stop());

async function ask(
  caller: Service | undefined,
  route: string,
  { body, query, headers = {} }: RouteCase,
): Promise<Answer> {
  if (caller === undefined) throw new Error("no such caller");
  const [method = "", path = ""] = route.split(" ");
  const place = `${path}${query === undefined ? "" : `?${query}`}`
    .replace("{ns}", namespace)
    .replace("{part}", "1")
    .replace(/\{\w+\}/g, ID);
  const sent: unknown =
    body === undefined ? undefined : JSON.parse(JSON.stringify(body).replaceAll("{ns}", namespace));
  return caller.send(method, place, sent, { headers });
}

/** The beginning of an answer that doesn't end by itself. */
async function begin(route: string, key: string): Promise<{ status: number }> {
  const url = service.url + (route.split(" ")[1] ?? "").replace("{ns}", namespace);
  const ending = new AbortController();
  const headers = { authorization: `Bearer ${key}` };
  const { status } = await fetch(url, { headers, signal: ending.signal });
  ending.abort();
  return { status };
}

test("every route is in the table", async () => {
  const { paths } = (await service.send("GET", "/openapi.json")).body as OpenApi;
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(Object.keys(ROUTES).toSorted()).toEqual(routes.toSorted());
});

describe.each(Object.entries(ROUTES))("%s", (route, example) => {
  const { need, also } = example;
  if (need === "open") {
    test("is open to everybody", async () => {
      expect((await ask(service, route, example)).status).toBe(200);
    });
    return;
  }

  test("takes a key", async () => {
    const answer = await ask(service, route, example);
    expect(answer).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
  });

  if (need === "key") {
    test.each(VERBS)("is for who may only %s", async (verb) => {
      expect((await ask(only.get(verb), route, example)).status).toBe(200);
    });
    return;
  }

  if (need === "hidden") {
    test.each(VERBS)("isn't there for who may only %s", async (verb) => {
      expect(await ask(only.get(verb), route, example)).toMatchObject({
        status: 404,
        body: { code: "not_found" },
      });
    });
    return;
  }

  const enough = need === "root" ? [] : (need === "keys" ? "admin" : need).split(" and ");
  test.each(VERBS.filter((verb) => enough.length !== 1 || verb !== enough[0] || also !== undefined))(
    "isn't for who may only %s",
    async (verb) => {
      expect(await ask(only.get(verb), route, example)).toMatchObject({
        status: 403,
        body: { code: "forbidden" },
      });
    },
  );

  test(`is for who may ${need === "root" ? "administer everything" : enough.join()}`, async () => {
    const there =
      also === undefined ? [] : [{ ...also, namespace: also.namespace.replace("{ns}", namespace) }];
    const grants = [{ namespace, verbs: enough }, ...there];
    const { key } = await createKey(root, need === "root" ? {} : { agent: "a", grants });
    const caller = as(service, key);
    if (example.endless === true) {
      expect((await begin(route, key)).status).toBe(200);
      return;
    }
    const answer = await ask(caller, route, example);
    // Who may only write doesn't hear whether it was there.
    const blind = route.startsWith("DELETE ") && need === "write";
    if (example.refused !== undefined) expect(answer.status).toBe(example.refused);
    else if (example.absent !== true || blind) expect([200, 201, 202, 204]).toContain(answer.status);
    else expect(answer).toMatchObject({ status: 404, body: { code: "not_found" } });
  });

  if (!route.includes("{ns}") && !JSON.stringify(example).includes("{ns}")) return;
  test("isn't for a key of a namespace beside it, above it or below it", async () => {
    for (const other of [
      `${namespace}x`,
      `${namespace}.below`,
      `${namespace}.below.**`,
      "t",
      `x.${namespace}`,
    ]) {
      const key = await keyFor(root, other, VERBS);
      expect((await ask(as(service, key), route, example)).status).toBe(403);
    }
  });

  test("says the same of what is there and what isn't, to who may not look", async () => {
    const filled = await root.send("POST", `/v1/namespaces/${namespace}/memories`, {
      content: route,
      memory_type: "semantic",
    });
    expect(filled.status).toBe(201);
    const key = as(service, await keyFor(root, "elsewhere.**", VERBS));
    const there = await ask(key, route, example);
    const empty = newNamespace();
    const nowhere = await ask(
      {
        ...key,
        send: (m, path, body, o) => key.send(m, path.replace(namespace, empty), swap(body, empty), o),
      },
      route,
      example,
    );
    const masked = ({ text }: Answer) =>
      text
        .replaceAll(namespace, "ns")
        .replaceAll(empty, "ns")
        .replace(/"request_id":"[^"]+"/, "");
    expect(masked(nowhere)).toBe(masked(there));
  });
});

function swap(body: unknown, other: string): unknown {
  return body === undefined ? undefined : JSON.parse(JSON.stringify(body).replaceAll(namespace, other));
}
