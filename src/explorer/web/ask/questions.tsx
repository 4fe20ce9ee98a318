import { scope } from "../base/namespaces.js";
import { addressOf } from "../base/place.js";

interface QuestionsProps {
  /** Puts the person into the field of the question. */
  readonly onAsk: () => void;
}

/** What people come for, each with the way to it. */
export function Questions({ onAsk }: QuestionsProps) {
  const ns = scope();
  return (
    <nav class="questions" aria-label="Ways in">
      <ul>
        <li>
          <button type="button" class="link" onClick={onAsk}>
            Why does a memory come first?
          </button>
          <span class="hint">Ask above. Each hit says why it stands where it does.</span>
        </li>
        <li>
          <a href={addressOf("receipts", { ns })}>What did an agent know last Tuesday?</a>
          <span class="hint">Receipts keep what each recall answered. Ask shows any day.</span>
        </li>
        <li>
          <a href={addressOf("memories", { ns })}>Who wrote this, and how do I undo it?</a>
          <span class="hint">Open a memory: its author, its versions, and what you can do.</span>
        </li>
        <li>
          <a href={addressOf("health", { ns })}>What ends tomorrow?</a>
          <span class="hint">Health lists what ends next.</span>
        </li>
      </ul>
    </nav>
  );
}
