import { diffWords } from "../base/diff.js";
import { pretty } from "../base/format.js";

export interface Piece {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

interface SideProps {
  readonly pieces: readonly Piece[];
  readonly side: "before" | "after";
}

/** One side of a comparison: what both have, and what only this one has. */
export function DiffSide({ pieces, side }: SideProps) {
  const own = side === "before" ? "removed" : "added";
  return (
    <p class="memory-text diff" dir="auto">
      {pieces
        .filter(({ kind }) => kind === "same" || kind === own)
        .map(({ kind, text }, index) =>
          kind === "same" ? (
            <span key={index}>{text}</span>
          ) : side === "before" ? (
            <del key={index}>{text}</del>
          ) : (
            <ins key={index}>{text}</ins>
          ),
        )}
    </p>
  );
}

/** Two values beside each other. */
export function JsonDiff({ before, after }: { readonly before: unknown; readonly after: unknown }) {
  const pieces = diffWords(pretty(before), pretty(after));
  return (
    <div class="side-by-side mono">
      <DiffSide pieces={pieces} side="before" />
      <DiffSide pieces={pieces} side="after" />
    </div>
  );
}
