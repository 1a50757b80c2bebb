/** The library under test. It is not imported by name, so that two builds can be measured side by side. */
import type * as Cluster from "../../dist/cluster/index.js"
import type * as Durable from "../../dist/durable/index.js"
import type * as Inspector from "../../dist/inspector/index.js"
import type * as Fibercord from "../../dist/index.js"

/** Imports a build by the URL of its entry. */
export const load = async (entry: string): Promise<typeof Fibercord> => (await import(entry)) as typeof Fibercord

/** Imports `fibercord/cluster` of the same build. */
export const loadCluster = async (entry: string): Promise<typeof Cluster> =>
  (await import(new URL("./cluster/index.js", entry).href)) as typeof Cluster

/** Imports `fibercord/durable` of the same build. */
export const loadDurable = async (entry: string): Promise<typeof Durable> =>
  (await import(new URL("./durable/index.js", entry).href)) as typeof Durable

/** Imports `fibercord/inspector` of the same build. */
export const loadInspector = async (entry: string): Promise<typeof Inspector> =>
  (await import(new URL("./inspector/index.js", entry).href)) as typeof Inspector
