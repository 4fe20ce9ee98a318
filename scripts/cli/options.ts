import { Option } from "commander";

export interface Connection {
  readonly url: string;
}

export const urlOption = (): Option =>
  new Option("--url <url>", "address of the service").env("MNEME_URL").default("http://127.0.0.1:8080");

export const apiKey = (): string | undefined => process.env["MNEME_API_KEY"] || undefined;

/** An option that may be repeated. */
export const collect = (value: string, previous: readonly string[] = []): readonly string[] => [
  ...previous,
  value,
];
