/** Loaded by another file. */
export const cut = (text: string): string => text.slice(0, 80)
