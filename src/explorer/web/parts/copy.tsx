import { announce } from "../base/announce.js";

interface CopyProps {
  readonly text: string;
  readonly label?: string;
}

export function CopyButton({ text, label = "Copy" }: CopyProps) {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      announce("Copied.");
    } catch {
      announce("The browser doesn't allow copying here. Select the text instead.");
    }
  };
  return (
    <button type="button" class="button small quiet" onClick={() => void copy()}>
      {label}
    </button>
  );
}
