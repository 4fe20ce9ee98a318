import { effect, signal } from "@preact/signals";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const STORED = "mneme-theme";

const isTheme = (value: string | null): value is Theme => THEMES.some((theme) => theme === value);

function stored(): Theme {
  try {
    const value = localStorage.getItem(STORED);
    return isTheme(value) ? value : "auto";
  } catch {
    return "auto";
  }
}

/** `auto`: as the system is set. The only thing that the explorer stores in the browser. */
export const theme = signal<Theme>(stored());

effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
  try {
    localStorage.setItem(STORED, theme.value);
  } catch {
    // A browser may refuse to store anything.
  }
});
