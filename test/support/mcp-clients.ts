import { fileURLToPath } from "node:url";
import * as modern from "@modelcontextprotocol/client";
import { StdioClientTransport as ModernStdio } from "@modelcontextprotocol/client/stdio";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as OldStdio } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as OldHttp } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const CLI = fileURLToPath(new URL("../../scripts/mneme.mjs", import.meta.url));

export interface ToolResult {
  readonly isError: boolean;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What tests need of a client, whichever release of the SDK it is from. */
export interface McpClient {
  readonly instructions: string | undefined;
  tools(): Promise<readonly { readonly name: string; readonly description?: string | undefined }[]>;
  call(name: string, input?: Record<string, unknown>): Promise<ToolResult>;
  close(): Promise<void>;
}

export interface McpPlace {
  readonly url: string;
  /** Undefined: each call names the namespace. */
  readonly namespace?: string | undefined;
  readonly key?: string | undefined;
  /** Of the bridge; a service has its own setting. */
  readonly tools?: string | undefined;
}

const httpUrl = ({ url, namespace }: McpPlace): URL =>
  new URL(namespace === undefined ? "/mcp" : `/mcp/${namespace}`, url);

const headersOf = ({ key }: McpPlace): Record<string, string> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` };

const stdioOf = ({ url, namespace, key, tools }: McpPlace) => ({
  command: process.execPath,
  args: [
    CLI,
    "mcp",
    "--url",
    url,
    ...(namespace === undefined ? [] : ["--namespace", namespace]),
    ...(tools === undefined ? [] : ["--tools", tools]),
  ],
  env: { PATH: process.env["PATH"] ?? "", ...(key === undefined ? {} : { MNEME_API_KEY: key }) },
});

function resultOf(result: object): ToolResult {
  const { isError, content, structuredContent } = result as {
    isError?: boolean;
    content: readonly { readonly type: string; readonly text?: string }[];
    structuredContent?: Record<string, unknown>;
  };
  return {
    isError: isError === true,
    text: content.map(({ text }) => text ?? "").join("\n"),
    data: structuredContent ?? {},
  };
}

type Mode = modern.VersionNegotiationMode;

async function connectModern(transport: modern.Transport, mode: Mode): Promise<McpClient> {
  const client = new modern.Client({ name: "test", version: "1" }, { versionNegotiation: { mode } });
  await client.connect(transport);
  return {
    instructions: client.getInstructions(),
    tools: async () => (await client.listTools()).tools,
    call: async (name, input = {}) => resultOf(await client.callTool({ name, arguments: input })),
    close: () => client.close(),
  };
}

async function connectOld(transport: OldHttp | OldStdio): Promise<McpClient> {
  const client = new OldClient({ name: "test", version: "1" });
  // The SDK's own transports don't fit its interface under exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<OldClient["connect"]>[0]);
  return {
    instructions: client.getInstructions(),
    tools: async () => (await client.listTools()).tools,
    call: async (name, input = {}) => resultOf(await client.callTool({ name, arguments: input })),
    close: () => client.close(),
  };
}

const modernHttp = (place: McpPlace, mode: Mode): Promise<McpClient> =>
  connectModern(
    new modern.StreamableHTTPClientTransport(httpUrl(place), { requestInit: { headers: headersOf(place) } }),
    mode,
  );

/** Clients of both lines of the protocol, over both transports. */
export const CONNECT: Readonly<Record<string, (place: McpPlace) => Promise<McpClient>>> = {
  "SDK 2 with the spec of 2026 over HTTP": (place) => modernHttp(place, { pin: "2026-07-28" }),
  "SDK 2 with the spec of 2025 over HTTP": (place) => modernHttp(place, "legacy"),
  "SDK 2 with the spec of 2026 over stdio": (place) =>
    connectModern(new ModernStdio(stdioOf(place)), { pin: "2026-07-28" }),
  "SDK 1 over HTTP": (place) =>
    connectOld(new OldHttp(httpUrl(place), { requestInit: { headers: headersOf(place) } })),
  "SDK 1 over stdio": (place) => connectOld(new OldStdio(stdioOf(place))),
};

export const connectHttp = (place: McpPlace): Promise<McpClient> => modernHttp(place, "auto");
