import { useEffect, useRef } from "preact/hooks";
import { announce } from "./base/announce.js";
import { apiKey, keyRefused } from "./base/service.js";

/** Asks for the API key. It is kept in the memory of this page only, so a reload asks again. */
export function KeyDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    return () => dialog.current?.close();
  }, []);
  const close = (): void => {
    keyRefused.value = false;
  };
  const use = (key: string): void => {
    apiKey.value = key;
    close();
    announce(key === "" ? "No key is used." : "The key is used from now on.");
  };
  return (
    <dialog
      ref={dialog}
      class="key-dialog"
      aria-labelledby="key-title"
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          use(input.current?.value.trim() ?? "");
        }}
      >
        <h2 id="key-title">{apiKey.value === "" ? "Use an API key" : "Use another API key"}</h2>
        <p>
          You see what its grants allow. The key stays in the memory of this page: it is stored nowhere, it is
          in no address, and a reload forgets it.
        </p>
        <div class="field">
          <label for="api-key">API key</label>
          <input
            id="api-key"
            ref={input}
            type="password"
            placeholder="mn_…"
            autocomplete="off"
            spellcheck={false}
          />
        </div>
        <p class="hint">
          Operators make one with <code>npx mneme keys create --admin --agent NAME</code>.
        </p>
        <div class="buttons">
          <button type="submit" class="button primary">
            Use this key
          </button>
          {apiKey.value !== "" && (
            <button type="button" class="button" onClick={() => use("")}>
              Forget the key
            </button>
          )}
          <button type="button" class="button quiet" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}
