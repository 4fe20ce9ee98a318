import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { Command, Option } from "commander";
import { z } from "zod";
import { RELEASE } from "../../../src/backup/release.js";
import { GRANT_VERBS } from "../../../src/domain/grant.js";
import { bodyOf } from "../../../src/mcp/api.js";
import { remoteApi } from "../../../src/mcp/remote-api.js";
import { createMcpServer } from "../../../src/mcp/server.js";
import { TOOL_SETS } from "../../../src/mcp/tool-sets.js";
import type { ToolSet } from "../../../src/mcp/tool-sets.js";
import { Failure } from "../../shell/failure.js";
import { apiKey, urlOption } from "../options.js";
import type { Connection } from "../options.js";

interface McpOptions extends Connection {
  readonly namespace?: string;
  readonly tools: ToolSet;
}

/** A client waits for a tool about a minute. */
const TIMEOUT_MS = 50_000;

const caller = z.object({
  grants: z.array(z.object({ namespace: z.string(), verbs: z.array(z.enum(GRANT_VERBS)) })),
});

export function mcpCommand(): Command {
  return new Command("mcp")
    .description("Serves MCP on stdin and stdout, for desktop clients, over a running mneme service.")
    .addOption(urlOption())
    .addOption(
      new Option("--namespace <namespace>", "namespace of all tools (default: each call names one)").env(
        "MNEME_NAMESPACE",
      ),
    )
    .addOption(
      new Option(
        "--tools <set>",
        "core: seven for memories; all: state and sessions too; reference: the nine of MCP's memory server",
      )
        .env("MNEME_MCP_TOOLS")
        .choices(TOOL_SETS)
        .default("core"),
    )
    .action(async (options: McpOptions) => run(options));
}

async function run({ url, namespace, tools }: McpOptions): Promise<void> {
  const call = remoteApi({ url, key: apiKey(), timeoutMs: TIMEOUT_MS });
  const { grants } = await whoami(call);
  serveStdio(() => createMcpServer({ call, namespace, grants, toolSet: tools, version: RELEASE }));
}

async function whoami(call: ReturnType<typeof remoteApi>): Promise<z.output<typeof caller>> {
  try {
    return caller.parse(await bodyOf(call, { method: "GET", path: "/v1/whoami" }));
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : "mneme gave no answer.", { cause: error });
  }
}
