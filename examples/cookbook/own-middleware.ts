/**
 * # A middleware of your own
 *
 * Restricts commands to a role, refuses everything during maintenance, and logs who used what, each in a few lines.
 *
 * A [middleware](../guide/middleware.md) is a function from a definition to a definition. `Middleware.guard` decides by
 * the interaction, and holds for everything that the command shows; `before` runs an Effect first, which may need a
 * service; `after` sees how the handler ended. `Middleware.make`
 * wraps the handler, as [error reports](error-reports.md) do.
 *
 * ## What to watch out for
 *
 * - The last one in a pipe is the outermost: here the log has refused uses, too.
 * - A guard must not wait. What has to ask a database is a `before`, and holds for the command alone.
 * - The requirements and errors of a middleware join the type of the command, so the compiler asks for `Maintenance`.
 */
import { Context, Effect, Exit, Ref } from "effect"
import { Command, ErrorReply, Interaction, Middleware, Reply } from "fibercord"

/** Whether the bot is being repaired. */
export class Maintenance extends Context.Service<Maintenance, Ref.Ref<boolean>>()("cookbook/Maintenance") {}

/** Only members with this role may use what it restricts. */
export const requireRole = (role: string) =>
  Middleware.guard(({ member }) => member?.roles.includes(role) === true, { denied: `Only for <@&${role}>.` })

/** Refuses while the bot is being repaired. */
export const unlessMaintenance = Middleware.before(
  Effect.gen(function* () {
    const isDown = yield* Ref.get(yield* Maintenance)
    if (isDown) return yield* ErrorReply.deny("I am being repaired. Please try again later.")
  })
)

/** Logs who used a command, and how that ended. */
export const audited = (name: string) =>
  Middleware.after((exit) =>
    Effect.flatMap(Interaction.Interaction, ({ user }) =>
      Effect.log(`${user.username} used /${name}: ${Exit.isSuccess(exit) ? "done" : "refused or failed"}`)
    )
  )

export const restart = (role: string) =>
  Command.slash("restart-game", { description: "Begin a new game", contexts: ["guild"] }, () =>
    Reply.send({ content: "A new game begins." })
  ).pipe(requireRole(role), unlessMaintenance, audited("restart-game"))
