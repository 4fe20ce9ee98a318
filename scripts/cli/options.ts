import { InvalidArgumentError, Option } from "commander";
import { Failure } from "../shell/failure.js";

export interface Connection {
  readonly url: string;
}

export const urlOption = (): Option =>
  new Option("--url <url>", "address of the service").env("MNEME_URL").default("http://127.0.0.1:8080");

/** Undefined: none is given. The error doesn't quote it: fetch's own would. */
export function apiKey(): string | undefined {
  const key = process.env["MNEME_API_KEY"]?.trim() ?? "";
  if (key === "") return undefined;
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new Failure("MNEME_API_KEY must be one line of visible ASCII characters.");
}

/** An option that may be repeated. */
export const collect = (value: string, previous: readonly string[] = []): readonly string[] => [
  ...previous,
  value,
];

/** Parser of an option that takes a whole number from `least` to `most`. */
export const wholeNumber =
  (least: number, most: number = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} on` : `${least} to ${most}`;
    throw new InvalidArgumentError(`It must be a whole number from ${range}.`);
  };

/** Parser of an option that takes a number from 0 to 1. */
export function ratio(text: string): number {
  const value = Number(text);
  if (/^(?:\d*\.)?\d+$/.test(text) && value <= 1) return value;
  throw new InvalidArgumentError("It must be a number from 0 to 1.");
}

/** An option that puts the command's answer on standard output as JSON. */
export const jsonOption = (): Option => new Option("--json", "JSON on standard output");

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
