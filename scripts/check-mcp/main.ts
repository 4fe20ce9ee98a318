// node scripts/run.mjs check-mcp: asks a service of its own with the inspector's command line and with the conformance suite of
// MCP, which npx fetches. The suite needs Node 22 or later.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startService } from "../harness/service.js";
import { startThrowawayRedis } from "../harness/throwaway-redis.js";
import { Failure, reportFailure } from "../shell/failure.js";

const INSPECTOR = "@modelcontextprotocol/inspector@0.15.0";
const CONFORMANCE = "@modelcontextprotocol/conformance@0.1.16";

const NAMESPACE = "check.mcp";

/** The other scenarios call tools, prompts and resources of the suite's own example server. */
const SCENARIOS = [
  "server-initialize",
  "ping",
  "tools-list",
  "resources-list",
  "prompts-list",
  "dns-rebinding-protection",
];

async function main(): Promise<void> {
  const redis = await startThrowawayRedis(process.env);
  const service = await startService({
    env: process.env,
    redisUrl: redis.url,
    keyPrefix: "check-mcp",
    settings: { MNEME_EMBEDDER: "none", MNEME_REDIS_TIMEOUT_MS: "4000" },
  });
  const folder = mkdtempSync(join(tmpdir(), "mneme-mcp-"));
  // The inspector asks at /mcp, whatever else the path is.
  const any = `${service.url}/mcp`;
  const url = `${any}/${NAMESPACE}`;
  try {
    const tools = await inspect(any, "tools/list");
    expect("tools/list", tools, '"recall"', '"remember"', '"outputSchema"');
    const content = "The parcel CX-7742-B waits in Graz.";
    expect("remember", await callTool(any, "remember", { content }), '"created": true');
    expect("recall", await callTool(any, "recall", { query: "CX-7742-B", budget_tokens: "100" }), content);
    expect("prompts/list", await inspect(any, "prompts/list"), '"context"');
    expect("resources/templates/list", await inspect(any, "resources/templates/list"), "/memory/{id}");
    for (const scenario of SCENARIOS) {
      const report = await npx(CONFORMANCE, "conformance", folder, [
        "server",
        "--url",
        url,
        "--scenario",
        scenario,
        "--output-dir",
        folder,
      ]);
      const failed = /(\d+) failed/.exec(report)?.[1];
      if (failed !== "0") throw new Failure(`${scenario}:\n${report}`);
      console.log(`conformance, ${scenario}: ${/Passed: \d+\/\d+/.exec(report)?.[0] ?? report}`);
    }
  } finally {
    await service.stop();
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function expect(what: string, output: string, ...parts: readonly string[]): void {
  const missing = parts.find((part) => !output.includes(part));
  if (missing !== undefined) throw new Failure(`${what}: the inspector shows no ${missing}:\n${output}`);
  console.log(`inspector, ${what}: as it should be`);
}

const inspect = (url: string, method: string, more: readonly string[] = []): Promise<string> =>
  npx(INSPECTOR, "mcp-inspector", tmpdir(), [
    "--cli",
    url,
    "--transport",
    "http",
    "--method",
    method,
    ...more,
  ]);

function callTool(url: string, tool: string, input: Readonly<Record<string, string>>): Promise<string> {
  const given = Object.entries({ ...input, namespace: NAMESPACE }).flatMap(([name, value]) => [
    "--tool-arg",
    `${name}=${value}`,
  ]);
  return inspect(url, "tools/call", ["--tool-name", tool, ...given]);
}

/** What a program of a package writes. */
async function npx(spec: string, program: string, cwd: string, more: readonly string[]): Promise<string> {
  const child = spawn("npx", ["--yes", `--package=${spec}`, "--", program, ...more], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  await once(child, "close");
  return output;
}

main().catch(reportFailure);
