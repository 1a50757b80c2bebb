/** A cluster of one behaves as `Bot`: the tests of whole bots, once more with the only member of a cluster. */
import * as Harness from "../interactions/harness.ts"
import { clusterOfOne } from "../support/bots.ts"

Harness.making.layer = clusterOfOne

await import("../interactions/dialogue.test.ts")
await import("../interactions/Interactions.test.ts")
