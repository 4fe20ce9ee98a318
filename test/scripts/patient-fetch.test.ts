import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { patientFetch } from "../../scripts/eval/patient-fetch.js";

test("what is refused with 503 is tried again, and what is refused for good isn't", async () => {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    if (request.url === "/busy" && asked < 3) response.writeHead(503, { "retry-after": "0.05" }).end("busy");
    else response.writeHead(request.url === "/busy" ? 200 : 400).end("done");
  }).listen(0, "127.0.0.1");
  try {
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const answer = await patientFetch(`${url}/busy`, { method: "POST", body: "{}" });
    expect([answer.status, await answer.text(), asked]).toEqual([200, "done", 3]);
    expect((await patientFetch(`${url}/wrong`)).status).toBe(400);
    expect(asked).toBe(4);
  } finally {
    server.close();
  }
});
