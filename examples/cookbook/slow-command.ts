/**
 * # A command that takes long
 *
 * Shows that the bot is thinking, works for as long as it needs, and gives up after a time of your choice.
 *
 * Discord waits three seconds for the initial response. `Reply.defer` is one, and the next `Reply.send` fills in what it
 * promised, up to fifteen minutes later. Without it, fibercord [defers after two
 * seconds](../guide/replies.md#automatic-deferrals); saying it yourself is quicker for the user and decides who sees the
 * result.
 *
 * ## What to watch out for
 *
 * - A timeout interrupts the work, so that finalizers run and nothing goes on unseen.
 * - `Middleware.maxConcurrency` refuses a second report of the same user while the first one is made. Users are impatient.
 * - The type of the command has `ReportFailed`, so `Bot.layer` does not compile until `onError` says what users are told.
 * - Work that takes longer than fifteen minutes needs `Messages.dm` or a [durable dialogue](../guide/durable.md).
 */
import { Context, Effect, Schema } from "effect"
import { Command, ErrorReply, Middleware, Options, Reply } from "fibercord"

export class ReportFailed extends Schema.TaggedError<ReportFailed>()("ReportFailed", { month: Schema.String }) {}

/** Whatever is slow: a database, an API, a model. */
export class Reports extends Context.Service<
  Reports,
  { readonly make: (month: string) => Effect.Effect<string, ReportFailed> }
>()("cookbook/Reports") {}

export const report = Command.slash(
  "report",
  { description: "The report of a month", options: { month: Options.string("For example 2026-11") } },
  Effect.fn("report")(function* ({ month }) {
    yield* Reply.defer({ ephemeral: true })
    const reports = yield* Reports
    const data = yield* reports.make(month).pipe(
      Effect.timeoutOrElse({
        duration: "10 minutes",
        orElse: () => ErrorReply.deny("The report took longer than 10 minutes. Please try a shorter month.")
      })
    )
    yield* Reply.send({ content: `The report of ${month}:`, files: [{ name: `${month}.csv`, data }] })
  })
).pipe(Middleware.maxConcurrency(1, { per: "user", denied: "Your last report is not ready yet." }))

/** For the `onError` of `Bot.layer`. */
export const reportErrors = {
  ReportFailed: ({ month }: ReportFailed) => ErrorReply.ephemeral(`There is no report of ${month}.`)
}
