// node scripts/run.mjs public-strings [URL]: lists what people read of mneme, one text a line, to be read as a whole:
// the descriptions in the document of a running service, and the messages of the sources.
import { repositoryRoot } from "../bootstrap/root.mjs";
import { reportFailure } from "../shell/failure.js";
import { descriptionsOf } from "./descriptions.js";
import { messagesOf } from "./messages.js";

const DEFAULT_URL = "http://127.0.0.1:8080";

async function main(): Promise<void> {
  const url = process.argv[2] ?? DEFAULT_URL;
  const document: unknown = await (await fetch(new URL("/openapi.json", url))).json();
  for (const { place, text } of descriptionsOf(document)) console.log(`${place}\t${text}`);
  for (const { file, line, text } of messagesOf(repositoryRoot())) console.log(`${file}:${line}\t${text}`);
}

await main().catch(reportFailure);
