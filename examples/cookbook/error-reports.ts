/**
 * # Report errors to a channel, with a reference
 *
 * Tells the user a reference when a command breaks, and sends the cause under the same reference to the developers'
 * channel.
 *
 * Errors that you expect are in the type of a command, and `onError` says what users are told. What is left are defects:
 * mistakes in the code. fibercord logs them and tells the user a reference by itself; this
 * [middleware](../guide/middleware.md) does it in a channel, too. `Middleware.make` takes what the middleware adds to the
 * errors and requirements of a command. The id of the interaction is the reference.
 *
 * ## What to watch out for
 *
 * - `Effect.catchDefect` does not see errors of the type, nor interruptions. What a schema of an option refuses arrives as a
 * defect, `Denied`, and is passed on.
 * - The report must not break the reply: whatever goes wrong with it is logged and ignored.
 * - A cause may contain what users typed. Send it where only developers read.
 * - It covers the handler of the command, not the handlers of its bound buttons.
 */
import { Effect } from "effect"
import { Command, type DiscordRest, ErrorReply, Interaction, Messages, Middleware, Options, Reply } from "fibercord"

/** Reports the defects of a command into the channel of this id. */
export const reported = (channelId: string, name: string) =>
  Middleware.make<ErrorReply.Denied, Interaction.Interaction | DiscordRest.DiscordRest>((handler) =>
    Effect.catchDefect(handler, (defect) =>
      Effect.gen(function* () {
        if (defect instanceof ErrorReply.Denied) return yield* defect
        const { id, user } = yield* Interaction.Interaction
        yield* Effect.logError(`/${name} has broken`, { reference: id, defect })
        const text = defect instanceof Error ? (defect.stack ?? defect.message) : String(defect)
        yield* Messages.send(channelId, {
          content: `/${name} of ${user.username}, reference ${id}`,
          files: [{ name: `${id}.txt`, data: text }],
          allowedMentions: { parse: [] }
        }).pipe(Effect.ignore({ log: "Error" }))
        return yield* ErrorReply.deny(`Something is broken. If you tell us, say this: ${id}`)
      })
    )
  )

/** A command that breaks for some numbers. */
export const divide = (channelId: string) =>
  Command.slash(
    "divide",
    { description: "Divide ten", options: { by: Options.integer("By what") } },
    Effect.fn("divide")(function* ({ by }) {
      const result = yield* Effect.sync(() => 10n / BigInt(by))
      yield* Reply.send({ content: `10 / ${by} = ${result}` })
    })
  ).pipe(reported(channelId, "divide"))
