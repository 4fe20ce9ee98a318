import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A provider on the loopback with OpenAI's protocol: a vector is made of the hashes of a text's words. */
export async function startProvider(dimensions: number) {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      // The service asks, in the one form that it has.
      const { input } = JSON.parse(Buffer.concat(parts).toString("utf8")) as { input: string[] };
      const data = input.map((text, index) => {
        const { buffer } = vectorOf(text, dimensions);
        return { object: "embedding", index, embedding: Buffer.from(buffer).toString("base64") };
      });
      response.setHeader("content-type", "application/json").end(JSON.stringify({ data }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function vectorOf(text: string, dimensions: number): Float32Array<ArrayBuffer> {
  const vector = new Float32Array(dimensions);
  for (const word of text.toLowerCase().split(/\W+/)) {
    const digest = createHash("sha256").update(word).digest();
    const place = digest.readUInt16LE(0) % dimensions;
    vector[place] = (vector[place] ?? 0) + ((digest[2] ?? 0) & 1 ? 1 : -1);
  }
  vector[0] = (vector[0] ?? 0) + 0.01;
  return vector;
}
