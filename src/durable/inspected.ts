/** What durable dialogues show to whatever looks into a bot. */
import * as Inspection from "../internal/Inspection.ts"
import type { Dialogues } from "./Dialogues.ts"

/** The dialogues of a bot, to be read. */
export const dialogues: Inspection.Topic<Pick<Dialogues["Service"], "list" | "get">> = Inspection.topic("dialogues")
