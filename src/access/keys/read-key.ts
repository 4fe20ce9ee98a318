import type { Context } from "../../domain/context.js";
import { keyNotFound } from "../../domain/errors.js";
import { authorizeSome } from "../authorize.js";
import { trailOf } from "../trail.js";
import type { ApiKey } from "./key.js";
import { administers } from "./key.js";
import type { KeyServices } from "./services.js";

/** One key that the caller administers; any other isn't there for it. */
export async function readKey({ keys, audit }: KeyServices, context: Context, id: string): Promise<ApiKey> {
  await authorizeSome(audit, context, { verb: "admin", act: "key.list" });
  const found = await keys.find(id);
  const visible = found !== undefined && administers(context, found.grants);
  const [key] = await keys.load(trailOf(context, "key.list"), visible ? [id] : []);
  if (key === undefined) throw keyNotFound();
  return key;
}
