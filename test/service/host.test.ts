import { request } from "node:http";
import { describe, expect, test } from "vitest";
import { startService } from "../support/service/service.js";

/** fetch doesn't let a caller choose the Host header. */
function get(url: string, host: string): Promise<{ status: number; code: string | undefined }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/healthz`, { headers: { host } }, async (incoming) => {
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
    await service.stop();
  });

  test("any host name is served with MNEME_ALLOW_ANONYMOUS", async () => {
    const service = await startService({ MNEME_ALLOW_ANONYMOUS: "1" });
    expect(await get(service.url, "mneme.example")).toMatchObject({ status: 200 });
    await service.stop();
  });
});
