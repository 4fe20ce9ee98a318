import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Command, Option } from "commander";
import type { z } from "@hono/zod-openapi";
import { isSigned } from "../../../src/erasures/certificate.js";
import { certificateView, erasureView } from "../../../src/http/erasures/schemas.js";
import { Failure, messageOf } from "../../shell/failure.js";
import { createApi, jsonBody } from "../api.js";
import type { Api } from "../api.js";
import { apiKey, collect, printJson, urlOption } from "../options.js";
import type { Connection } from "../options.js";
import { replaceFile } from "../replace-file.js";

interface EraseOptions extends Connection {
  readonly entity?: readonly string[];
  readonly agent?: readonly string[];
  readonly session?: readonly string[];
  readonly thread?: readonly string[];
  readonly stateKey?: readonly string[];
  readonly metadata?: string;
  readonly mentions?: boolean;
  readonly filter?: string;
  readonly namespace?: string;
  readonly dryRun?: boolean;
  readonly id?: string;
  readonly out?: string;
  readonly json?: boolean;
}

type View = z.output<typeof erasureView>;

export function eraseCommand(): Command {
  return new Command("erase")
    .description("Erases a person, what fits a filter, or whole namespaces, and waits for the certificate.")
    .addOption(urlOption())
    .option("--entity <name>", "entity with its aliases; repeatable", collect)
    .option("--agent <id>", "agent; repeatable", collect)
    .option("--session <id>", "session; repeatable", collect)
    .option("--thread <id>", "LangGraph thread; repeatable", collect)
    .option("--state-key <key>", "key of a state document; repeatable", collect)
    .option("--metadata <json>", 'filter on metadata, such as {"user_id":"u-17"}')
    .option("--mentions", "also erase texts that mention one of the entities by name")
    .option("--filter <json>", "filter of memories, instead of a person")
    .option(
      "--namespace <pattern>",
      "namespace or pattern to look in (default: wherever the key has read, write and admin); without other options, everything in it is erased",
    )
    .option("--dry-run", "only count what would be erased")
    .option("--id <id>", "wait for an erasure that was started before")
    .option("--out <file>", "file to write the certificate to (default: standard output)")
    .addOption(
      new Option("--json", "the whole erasure as JSON on standard output, with counts and certificate"),
    )
    .action(async (options: EraseOptions) => run(options))
    .addCommand(verifyCommand());
}

async function run(options: EraseOptions): Promise<void> {
  const api = createApi(options.url, apiKey());
  const started = options.id === undefined ? await begun(api, options) : await viewOf(api, options.id);
  console.error(
    `Erasure ${started.id} is running on the service. If this command is interrupted, wait for it again with --id ${started.id}.`,
  );
  const done = await waited(api, started);
  console.error(countsOf(done));
  if (done.copies_left > 0) {
    console.error(
      `${done.copies_left} published copies stay in namespaces where this key lacks admin, read or write.`,
    );
  }
  if (options.json === true) printJson(done);
  if (done.certificate === null) return;
  const text = `${JSON.stringify(done.certificate, null, 2)}\n`;
  if (options.out !== undefined) await replaceFile(options.out, text);
  else if (options.json !== true) process.stdout.write(text);
}

async function begun(api: Api, options: EraseOptions): Promise<View> {
  const body = jsonBody(requestOf(options));
  return api.json(erasureView, { method: "POST", path: "/v1/erasures", body, repeatable: false });
}

function requestOf(options: EraseOptions) {
  const { entity, agent, session, thread, stateKey, metadata, mentions, filter, namespace, dryRun } = options;
  const subject = {
    ...(entity === undefined ? {} : { entity }),
    ...(agent === undefined ? {} : { agent_id: agent }),
    ...(session === undefined ? {} : { session_id: session }),
    ...(thread === undefined ? {} : { thread_id: thread }),
    ...(stateKey === undefined ? {} : { state_key: stateKey }),
    ...(metadata === undefined ? {} : { metadata: parsed("--metadata", metadata) }),
    ...(mentions === true ? { mentions } : {}),
  };
  return {
    ...(Object.keys(subject).length === 0 ? {} : { subject }),
    ...(filter === undefined ? {} : { filter: parsed("--filter", filter) }),
    ...(namespace === undefined ? {} : { namespace }),
    dry_run: dryRun === true,
  };
}

function parsed(option: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Failure(`${option} must be JSON: ${messageOf(error)}`);
  }
}

const viewOf = (api: Api, id: string): Promise<View> =>
  api.json(erasureView, {
    method: "GET",
    path: `/v1/erasures/${encodeURIComponent(id)}`,
    repeatable: true,
    whileFull: true,
  });

async function waited(api: Api, first: View): Promise<View> {
  let view = first;
  for (let pause = 100; view.status === "running"; pause = Math.min(2 * pause, 2_000)) {
    if (process.stderr.isTTY) process.stderr.write(`\r${view.phase}: ${view.handled} of ${view.found}   `);
    await sleep(pause);
    view = await viewOf(api, view.id);
  }
  if (process.stderr.isTTY) process.stderr.write("\n");
  return view;
}

function countsOf({ counts, dry_run }: View): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  const listed = parts.map(([kind, count]) => `${kind}: ${count}`).join(", ");
  return `${dry_run ? "Would be erased" : "Erased"}: ${listed === "" ? "nothing" : listed}`;
}

interface VerifyOptions extends Connection {
  readonly offline?: boolean;
}

function verifyCommand(): Command {
  return new Command("verify")
    .description("Checks a certificate: its signature, and that the service has issued it.")
    .argument("<file>", "certificate, as `mneme erase` wrote it")
    .option("--offline", "check only the signature, without the service")
    .action(async (file: string, _: unknown, command: Command) =>
      // `erase` has taken --url.
      verify(file, command.optsWithGlobals<VerifyOptions>()),
    );
}

async function verify(file: string, options: VerifyOptions): Promise<void> {
  const certificate = certificateView.safeParse(parsed(file, readFileSync(file, "utf8")));
  if (!certificate.success) throw new Failure(`${file} isn't a certificate of an erasure.`);
  const { data } = certificate;
  if (!isSigned(data)) throw new Failure(`${file}: invalid signature: the certificate was changed.`);
  if (options.offline === true) {
    console.error(`${file}: the signature is valid for the public key ${data.public_key}.`);
    return;
  }
  const issued = await viewOf(createApi(options.url, apiKey()), data.id);
  // A certificate that was made up is signed with another key.
  if (issued.certificate?.signature !== data.signature) {
    throw new Failure(`${file}: ${options.url} hasn't issued this certificate for the erasure ${data.id}.`);
  }
  console.error(`${file}: issued by ${options.url}, and unchanged.`);
}
