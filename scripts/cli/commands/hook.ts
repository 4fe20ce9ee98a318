import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Argument, Command, Option } from "commander";
import { namespace } from "../../../src/http/openapi/primitives.js";
import { Failure } from "../../shell/failure.js";
import { CLIENTS } from "../../hook/clients/index.js";
import type { ClientName } from "../../hook/clients/index.js";
import type { Client, Moment } from "../../hook/clients/client.js";
import { commandLine } from "../../hook/settings/command-line.js";
import { HOOK_SCRIPT, withHooks, withoutHooks } from "../../hook/settings/entries.js";
import { readSettings, writeSettings } from "../../hook/settings/file.js";
import { LONGEST_WITHIN_MS, WITHIN_MS } from "../../hook/run/within.js";
import { urlOption } from "../options.js";
import type { Connection } from "../options.js";

interface Where {
  /** Only for the project in the current folder. */
  readonly project: boolean;
  readonly dryRun: boolean;
}

interface InstallOptions extends Connection, Where {
  readonly namespace: string;
  readonly keyFile?: string;
  /** Milliseconds. */
  readonly within: number;
}

export function hookCommand(): Command {
  return new Command("hook")
    .description("Connects a coding assistant: memories come with each prompt, and each answer is stored.")
    .addCommand(
      new Command("install")
        .description("Adds mneme's hooks to the assistant's settings, after a copy of them.")
        .addArgument(clientArgument())
        .addOption(urlOption())
        .addOption(
          new Option("--namespace <namespace>", "namespace of the memories")
            .env("MNEME_NAMESPACE")
            .makeOptionMandatory(),
        )
        .option("--key-file <file>", "file with the API key (default: MNEME_API_KEY of the assistant)")
        .addOption(
          new Option("--within <ms>", "after this time, a turn goes on without memories")
            .default(WITHIN_MS)
            .argParser(millisecondsOf),
        )
        .addOption(projectOption())
        .addOption(dryRunOption())
        .action(install),
    )
    .addCommand(
      new Command("uninstall")
        .description("Takes mneme's hooks out of the assistant's settings, and leaves all others.")
        .addArgument(clientArgument())
        .addOption(projectOption())
        .addOption(dryRunOption())
        .action(uninstall),
    );
}

const clientArgument = (): Argument =>
  new Argument("<assistant>", "the assistant").choices(Object.keys(CLIENTS));
const projectOption = (): Option =>
  new Option("--project", "only for the project in this folder").default(false);
const dryRunOption = (): Option =>
  new Option("--dry-run", "print the settings instead of writing them").default(false);

function install(name: ClientName, options: InstallOptions): void {
  const client: Client = CLIENTS[name];
  const file = fileOf(client, options);
  const command = hookOf(name, options);
  const settings = withHooks(client, (options.dryRun ? tolerant : readSettings)(file) ?? {}, command, file);
  if (options.dryRun) {
    console.log(JSON.stringify(settings, null, 2));
    return;
  }
  const backup = writeSettings(file, settings);
  console.error(`${client.title} has mneme's hooks in ${file}.`);
  if (backup !== undefined) console.error(`Its settings before that are in ${backup}.`);
  console.error(client.note);
}

function uninstall(name: ClientName, options: Where): void {
  const client: Client = CLIENTS[name];
  const file = fileOf(client, options);
  const settings = readSettings(file);
  const left = settings && withoutHooks(client, settings, file);
  if (left === undefined || JSON.stringify(left) === JSON.stringify(settings)) {
    console.error(`${file} has no hooks of mneme.`);
    return;
  }
  if (options.dryRun) {
    console.log(JSON.stringify(left, null, 2));
    return;
  }
  const backup = writeSettings(file, left);
  console.error(`${client.title} has no hooks of mneme any more.`);
  if (backup !== undefined) console.error(`Its settings before that are in ${backup}.`);
}

/** A file that can't be changed by a program can still be shown what to add. */
function tolerant(file: string) {
  try {
    return readSettings(file);
  } catch {
    return {};
  }
}

const fileOf = (client: Client, { project }: Where): string =>
  project ? resolve(client.projectFile) : client.settingsFile(homedir(), process.env);

function hookOf(name: ClientName, options: InstallOptions): (moment: Moment) => string {
  const script = fileURLToPath(new URL(`../../hook/${HOOK_SCRIPT}`, import.meta.url));
  if (/[\\/]_npx[\\/]/.test(script)) {
    throw new Failure(
      "npx keeps mneme in a cache that is cleared at times, and the hooks would fail then. Install mneme first, from its package file: npm install --global ./mneme-….tgz",
    );
  }
  const parsed = namespace.safeParse(options.namespace);
  if (!parsed.success) throw new Failure(`--namespace: ${parsed.error.issues[0]?.message ?? "is invalid"}`);
  if (!/^https?:$/.test(protocolOf(options.url))) {
    throw new Failure(`--url: ${options.url} isn't the address of a service, such as http://127.0.0.1:8080.`);
  }
  const key = options.keyFile === undefined ? [] : ["--key-file", readable(resolve(options.keyFile))];
  const within = options.within === WITHIN_MS ? [] : ["--within", String(options.within)];
  const where = ["--url", options.url, "--namespace", options.namespace, ...key, ...within];
  return (moment) => commandLine([process.execPath, script, name, moment, ...where]);
}

function millisecondsOf(text: string): number {
  const ms = Number(text);
  if (Number.isInteger(ms) && ms >= 1 && ms <= LONGEST_WITHIN_MS) return ms;
  throw new Failure(`--within: ${text} isn't a number of milliseconds from 1 to ${LONGEST_WITHIN_MS}.`);
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : "";
}

function readable(file: string): string {
  try {
    accessSync(file, constants.R_OK);
    return file;
  } catch {
    throw new Failure(`--key-file: ${file} can't be read.`);
  }
}
