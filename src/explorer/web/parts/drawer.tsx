import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Toast } from "./toast.js";

interface DrawerProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A dialog at the side. The browser keeps the focus in it, closes it on Escape, and gives the focus back. */
export function Drawer({ title, onClose, children }: DrawerProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      class="drawer"
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose();
      }}
    >
      <div class="drawer-inside">
        <button type="button" class="button quiet drawer-close" onClick={onClose}>
          Close
        </button>
        {children}
      </div>
      <Toast />
    </dialog>
  );
}
