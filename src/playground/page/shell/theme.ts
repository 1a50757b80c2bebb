/** Dark or light: as the system says, until the user chooses. */

export type Theme = "dark" | "light"
const key = "fibercord-theme"

/** Storage may be forbidden; then nothing is remembered. */
export const recall = (name: string): string | undefined => {
  try {
    return localStorage.getItem(name) ?? undefined
  } catch {
    return undefined
  }
}

export const remember = (name: string, value: string): void => {
  try {
    localStorage.setItem(name, value)
  } catch {
    // It is forgotten with the page.
  }
}

export const currentTheme = (): Theme => {
  const chosen = document.documentElement.dataset["theme"]
  if (chosen === "dark" || chosen === "light") return chosen
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"
}

export const setTheme = (theme: Theme): void => {
  document.documentElement.dataset["theme"] = theme
  remember(key, theme)
}

export const restoreTheme = (): void => {
  const theme = recall(key)
  if (theme === "dark" || theme === "light") document.documentElement.dataset["theme"] = theme
}
