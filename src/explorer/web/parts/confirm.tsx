import type { ComponentChildren } from "preact";

interface ConfirmProps {
  /** What the act does, and whether it can be undone. */
  readonly children: ComponentChildren;
  readonly label: string;
  readonly cancel: string;
  readonly busy: boolean;
  readonly danger?: boolean;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

/** Asks before an act that is large or can't be undone. */
export function Confirm({
  children,
  label,
  cancel,
  busy,
  danger = false,
  onConfirm,
  onCancel,
}: ConfirmProps) {
  return (
    <div class={danger ? "confirm confirm-danger" : "confirm"}>
      <p>{children}</p>
      <div class="buttons">
        <button
          type="button"
          class={danger ? "button danger" : "button primary"}
          disabled={busy}
          onClick={onConfirm}
        >
          {label}
        </button>
        <button type="button" class="button quiet" onClick={onCancel}>
          {cancel}
        </button>
      </div>
    </div>
  );
}
