import { Command } from "commander";
import { loadEnv } from "../../shell/env.js";
import { jsonOption, printJson } from "../options.js";

const LABELS = { ok: "ok     ", warning: "WARNING", problem: "PROBLEM" } as const;

export function doctorCommand(): Command {
  return new Command("doctor")
    .description(
      "Looks at settings, Redis, embedder, port and disk, and says what to do about each. Exits with 1 if there is a problem.",
    )
    .addOption(jsonOption())
    .action(async ({ json }: { readonly json?: boolean }) => {
      const { diagnose } = await import("../../doctor/diagnose.js");
      const findings = [];
      for await (const finding of diagnose(loadEnv())) {
        findings.push(finding);
        if (json !== true) console.log(`${LABELS[finding.status]}  ${finding.part}: ${finding.detail}`);
      }
      const problems = findings.filter(({ status }) => status === "problem").length;
      const warnings = findings.filter(({ status }) => status === "warning").length;
      if (json === true) printJson({ problems, warnings, findings });
      else console.error(`${problems} problems, ${warnings} warnings.`);
      if (problems > 0) process.exitCode = 1;
    });
}
