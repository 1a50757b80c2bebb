/**
 * What happens around handlers. A middleware takes a definition and gives one of the same kind, whose type tells what was
 * added to its errors and taken from its requirements; the last one in a pipe is the outermost.
 *
 * ```ts
 * const admin = buy.pipe(
 *   Middleware.requirePermissions("ManageGuild"),
 *   Middleware.cooldown("10 seconds", { per: "user" }),
 *   Middleware.ownerOnly,
 *   Middleware.provideService(Shop, shop)
 * )
 * ```
 *
 * A middleware that refuses fails with `ErrorReply.Denied`, so the user is told, nothing is logged, and no `onError` is
 * needed. Middlewares act on what opens a conversation: commands, and independent components. For a bound component or a
 * modal put the same checks into its handler, such as {@link checkPermissions}.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import { Runtime } from "../../runtime/Runtime.ts"
import * as Definition from "./Definition.ts"
import * as ErrorReply from "../replies/ErrorReply.ts"
import { Interaction } from "../replies/Interaction.ts"
import { conversation } from "../replies/internal/boundComponents.ts"
import { Cooldowns } from "./internal/cooldown.ts"
import { missing, type PermissionName, toWords } from "../../discord/Permissions.ts"

export type { PermissionName } from "../../discord/Permissions.ts"

type ErrorsOf<D> = D extends Definition.Definition<infer E, unknown> ? E : never
type NeedsOf<D> = D extends Definition.Definition<unknown, infer R> ? R : never

/** A definition `D` whose handlers may fail with `E` and need `R` instead. What `D` has beside that stays. */
export type With<D extends Definition.Any, E, R> = Omit<D, keyof Definition.Any> & Definition.Definition<E, R>

/** What adds `E` to a definition's errors and `R` to its requirements. */
export type Middleware<out E = never, out R = never> = <D extends Definition.Any>(
  self: D
) => With<D, ErrorsOf<D> | E, NeedsOf<D> | R>

// The handler is all that most middlewares change.
const rewrite = <D extends Definition.Any, E, R>(
  self: D,
  fields: {
    readonly handler: Effect.Effect<unknown, E, R>
    /** Its errors are logged and never reach `onError`, so no type has to tell them. */
    readonly autocomplete?: Effect.Effect<unknown, unknown, R> | undefined
  }
): With<D, E, R> =>
  Object.assign(
    Definition.mapHandler(self, () => fields.handler),
    { autocomplete: fields.autocomplete ?? self.autocomplete }
  )

const handlerOf = <D extends Definition.Any>(self: D) => self.handler as Effect.Effect<unknown, ErrorsOf<D>, NeedsOf<D>>

const autocompleteOf = <D extends Definition.Any>(self: D) =>
  self.autocomplete as Effect.Effect<unknown, unknown, NeedsOf<D>> | undefined

/**
 * Replaces the handler by what `f` makes of it. Its errors become those of the result. Its requirements stay, because an
 * autocompletion, which is left as it is, may have them too; {@link provideService} takes them away.
 *
 * ```ts
 * buy.pipe(Middleware.around((handler) => Effect.timeout(handler, "1 minute")))
 * ```
 */
export const around =
  <D extends Definition.Any, E, R>(
    f: (handler: Effect.Effect<unknown, ErrorsOf<D>, NeedsOf<D>>) => Effect.Effect<unknown, E, R>
  ) =>
  (self: D): With<D, E, R | NeedsOf<D>> =>
    rewrite<D, E, R | NeedsOf<D>>(self, { handler: f(handlerOf(self)) })

/** Runs an effect before the handler, which does not run if the effect fails. Autocompletions are left as they are. */
export const before =
  <E, R>(effect: Effect.Effect<unknown, E, R>): Middleware<E, R> =>
  (self) =>
    rewrite(self, { handler: Effect.andThen(effect, handlerOf(self)) })

/**
 * Runs an effect after the handler, however it ended, interrupted included; it cannot be interrupted itself.
 * Autocompletions are left as they are.
 */
export const after =
  <E, R>(f: (exit: Exit.Exit<unknown, unknown>) => Effect.Effect<unknown, E, R>): Middleware<E, R> =>
  (self) =>
    rewrite(self, { handler: Effect.onExit(handlerOf(self), (exit) => Effect.asVoid(f(exit))) })

/**
 * Gives handler and autocompletion a service, so that the bot needs not have it. Bound components that the handler makes
 * have it too.
 */
export const provideService =
  <I, S>(key: Context.Key<I, S>, service: NoInfer<S>) =>
  <D extends Definition.Any>(self: D): With<D, ErrorsOf<D>, Exclude<NeedsOf<D>, I>> => {
    const autocomplete = autocompleteOf(self)
    return rewrite(self, {
      handler: Effect.provideService(handlerOf(self), key, service),
      autocomplete: autocomplete && Effect.provideService(autocomplete, key, service)
    })
  }

/** What a refused user is told: a text, or one by his locale, for example `de` or `en-GB`. */
export type Text = string | ((locale: string) => string)

const deny = (
  interaction: Interaction["Service"],
  text: Text,
  values: Readonly<Record<string, string>> = {}
): Effect.Effect<never, ErrorReply.Denied> =>
  Effect.suspend(() => {
    const template = typeof text === "string" ? text : text(interaction.locale ?? "")
    return ErrorReply.deny(template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole))
  })

/** Options of {@link requirePermissions} and {@link requireBotPermissions}. */
export interface PermissionOptions {
  /** In direct messages nobody has permissions. Default: `"allow"`. */
  readonly directMessages?: "allow" | "deny" | undefined
  /** What a refused user is told. `{permissions}` in it becomes the names of those that are missing. */
  readonly denied?: Text | undefined
}

/** One or more permissions, and perhaps options as the last argument. */
export type PermissionArguments = readonly [
  PermissionName,
  ...(ReadonlyArray<PermissionName> | readonly [...ReadonlyArray<PermissionName>, PermissionOptions])
]

const permissionCheck =
  (whose: (interaction: Interaction["Service"]) => string | undefined, text: string) =>
  (...args: PermissionArguments): Effect.Effect<void, ErrorReply.Denied, Interaction> => {
    const given: ReadonlyArray<PermissionName | PermissionOptions> = args
    const names = given.filter((arg) => typeof arg === "string")
    const options = given.find((arg) => typeof arg === "object")
    return Interaction.use((interaction) => {
      const isDirect = interaction.guildId === undefined
      if (isDirect && options?.directMessages !== "deny") return Effect.void
      const lacking = isDirect ? names : missing(whose(interaction) ?? "0", names)
      return lacking.length === 0
        ? Effect.void
        : deny(interaction, options?.denied ?? text, { permissions: lacking.map(toWords).join(", ") })
    })
  }

/**
 * Fails with `Denied` unless the user has all of these permissions in the channel of the interaction, as Discord sent
 * them with it; administrators have all. For handlers of bound components and modals; see {@link requirePermissions}.
 */
export const checkPermissions = permissionCheck(
  ({ member }) => member?.permissions,
  "You need these permissions for that: {permissions}."
)

/** The same for what the bot itself may do there; see {@link requireBotPermissions}. */
export const checkBotPermissions = permissionCheck(
  ({ raw }) => raw.app_permissions,
  "I need these permissions for that: {permissions}."
)

const noSuggestions = Interaction.use(({ responder }) => responder.choices([]))

const require =
  (check: typeof checkPermissions) =>
  (...args: PermissionArguments): Middleware<ErrorReply.Denied, Interaction> => {
    const guard = check(...args)
    return (self) => {
      const autocomplete = autocompleteOf(self)
      return rewrite(self, {
        handler: Effect.andThen(guard, handlerOf(self)),
        autocomplete:
          autocomplete && Effect.matchEffect(guard, { onFailure: () => noSuggestions, onSuccess: () => autocomplete })
      })
    }
  }

/**
 * Only for users who have all of these permissions in the channel where they are, as Discord sent them with the
 * interaction; administrators have all. In direct messages everything is allowed unless an option says otherwise. Who is
 * refused gets no suggestions either.
 *
 * Discord's own `defaultMemberPermissions` hides a command, and admins of a guild can override it; this cannot be.
 *
 * ```ts
 * ban.pipe(Middleware.requirePermissions("BanMembers", { denied: "Moderators only." }))
 * ```
 */
export const requirePermissions = require(checkPermissions)

/** Only where the bot itself has all of these permissions. Otherwise like {@link requirePermissions}. */
export const requireBotPermissions = require(checkBotPermissions)

/** Who is counted together. In direct messages a guild's place is taken by the channel. */
export type Per = "user" | "guild" | "channel" | "global"

const keyOf = (per: Per, { channelId, guildId, user }: Interaction["Service"]): string => {
  if (per === "global") return ""
  if (per === "user") return user.id
  return (per === "guild" ? guildId : undefined) ?? channelId ?? user.id
}

const isDenied = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.some((reason) => Cause.isFailReason(reason) && reason.error instanceof ErrorReply.Denied)

/**
 * Once used, a definition cannot be used again for so long. A use counts from its beginning, whatever becomes of it;
 * only one that is refused with `Denied`, by another middleware or by the handler, was none. Attempts meanwhile change
 * nothing. Autocompletions do not count.
 *
 * Each definition that it is applied to counts for itself, in this process. No more is kept than the uses of one
 * `duration`.
 */
export const cooldown = (
  duration: Duration.Input,
  options?: {
    /** Default: `"user"`. */
    readonly per?: Per | undefined
    /** `{timestamp}` in it becomes the end of the wait, as Discord shows it: “in 5 seconds”. */
    readonly denied?: Text | undefined
  }
): Middleware<ErrorReply.Denied, Interaction> => {
  const per = options?.per ?? "user"
  const text = options?.denied ?? "You can use this again {timestamp}."
  const length = Duration.toMillis(Duration.fromInputUnsafe(duration))
  return (self) => {
    const cooldowns = new Cooldowns(length)
    const handler = handlerOf(self)
    return rewrite(self, {
      handler: Effect.gen(function* () {
        const interaction = yield* Interaction
        const now = yield* Clock.currentTimeMillis
        const key = keyOf(per, interaction)
        const end = cooldowns.begin(key, now)
        if (end !== undefined) {
          return yield* deny(interaction, text, { timestamp: `<t:${Math.ceil(end / 1000)}:R>` })
        }
        return yield* Effect.onError(handler, (cause) =>
          Effect.sync(() => isDenied(cause) && cooldowns.cancel(key, now))
        )
      })
    })
  }
}

/**
 * At most `n` handlers at a time; more are refused. A handler counts as long as it runs, also while it waits for an
 * answer. Autocompletions do not count. Each definition that it is applied to counts for itself, in this process. Throws
 * a `RangeError` unless `n` is a positive integer.
 */
export const maxConcurrency = (
  n: number,
  options?: {
    /** Default: `"global"`. */
    readonly per?: Per | undefined
    readonly denied?: Text | undefined
  }
): Middleware<ErrorReply.Denied, Interaction> => {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`maxConcurrency needs a positive integer, not ${n}`)
  const per = options?.per ?? "global"
  const text = options?.denied ?? "This is in use right now. Please try again in a moment."
  return (self) => {
    const running = new Map<string, number>()
    const leave = (key: string): void => {
      const rest = (running.get(key) ?? 1) - 1
      if (rest === 0) running.delete(key)
      else running.set(key, rest)
    }
    const handler = handlerOf(self)
    return rewrite(self, {
      handler: Interaction.use((interaction) => {
        const key = keyOf(per, interaction)
        return Effect.acquireUseRelease(
          Effect.suspend(() => {
            const now = running.get(key) ?? 0
            if (now >= n) return deny(interaction, text)
            running.set(key, now + 1)
            return Effect.void
          }),
          () => handler,
          () => Effect.sync(() => leave(key))
        )
      })
    })
  }
}

/**
 * Only who opened a conversation may use its bound components, unless a component says otherwise with `ownerOnly: false`.
 * Others are told the bot's text for `Denied`.
 */
export const ownerOnly: Middleware<never, Runtime> = (self) =>
  rewrite(self, {
    handler: Effect.andThen(
      Runtime.useSync((runtime) => {
        runtime.local(conversation).ownerOnly = true
      }),
      handlerOf(self)
    )
  })

const durations = Metric.timer("fibercord_handler_duration", {
  description: "How long handlers of commands and independent components ran"
})

/**
 * Measures how long the handler runs: the histogram `fibercord_handler_duration` in milliseconds, by `definition`, `kind`
 * and `outcome`, which is `success`, `denied` or `failure`.
 */
export const timed: Middleware = (self) => {
  const { command, kind, name } = self
  const attributes = { definition: command?.name ?? name, kind }
  const byOutcome = {
    success: Metric.withAttributes(durations, { ...attributes, outcome: "success" }),
    denied: Metric.withAttributes(durations, { ...attributes, outcome: "denied" }),
    failure: Metric.withAttributes(durations, { ...attributes, outcome: "failure" })
  }
  const handler = handlerOf(self)
  return rewrite(self, {
    handler: Effect.flatMap(Clock.currentTimeNanos, (begin) =>
      Effect.onExit(handler, (exit) => {
        const outcome = exit._tag === "Success" ? "success" : isDenied(exit.cause) ? "denied" : "failure"
        return Effect.flatMap(Clock.currentTimeNanos, (end) =>
          Metric.update(byOutcome[outcome], Duration.nanos(end - begin))
        )
      })
    )
  })
}
