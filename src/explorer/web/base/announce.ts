import { signal } from "@preact/signals";

/** What just happened, for those who see it and for those who hear it. */
export const announcement = signal({ text: "", number: 0 });

export function announce(text: string): void {
  const number = announcement.value.number + 1;
  announcement.value = { text, number };
  setTimeout(() => {
    if (announcement.value.number === number) announcement.value = { text: "", number };
  }, 6_000);
}
