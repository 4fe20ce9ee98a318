import { ErrorReply } from "redis";
import { expect, test } from "vitest";
import { describeError } from "../../src/log.js";

const QUOTED = "SECRET is what the caller said\n    at once, and\n    at (a/place:1:2)";

test("a logged error holds nothing of its message, even where that looks like a place in the code", () => {
  const error = new TypeError(QUOTED, { cause: new Error(QUOTED) });
  const text = JSON.stringify(describeError(error));
  for (const part of ["SECRET", "at once", "a/place"]) expect(text).not.toContain(part);
  expect(describeError(error)).toMatchObject({ type: "TypeError", cause: { type: "Error" } });
  expect(describeError(error).at[0]).toContain("log.test");
});

test("an error whose stack is of another message has no places", () => {
  const error = Object.assign(new Error("second"), { stack: "Error: first\n    at once" });
  expect(describeError(error).at).toEqual([]);
});

test("the code of a reply of Redis is kept", () => {
  expect(describeError(new ErrorReply("WRONGTYPE Operation against a key"))).toMatchObject({
    code: "WRONGTYPE",
  });
});
