import { Command } from "commander";
import { scopeOf } from "../../src/access/grants.js";
import { jsonOption, printJson } from "../cli/options.js";
import { Failure } from "../shell/failure.js";
import type { VerifyOptions } from "./verify.js";

interface Given {
  readonly namespace?: string;
  readonly heads?: string;
  readonly writeHeads?: string;
  readonly json?: boolean;
}

const PATTERN = /^(\*\*|[\w-]+(\.[\w-]+)*(\.\*\*)?)$/;

export const auditCommand = (): Command =>
  new Command("audit").description("Audit trail.").addCommand(verifyCommand("verify"));

export function verifyCommand(name: string): Command {
  return new Command(name)
    .description(
      "Verifies the audit trails of the Redis that `mneme start` uses. Exits with 1 if one isn't sound.",
    )
    .option("--namespace <pattern>", "only these namespaces, such as acme.shared.crm, acme.shared.** or **")
    .option("--heads <file>", "check that the trails still lead through the heads that were saved there")
    .option(
      "--write-heads <file>",
      "save the heads there if nothing is wrong; keep that file where Redis's users can't write",
    )
    .addOption(jsonOption())
    .action(async (given: Given) => {
      const { verifyAudit } = await import("./verify.js");
      const result = await verifyAudit(optionsOf(given));
      if (given.json === true) printJson(result);
      else {
        for (const { trail, problem } of result.problems) console.log(`${trail}: ${problem}`);
        const { trails, entries, unsound } = result;
        console.log(
          `${trails} trails with ${entries} entries: ${unsound === 0 ? "sound" : `${unsound} not sound`}.`,
        );
      }
      if (result.unsound > 0) process.exitCode = 1;
      if (given.writeHeads === undefined) return;
      console.error(result.unsound > 0 ? "The heads are not saved." : `Heads saved to ${given.writeHeads}.`);
    });
}

function optionsOf({ namespace, heads, writeHeads }: Given): VerifyOptions {
  if (namespace !== undefined && !PATTERN.test(namespace)) {
    throw new Failure("--namespace must be a namespace, one followed by .**, or **.");
  }
  return { scope: namespace === undefined ? undefined : scopeOf(namespace), heads, writeHeads };
}
