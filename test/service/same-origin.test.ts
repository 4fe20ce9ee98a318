import { describe, expect, test } from "vitest";
import { as, createKey } from "../support/acts/access.js";
import { newNamespace, remember } from "../support/acts/memories.js";
import { ROUTES } from "../support/service/routes.js";
import { startService, useService } from "../support/service/service.js";

/** What browsers send for a page of another origin, or for one that has none. */
const FOREIGN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "an Origin elsewhere": { origin: "https://evil.example" },
  "an Origin elsewhere and Sec-Fetch-Site": {
    origin: "https://evil.example",
    "sec-fetch-site": "cross-site",
  },
  "another port of this machine": { origin: "http://localhost:1" },
  "another port of this machine, as browsers say it": {
    origin: "http://localhost:1",
    "sec-fetch-site": "same-site",
  },
  "an opaque Origin": { origin: "null" },
  "an Origin that is no URL": { origin: "127.0.0.1" },
  "no Origin, as for an image": { "sec-fetch-site": "cross-site" },
};

const CASES = Object.entries(ROUTES).filter(([, { need }]) => need !== "open");

function pathOf(route: string, namespace: string): [method: string, path: string] {
  const [method = "", template = ""] = route.split(" ");
  const { query } = ROUTES[route] ?? {};
  const path = template
    .replace("{ns}", namespace)
    .replace("{id}", "01JD8Q4V7K3W5N0R2T6Y9B1C4D")
    .replaceAll(/\{\w+\}/g, "x");
  return [method, query === undefined ? path : `${path}?${query.replace("{ns}", namespace)}`];
}

const service = await useService();

const refused = {
  status: 403,
  body: { code: "cross_origin", detail: expect.stringContaining("npx mneme keys") },
};

describe("without keys", () => {
  test.each(Object.entries(FOREIGN))(
    "every route refuses a request that a browser sends for a foreign page (%s)",
    async (_name, headers) => {
      const namespace = newNamespace();
      for (const [route] of CASES) {
        const [method, path] = pathOf(route, namespace);
        expect(await service.send(method, path, undefined, { headers }), route).toMatchObject(refused);
      }
    },
  );

  test("a foreign page's POST without a body starts nothing and leaves no run behind", async () => {
    const { namespace } = await remember(service, newNamespace(), { content: "x", memory_type: "episodic" });
    const runs = `/v1/namespaces/${namespace}/consolidations`;
    const headers = { origin: "https://evil.example" };
    expect(await service.send("POST", runs, undefined, { headers })).toMatchObject(refused);
    expect((await service.send("GET", runs)).body).toMatchObject({ consolidations: [] });
  });

  test("the service's own pages and programs without a browser are served", async () => {
    const namespace = newNamespace();
    const { host, origin } = new URL(service.url);
    const own = [
      {},
      { origin },
      { origin, "sec-fetch-site": "same-origin" },
      { "sec-fetch-site": "none" },
      // Behind a proxy that sends another Host: the browser knows better.
      { origin: `https://${host}`, "sec-fetch-site": "same-origin" },
    ];
    for (const headers of own) {
      const answer = await service.send("GET", `/v1/namespaces/${namespace}/memories`, undefined, {
        headers,
      });
      expect(answer.status, JSON.stringify(headers)).toBe(200);
    }
  });

  test("a link from another page still opens the documentation and the probes", async () => {
    for (const path of ["/docs", "/openapi.json", "/healthz"]) {
      const headers = { "sec-fetch-site": "cross-site" };
      expect(await service.send("GET", path, undefined, { headers })).toMatchObject({ status: 200 });
    }
  });

  test("MNEME_ALLOW_ANONYMOUS serves any host, but no foreign page", async () => {
    const open = await startService({ MNEME_ALLOW_ANONYMOUS: "1" });
    const headers = { origin: "https://evil.example" };
    expect(await open.send("POST", "/v1/keys", undefined, { headers })).toMatchObject(refused);
    await open.stop();
  });
});

describe("with keys", () => {
  test("a page of any origin that sends a key is served: no browser adds the key by itself", async () => {
    const keyed = await startService();
    const { key } = await createKey(keyed);
    const headers = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
    const path = `/v1/namespaces/${newNamespace()}/memories`;
    expect(await as(keyed, key).send("GET", path, undefined, { headers })).toMatchObject({ status: 200 });
    const without = await keyed.send("GET", path, undefined, { headers });
    expect(without).toMatchObject({ status: 401 });
    await keyed.stop();
  });
});
