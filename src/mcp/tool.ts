import type { CallToolResult, McpServer, ServerContext, ToolAnnotations } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { GrantVerb } from "../domain/grant.js";
import { visibleJson } from "../domain/visible.js";
import { ApiRefusal } from "./api.js";
import type { ApiRequest, CallApi } from "./api.js";

export interface ToolContext {
  readonly call: CallApi;
  /** The namespace that the tool works on. */
  readonly namespace: string;
}

/** A tool whose arguments and results are typed by its schemas. */
interface ToolDefinition<Input extends z.ZodObject, Output extends z.ZodObject> {
  readonly name: string;
  readonly title: string;
  /** What it does, when to use it, what it is not for, and what comes back. */
  readonly description: string;
  readonly input: Input;
  readonly output: Output;
  /** What a caller must be allowed to do in the namespace; without it, the tool isn't listed. */
  readonly needs: readonly GrantVerb[];
  readonly annotations: ToolAnnotations;
  readonly run: (context: ToolContext, input: z.output<Input>) => Promise<z.input<Output>>;
  /** The result for models that read text only. Default: one line of JSON. */
  readonly text?: (output: z.output<Output>) => string;
}

/** How a server is asked: for one namespace, or for the one that each call names. */
export interface ToolServing {
  readonly call: CallApi;
  /** Undefined: each call names it. */
  readonly namespace: string | undefined;
}

export interface Tool {
  readonly name: string;
  readonly needs: readonly GrantVerb[];
  readonly register: (server: McpServer, serving: ToolServing) => void;
}

export const namespaceArgument = z
  .string()
  .min(1)
  .describe("Namespace to work in, such as acme.agents.support.");

export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>({
  name,
  title,
  description,
  input,
  output,
  needs,
  annotations,
  run,
  text,
}: ToolDefinition<Input, Output>): Tool {
  // The schema of a call that names its namespace; made once, as the tools are.
  const withNamespace: z.ZodObject = input.extend({ namespace: namespaceArgument });
  const ownInput: z.ZodObject = input;
  return {
    name,
    needs,
    register: (server, { call, namespace }) => {
      const config = { title, description, annotations: { title, ...annotations }, outputSchema: output };
      const answer = async (
        place: string,
        given: z.output<Input>,
        { mcpReq: { signal } }: ServerContext,
      ): Promise<CallToolResult> => {
        try {
          const context = { call: (request: ApiRequest) => call(request, signal), namespace: place };
          const result = output.parse(await run(context, given));
          return {
            content: [{ type: "text", text: text?.(result) ?? visibleJson(result) }],
            structuredContent: result,
          };
        } catch (error) {
          if (!(error instanceof ApiRefusal)) throw error;
          return { isError: true, content: [{ type: "text", text: error.message }] };
        }
      };
      if (namespace === undefined) {
        server.registerTool(name, { ...config, inputSchema: withNamespace }, async (given, ctx) => {
          const { namespace: place, ...rest } = given;
          return answer(namespaceArgument.parse(place), input.parse(rest), ctx);
        });
      } else {
        server.registerTool(name, { ...config, inputSchema: ownInput }, async (given, ctx) =>
          answer(namespace, input.parse(given), ctx),
        );
      }
    },
  };
}
