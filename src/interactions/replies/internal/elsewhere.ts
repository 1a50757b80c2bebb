/** What is said when another process answers this bot's interactions. */
import * as Effect from "effect/Effect"
import type { DiscordRest } from "../../../rest/DiscordRest.ts"

const told = new WeakSet<DiscordRest["Service"]>()

/** Logs once for each bot that somebody else answers its interactions too. */
export const logElsewhere = (rest: DiscordRest["Service"]): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (told.has(rest)) return Effect.void
    told.add(rest)
    return Effect.logWarning(
      "Another process has answered an interaction of this bot: two processes run with its token, and each of them gets every interaction. Stop one of them"
    )
  })
