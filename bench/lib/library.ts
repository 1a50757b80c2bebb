/** The library under test. It is not imported by name, so that two builds can be measured side by side. */
import type * as Fibercord from "../../dist/index.js"

/** Imports a build by the URL of its entry. */
export const load = async (entry: string): Promise<typeof Fibercord> => (await import(entry)) as typeof Fibercord
