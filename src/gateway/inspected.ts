/** What shards show to whatever looks into a bot. */
import * as Inspection from "../internal/Inspection.ts"
import type { ShardManager } from "./ShardManager.ts"

/** The managers of shards. */
export const managers: Inspection.Topic<ShardManager["Service"]> = Inspection.topic("shards")
