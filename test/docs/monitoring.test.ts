import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { newNamespace, recall } from "../support/acts/memories.js";
import { getState } from "../support/acts/state.js";
import { useService } from "../support/service/service.js";

const DOCS = fileURLToPath(new URL("../../docs/", import.meta.url));
const read = (path: string): string => readFileSync(join(DOCS, path), "utf8");

const service = await useService();
const namespace = newNamespace();
await recall(service, { query: "walrus", namespaces: [namespace] });
await getState(service, namespace, "k");
const scraped = await fetch(`${service.url}/metrics`).then((answer) => answer.text());
const linesOf = (kind: "HELP" | "TYPE") =>
  new Map(
    [...scraped.matchAll(new RegExp(`^# ${kind} (\\S+) (.*)$`, "gm"))].map(([, name, rest]) => [name, rest]),
  );
const help = linesOf("HELP");
const types = linesOf("TYPE");
const series = [...types].flatMap(([name, type]) =>
  type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
);

/** Metrics that an expression names. */
const namedIn = (text: string): string[] => text.match(/\b(?:mneme|process|nodejs)_[a-z0-9_]+/g) ?? [];

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

test("docs/operations.md lists each metric of the service with its type and meaning, and no other", () => {
  const rows = [
    ...read("operations.md").matchAll(/^\| `(mneme_\w+?)(?:\{[^}]*\})?`\s*\| (\w+)\s*\| (.*?)\s*\|$/gm),
  ];
  const documented = rows.map(([, name, type, meaning]) => [name, type, meaning]).toSorted();
  const own = [...types].filter(([name]) => name?.startsWith("mneme_"));
  expect(documented).toEqual(own.map(([name, type]) => [name, type, help.get(name)]).toSorted());
});

test("the labels that docs/operations.md names are those of the series", () => {
  for (const [, name = "", labels = ""] of read("operations.md").matchAll(
    /^\| `(mneme_\w+?)(?:\{([^}]*)\})?`/gm,
  )) {
    const sample = scraped.split("\n").find((line) => new RegExp(`^${name}(?:_count)?\\{`).test(line));
    if (sample === undefined) continue;
    const given = [...sample.matchAll(/[{,](\w+)=/g)].map(([, label]) => label);
    expect(given.toSorted(), name).toEqual(
      labels
        .split(",")
        .map((label) => label.trim())
        .toSorted(),
    );
  }
});

test("the dashboard and the alert rules name metrics and routes that exist", () => {
  const { panels }: Dashboard = JSON.parse(read("monitoring/grafana-dashboard.json"));
  const shown = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  const rules = read("monitoring/alerts.yml");
  const alerting = [...rules.matchAll(/expr: (?:\|\n((?: {10}.*\n)+)|(.*)\n)/g)].map(
    ([, many, one]) => many ?? one ?? "",
  );
  expect(shown.length).toBeGreaterThan(30);
  expect(alerting.length).toBe(rules.split("- alert:").length - 1);
  for (const name of [...shown, ...alerting].flatMap(namedIn)) expect(series).toContain(name);
  for (const name of namedIn(rules)) expect([...series, ...types.keys()]).toContain(name);
  for (const [, route, method = "POST"] of rules.matchAll(/route="([^"]+)"(?:,method="(\w+)")?/g))
    expect(scraped).toContain(`{method="${method}",route="${route}"`);
});

const promtool = (process.env["PATH"] ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "promtool"))
  .find((path) => existsSync(path));

// Debian's package prometheus has it.
test.skipIf(promtool === undefined)("promtool takes the alert rules, and they fire when they must", () => {
  for (const [verb, file] of [
    ["check", "alerts.yml"],
    ["test", "alerts.test.yml"],
  ] as const) {
    const said = execFileSync(promtool ?? "", [verb, "rules", join(DOCS, "monitoring", file)], {
      encoding: "utf8",
    });
    expect(said).toContain("SUCCESS");
  }
});
