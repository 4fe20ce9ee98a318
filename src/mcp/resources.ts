import type { McpServer, ReadResourceResult } from "@modelcontextprotocol/server";
import { ResourceTemplate } from "@modelcontextprotocol/server";
import { z } from "zod";
import { apiPath, bodyOf } from "./api.js";
import { apiMemory } from "./memory-item.js";
import { quoted } from "./quoted.js";
import type { ToolServing } from "./tool.js";

const profileText = z.object({ text: z.string() });

/** `mneme://profile/{subject}` and `mneme://memory/{id}`; before them the namespace, where each call names it. */
export function registerResources(server: McpServer, { call, namespace }: ToolServing): void {
  const root = namespace === undefined ? "mneme://{namespace}" : "mneme:/";
  const placeOf = (variables: Record<string, string | string[]>): string =>
    namespace ?? one(variables["namespace"]);
  server.registerResource(
    "profile",
    new ResourceTemplate(`${root}/profile/{subject}`, { list: undefined }),
    {
      title: "Profile",
      description: "What is known about a person, project or thing, one memory per line.",
      mimeType: "text/markdown",
    },
    async (uri, variables) => {
      const path = apiPath`/v1/namespaces/${placeOf(variables)}/profiles/${one(variables["subject"])}`;
      const { text } = profileText.parse(await bodyOf(call, { method: "GET", path }));
      return textOf(uri, "text/markdown", text);
    },
  );
  server.registerResource(
    "memory",
    new ResourceTemplate(`${root}/memory/{id}`, { list: undefined }),
    { title: "Memory", description: "One memory, quoted as data.", mimeType: "text/plain" },
    async (uri, variables) => {
      const path = apiPath`/v1/namespaces/${placeOf(variables)}/memories/${one(variables["id"])}`;
      const memory = apiMemory.parse(await bodyOf(call, { method: "GET", path }));
      return textOf(uri, "text/plain", quoted([memory]));
    },
  );
}

/** A template's variable; these templates have no lists. */
function one(value: string | string[] | undefined): string {
  const text = Array.isArray(value) ? value[0] : value;
  return decodeURIComponent(text ?? "");
}

function textOf(uri: URL, mimeType: string, text: string): ReadResourceResult {
  return { contents: [{ uri: uri.href, mimeType, text }] };
}
