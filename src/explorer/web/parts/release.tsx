import type { Act } from "../base/act.js";
import { service } from "../base/service.js";
import type { Memory } from "../base/service.js";

/** Lets a published copy out of quarantine. */
export function Release({
  memory,
  act,
  small = false,
}: {
  readonly memory: Memory;
  readonly act: Act;
  readonly small?: boolean;
}) {
  const path = { ns: memory.namespace, id: memory.id };
  return (
    <button
      type="button"
      class={small ? "button small" : "button"}
      disabled={act.busy}
      onClick={() =>
        act.run(
          () => service.value.post("/v1/namespaces/{ns}/memories/{id}/release", { path, body: {} }),
          "Released from quarantine.",
        )
      }
    >
      Release
    </button>
  );
}
