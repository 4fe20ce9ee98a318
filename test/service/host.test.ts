import { request } from "node:http";
import { describe, expect, test } from "vitest";
import { createKey } from "../support/acts/access.js";
import { startService } from "../support/service/service.js";

/** fetch doesn't let a caller choose the Host header. */
function get(
  url: string,
  host: string,
  more: Readonly<Record<string, string>> = {},
): Promise<{ status: number; code: string | undefined }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/healthz`, { headers: { host, ...more } }, async (incoming) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
      const { code } = JSON.parse(Buffer.concat(chunks).toString()) as { code?: string };
      resolve({ status: incoming.statusCode ?? 0, code });
    });
    outgoing.on("error", reject).end();
  });
}

describe("without keys", () => {
  test("a request under another host's name is refused, as a web page could send it by DNS rebinding", async () => {
    const service = await startService();
    for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8080", "0.0.0.0"]) {
      expect(await get(service.url, host)).toEqual({ status: 421, code: "misdirected_request" });
    }
    for (const host of ["localhost", "localhost:8080", "127.0.0.1", "[::1]:8080"]) {
      expect(await get(service.url, host)).toMatchObject({ status: 200 });
    }
    const forwarded = {
      forwarded: "for=192.0.2.1",
      via: "1.1 proxy",
      "x-forwarded-for": "192.0.2.1",
      "x-forwarded-host": "mneme.example",
      "x-forwarded-proto": "https",
      "x-real-ip": "192.0.2.1",
    };
    for (const [name, value] of Object.entries(forwarded)) {
      expect(await get(service.url, "localhost", { [name]: value })).toEqual({
        status: 421,
        code: "misdirected_request",
      });
    }
    await service.stop();
  });

  test("any host name is served with MNEME_ALLOW_ANONYMOUS, and MCP clients are told of MNEME_PUBLIC_URL", async () => {
    const service = await startService({
      MNEME_ALLOW_ANONYMOUS: "1",
      MNEME_PUBLIC_URL: "https://mneme.example/",
    });
    expect(await get(service.url, "mneme.example", { via: "1.1 proxy" })).toMatchObject({ status: 200 });
    const page = await fetch(`${service.url}/.well-known/oauth-protected-resource/mcp/acme`);
    expect(await page.json()).toMatchObject({
      resource: "https://mneme.example/mcp/acme",
      resource_documentation: "https://mneme.example/docs",
    });
    const key = (await createKey(service)).key;
    expect(key).toBeTypeOf("string");
    const refused = await fetch(`${service.url}/mcp/acme`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(refused.headers.get("www-authenticate")).toContain(
      '"https://mneme.example/.well-known/oauth-protected-resource/mcp/acme"',
    );
    await service.stop();
  });
});
