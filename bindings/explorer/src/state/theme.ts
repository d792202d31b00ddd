// Dark or light: as the system says, unless the reader says otherwise.
export type Theme = "system" | "light" | "dark";

const KEY = "lockstep-theme";
const EVENT = "lockstep-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export function chosenTheme(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system";
  }
}

export function applyTheme(): void {
  const chosen = chosenTheme();
  const now = chosen === "system" ? (dark.matches ? "dark" : "light") : chosen;
  document.documentElement.dataset.theme = now;
  dispatchEvent(new Event(EVENT));
}

export function chooseTheme(theme: Theme): void {
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Without storage the choice holds for as long as the page.
    document.documentElement.dataset.theme = theme;
  }
  applyTheme();
}

export function watchTheme(): void {
  dark.addEventListener("change", applyTheme);
  applyTheme();
}

export function onTheme(listener: () => void): () => void {
  addEventListener(EVENT, listener);
  return () => removeEventListener(EVENT, listener);
}
