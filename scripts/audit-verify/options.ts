import { parseArgs } from "node:util";
import { scopeOf } from "../../src/access/grants.js";
import type { Scope } from "../../src/access/grants.js";
import { Failure, messageOf } from "../shell/failure.js";

export interface VerifyOptions {
  /** Only the trails of these namespaces; undefined: all, with that of refusals and that of acts in no namespace. */
  readonly scope: Scope | undefined;
  /** A file with heads that were saved earlier. */
  readonly heads: string | undefined;
  /** Where to save the heads, if nothing is wrong. */
  readonly writeHeads: string | undefined;
}

const USAGE = `usage: npm run audit:verify [-- options]

  --namespace PATTERN  only these namespaces, such as acme.shared.crm, acme.shared.** or **
  --heads FILE         check that the trails still lead through the heads that were saved there
  --write-heads FILE   save the heads there if nothing is wrong; keep that file where Redis's users can't write`;

const PATTERN = /^(\*\*|[\w-]+(\.[\w-]+)*(\.\*\*)?)$/;

export function parseOptions(args: readonly string[]): VerifyOptions {
  const values = parse(args);
  if (values.help === true) throw new Failure(USAGE);
  if (values.namespace !== undefined && !PATTERN.test(values.namespace)) {
    throw new Failure(`--namespace must be a namespace, one followed by .**, or **.\n\n${USAGE}`);
  }
  return {
    scope: values.namespace === undefined ? undefined : scopeOf(values.namespace),
    heads: values.heads,
    writeHeads: values["write-heads"],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        namespace: { type: "string" },
        heads: { type: "string" },
        "write-heads": { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new Failure(`${messageOf(error)}\n\n${USAGE}`);
  }
}
