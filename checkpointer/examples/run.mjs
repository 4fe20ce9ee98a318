// The story: an agent that talks, is killed in mid-order, goes on, forks, and remembers in another thread.
// Needs REDIS_URL and MNEME_URL, of a mneme service on that Redis; `npm run example` brings both.
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { MNEME_URL = "http://127.0.0.1:8080" } = process.env;
const apiKey = process.env["MNEME_API_KEY"];
const folder = mkdtempSync(join(tmpdir(), "mneme-example-"));
const ledger = join(folder, "ledger.txt");

try {
  console.log("1. Thread monday: Ada says what she drinks. The agent keeps it in mneme.");
  await turn({ thread: "monday", say: "Hello, I am Ada. I drink green tea, without sugar." });

  console.log("\n2. Ada orders. The process is killed (SIGKILL) after it paid and before it shipped.");
  await turn({ thread: "monday", say: "Please order my usual." }, { killAt: "shipping" });

  console.log("\n3. Another process goes on in the thread. It ships, and doesn't pay again.");
  await turn({ thread: "monday", resume: true });

  console.log("\n4. A fork, from before the order: what if Ada had ordered something else?");
  await turn({ thread: "monday", fork: true, say: "Please order me a black coffee." });

  console.log("\n5. Thread friday, another process: it knows nothing of monday but what mneme keeps.");
  await turn({ thread: "friday", say: "What do I drink?" });

  console.log(`\nPaid for: ${payments().join("; ") || "nothing"}`);
  console.log(
    "\nWhat the agent said on monday, in both branches, as mneme shows the thread (GET /v1/threads/monday/checkpoints):",
  );
  for (const answer of await answersOf("monday")) console.log(`  - ${answer}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * @param {{ thread: string, say?: string, resume?: boolean, fork?: boolean }} what
 * @param {{ killAt?: string }} [options] the note at which the process is killed
 */
async function turn(what, { killAt } = {}) {
  const child = fork(join(import.meta.dirname, "talk.mjs"), [JSON.stringify(what)], {
    env: { ...process.env, LEDGER: ledger, ...(killAt === undefined ? {} : { SLOW: "1" }) },
  });
  child.on("message", (note) => {
    if (killAt !== undefined && String(note).startsWith(killAt)) child.kill("SIGKILL");
  });
  const [code, signal] = await once(child, "exit");
  if (signal === "SIGKILL" && killAt !== undefined) console.log("        (killed)");
  else if (code !== 0) throw new Error(`The process ended with ${code ?? signal}.`);
}

/** One for each time that the node `pay` ran, in whichever process. */
function payments() {
  // A real model may not want to order anything.
  return existsSync(ledger) ? readFileSync(ledger, "utf8").trim().split("\n") : [];
}

/** @typedef {{ values: { messages?: { $type: string, content: string }[] } }} Checkpoint */

/**
 * What the agent said in any checkpoint of a thread, each once, in the order of time.
 *
 * @param {string} thread
 */
async function answersOf(thread) {
  /** @type {string[]} */
  const answers = [];
  let before = "";
  do {
    const query = new URLSearchParams({
      namespace: "example.cafe",
      limit: "50",
      ...(before ? { before } : {}),
    });
    const response = await fetch(`${MNEME_URL}/v1/threads/${thread}/checkpoints?${query}`, {
      headers: apiKey ? { authorization: `Bearer ${apiKey}` } : {},
    });
    if (!response.ok) throw new Error(await response.text());
    const page = /** @type {{ checkpoints: Checkpoint[], before: string | null }} */ (await response.json());
    for (const { values } of page.checkpoints) {
      const last = values.messages?.at(-1);
      if (last?.$type.startsWith("AIMessage") && last.content !== "") answers.push(last.content);
    }
    before = page.before ?? "";
  } while (before);
  return new Set(answers.toReversed());
}
