/**
 * Wraps handlers. A middleware takes a definition, a subcommand or a group of subcommands and returns one of the same
 * kind, whose type reflects the errors that it adds and the requirements that it removes. The last one in a pipe is the
 * outermost.
 *
 * ```ts
 * import { Command, Middleware, Reply } from "fibercord"
 *
 * const purge = Command.slash("purge", { description: "Delete everything" }, () => Reply.send({ content: "Done" })).pipe(
 *   Middleware.requirePermissions(["ManageGuild"]),
 *   Middleware.cooldown("10 seconds", { per: "user" }),
 *   Middleware.ownerOnly
 * )
 * ```
 *
 * A middleware that refuses fails with `ErrorReply.Denied`: the user is told, nothing is logged, and no `onError` is
 * needed. Middlewares apply to definitions that open a Runtime: commands, and independent components.
 * {@link requirePermissions}, {@link guard} and {@link ownerOnly} also restrict everything that such a Runtime shows.
 */
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Elapsed from "../../internal/Elapsed.ts"
import { missing, type Permission, toWords } from "../../discord/Permissions.ts"
import { Runtime } from "../../runtime/Runtime.ts"
import * as ErrorReply from "../replies/ErrorReply.ts"
import { type InGuild, Interaction } from "../replies/Interaction.ts"
import { runtimeState } from "../replies/internal/boundComponents.ts"
import { BotTexts, fill, type TextsFor, toText } from "../replies/internal/botTexts.ts"
import { isDenied } from "../replies/internal/isDenied.ts"
import { commandNameOf } from "../wire/invocation.ts"
import { isActive, isTest } from "../wire/entitlements.ts"
import * as Button from "./Button.ts"
import * as Definition from "./Definition.ts"
import { CooldownStore } from "./CooldownStore.ts"
import { Cooldowns } from "./internal/cooldown.ts"
import * as Persistent from "./internal/persistentCooldown.ts"
import { noSuggestions } from "./internal/subcommands.ts"

type Handled = Definition.Handled
type ErrorsOf<D> = D extends Definition.Handled<infer E, unknown> ? E : never
type NeedsOf<D> = D extends Definition.Handled<unknown, infer R> ? R : never

/** A `D` whose handlers may fail with `E` and need `R` instead. All other properties stay. */
export type With<D extends Handled, E, R> = Definition.With<D, E, R>

/** A middleware that adds `E` to a definition's errors and `R` to its requirements. */
export type Middleware<out E = never, out R = never> = <D extends Handled>(
  self: D
) => With<D, ErrorsOf<D> | E, NeedsOf<D> | R>

const { rewrite } = Definition

const handlerOf = <D extends Handled>(self: D) => self.handler as Effect.Effect<unknown, ErrorsOf<D>, NeedsOf<D>>

// Its errors are logged and never reach `onError`, so they need no type.
const autocompleteOf = <D extends Handled>(self: D) =>
  self.autocomplete as Effect.Effect<unknown, unknown, NeedsOf<D>> | undefined

/**
 * Replaces the handler with the result of `f`, and its errors with those of the result. The requirements stay, because
 * the autocompletion, which does not change, may have them too; {@link provideService} removes them. Write it in the pipe
 * of a definition, whose types it takes over; a middleware that is kept in a constant is made with {@link make}.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Command, Middleware, Reply } from "fibercord"
 *
 * const buy = Command.slash("buy", { description: "Buy" }, () => Reply.send({ content: "Bought" })).pipe(
 *   Middleware.around((handler) => Effect.timeout(handler, "1 minute"))
 * )
 * ```
 */
export const around =
  <D extends Handled, E, R>(
    f: (handler: Effect.Effect<unknown, ErrorsOf<D>, NeedsOf<D>>) => Effect.Effect<unknown, E, R>
  ) =>
  (self: D): With<D, E, R | NeedsOf<D>> =>
    rewrite<D, E, R | NeedsOf<D>>(self, { handler: f(handlerOf(self)) })

/**
 * A middleware of your own that is defined once and used on many definitions. `f` gets the handler of each, whatever its
 * errors and requirements are; they stay, and those that `f` adds join them: say them as type arguments, which default to
 * none. To remove errors of one handler, use {@link around} in its pipe, which knows them. Autocompletions are left as they
 * are.
 *
 * ```ts
 * import { type Cause, Effect } from "effect"
 * import { Middleware } from "fibercord"
 *
 * const patient = Middleware.make<Cause.TimeoutError>((handler) => Effect.timeout(handler, "1 minute"))
 * ```
 */
export const make =
  <E = never, R = never>(
    f: <E0, R0>(handler: Effect.Effect<unknown, E0, R0>) => Effect.Effect<unknown, E0 | E, R0 | R>
  ): Middleware<E, R> =>
  (self) =>
    rewrite(self, { handler: f(handlerOf(self)) })

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
 * Provides a service to the handler and the autocompletion, so that the bot does not need it. Bound components that the
 * handler creates have it too, and so have the durable dialogues that a definition begins.
 *
 * ```ts
 * import { Context, Effect } from "effect"
 * import { Command, Middleware, Reply } from "fibercord"
 *
 * class Greeting extends Context.Service<Greeting, { readonly text: string }>()("example/Greeting") {}
 *
 * const hello = Command.slash("hello", { description: "Greets" }, () =>
 *   Effect.flatMap(Greeting, ({ text }) => Reply.send({ content: text }))
 * ).pipe(Middleware.provideService(Greeting, { text: "Hello" }), Middleware.timed)
 * ```
 */
export const provideService =
  <I, S>(key: Context.Key<I, S>, service: NoInfer<S>) =>
  <D extends Handled>(self: D): With<D, ErrorsOf<D>, Exclude<NeedsOf<D>, I>> => {
    const autocomplete = autocompleteOf(self)
    const { start } = self as Partial<Definition.Any>
    return rewrite(self, {
      handler: Effect.provideService(handlerOf(self), key, service),
      autocomplete: autocomplete && Effect.provideService(autocomplete, key, service),
      start: start && ((host) => Effect.provideService(start(host), key, service))
    })
  }

/** What a refused user is told: a text, or a function of the user's locale and the interaction. */
export type Text = ErrorReply.Text

type Values = Readonly<Record<string, string>>

/** The refusal with a text of its own, or with the bot's. */
const denial = (
  interaction: Interaction["Service"],
  textsFor: TextsFor,
  text: Text | undefined,
  key: keyof ErrorReply.Texts,
  values: Values = {}
): ErrorReply.Denied => {
  const template = text === undefined ? textsFor(interaction)[key] : toText(text, interaction)
  return new ErrorReply.Denied({ reply: ErrorReply.ephemeral(fill(template, values)) })
}

const deny = (
  interaction: Interaction["Service"],
  text: Text | undefined,
  key: keyof ErrorReply.Texts,
  values?: Values
): Effect.Effect<never, ErrorReply.Denied> =>
  Effect.flatMap(BotTexts, (textsFor) => Effect.fail(denial(interaction, textsFor, text, key, values)))

/**
 * Options of {@link requirePermissions} and {@link requireBotPermissions}.
 *
 * ```ts
 * import { Middleware } from "fibercord"
 *
 * const inGuild: Middleware.PermissionOptions = {
 *   directMessages: "deny",
 *   denied: "Only who has {permissions} in a server may do that."
 * }
 *
 * const moderators = Middleware.requirePermissions(["ModerateMembers"], inGuild)
 * ```
 */
export interface PermissionOptions {
  /** In direct messages nobody has permissions. Default: `"allow"`. */
  readonly directMessages?: "allow" | "deny" | undefined
  /**
   * What a refused user is told. `{permissions}` in it becomes the names of those that are missing. Default: the bot's
   * text for `MissingPermissions` or `BotMissingPermissions`.
   */
  readonly denied?: Text | undefined
}

/** Returns the refusal, if the interaction is not allowed. */
type Check = (interaction: Interaction["Service"], textsFor: TextsFor) => ErrorReply.Denied | undefined

const permissionCheck =
  (whose: (interaction: Interaction["Service"]) => string | undefined, key: ErrorReply.Refusal) =>
  (permissions: ReadonlyArray<Permission>, options: PermissionOptions | undefined): Check =>
  (interaction, textsFor) => {
    const isDirect = interaction.guildId === undefined
    if (isDirect && options?.directMessages !== "deny") return undefined
    const lacking = isDirect ? permissions : missing(whose(interaction) ?? "0", permissions)
    if (lacking.length === 0) return undefined
    return denial(interaction, textsFor, options?.denied, key, { permissions: lacking.map(toWords).join(", ") })
  }

const ofUser = permissionCheck(({ member }) => member?.permissions, "MissingPermissions")

const ofBot = permissionCheck(({ raw }) => raw.app_permissions, "BotMissingPermissions")

const toEffect = (check: Check): Effect.Effect<void, ErrorReply.Denied, Interaction> =>
  Interaction.use((interaction) =>
    Effect.flatMap(BotTexts, (textsFor) => {
      const denied = check(interaction, textsFor)
      return denied === undefined ? Effect.void : Effect.fail(denied)
    })
  )

/** A function of permissions and options. */
type OfPermissions<A> = (permissions: ReadonlyArray<Permission>, options?: PermissionOptions) => A

/**
 * Fails with `Denied` unless the user has all of these permissions in the channel of the interaction, as Discord sent
 * them with it; administrators have all. See {@link requirePermissions}.
 */
export const checkPermissions: OfPermissions<Effect.Effect<void, ErrorReply.Denied, Interaction>> = (
  permissions,
  options
) => toEffect(ofUser(permissions, options))

/**
 * The same for the bot's own permissions there; see {@link requireBotPermissions}.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Command, Middleware, Reply } from "fibercord"
 *
 * const lock = Command.slash("lock", { description: "Locks the channel" }, () =>
 *   Effect.gen(function* () {
 *     yield* Middleware.checkBotPermissions(["ManageChannels"], { denied: "I may not change this channel." })
 *     yield* Reply.send({ content: "Locked." })
 *   })
 * )
 * ```
 */
export const checkBotPermissions: OfPermissions<Effect.Effect<void, ErrorReply.Denied, Interaction>> = (
  permissions,
  options
) => toEffect(ofBot(permissions, options))

/** Suggests nothing to those who are refused. */
const suggestIf = <R>(
  allowed: Effect.Effect<void, ErrorReply.Denied, Interaction>,
  suggest: Effect.Effect<unknown, unknown, R>
) => Effect.matchEffect(allowed, { onFailure: () => noSuggestions, onSuccess: () => suggest })

const guardWith =
  (check: Check): Middleware<ErrorReply.Denied, Interaction> =>
  (self) => {
    const allowed = toEffect(check)
    const handler = handlerOf(self)
    const autocomplete = autocompleteOf(self)
    const guarded = Effect.andThen(
      allowed,
      // Every handler has a Runtime.
      Effect.andThen(keepGuard(check), handler) as typeof handler
    )
    return rewrite(self, {
      handler: guarded,
      autocomplete: autocomplete && suggestIf(allowed, autocomplete)
    })
  }

const keepGuard = (check: Check): Effect.Effect<void, never, Runtime> =>
  Runtime.useSync((runtime) => {
    const state = runtime.local(runtimeState)
    state.guards = [...(state.guards ?? []), check]
  })

/**
 * Allows only interactions for which `check` returns `true`. This restricts everything that the definition shows: the
 * command or component itself, its suggestions, and the bound components, questions and forms of its Runtimes, no
 * matter who uses them. A component with `unguarded: true` is exempt; to check the command alone, use {@link before}.
 * `check` must not wait.
 *
 * ```ts
 * import { Command, Middleware, Reply } from "fibercord"
 *
 * const home = "1000000000000000001"
 *
 * const ban = Command.slash("ban", { description: "Ban" }, () => Reply.send({ content: "Banned" })).pipe(
 *   Middleware.guard(({ guildId }) => guildId === home, { denied: "Not here." })
 * )
 * ```
 */
export const guard = (
  check: (interaction: Interaction["Service"]) => boolean,
  options?: {
    /** What a refused user is told. Default: the bot's text for `Denied`. */
    readonly denied?: Text | undefined
  }
): Middleware<ErrorReply.Denied, Interaction> =>
  guardWith((interaction, textsFor) =>
    check(interaction) ? undefined : denial(interaction, textsFor, options?.denied, "Denied")
  )

/**
 * Allows uses in guilds only, and so satisfies `Interaction.inGuild` for what is no command or has more contexts. It holds
 * for everything that the definition shows, as with {@link guard}.
 */
export const guildOnly =
  (options?: {
    /** What a refused user is told. Default: the bot's text for `GuildOnly`. */
    readonly denied?: Text | undefined
  }) =>
  <D extends Handled>(self: D): With<D, ErrorsOf<D> | ErrorReply.Denied, Exclude<NeedsOf<D>, InGuild> | Interaction> =>
    guardWith((interaction, textsFor) => {
      const { guildId, member } = interaction
      const isHere = guildId !== undefined && member !== undefined
      return isHere ? undefined : denial(interaction, textsFor, options?.denied, "GuildOnly")
    })(self) as never

/**
 * Allows only users who have all of these permissions in the channel of the interaction, as Discord sent them with it;
 * administrators have all. It holds for everything that the definition shows, as with {@link guard}. In direct messages
 * everything is allowed unless an option says otherwise. Users who are refused get no suggestions either.
 *
 * Discord's own `defaultMemberPermissions` hides a command, and admins of a guild can override it; they cannot override
 * this.
 *
 * ```ts
 * import { Command, Middleware, Reply } from "fibercord"
 *
 * const ban = Command.slash("ban", { description: "Ban" }, () => Reply.send({ content: "Banned" })).pipe(
 *   Middleware.requirePermissions(["BanMembers"], { denied: "Moderators only." })
 * )
 * ```
 */
export const requirePermissions: OfPermissions<Middleware<ErrorReply.Denied, Interaction>> = (permissions, options) =>
  guardWith(ofUser(permissions, options))

/** Allows a use only where the bot itself has all of these permissions. Otherwise like {@link requirePermissions}. */
export const requireBotPermissions: OfPermissions<Middleware<ErrorReply.Denied, Interaction>> = (
  permissions,
  options
) => guardWith(ofBot(permissions, options))

/** Options of {@link requireEntitlement}. */
export interface EntitlementOptions {
  /** What a user without access is told, above the button. Default: the bot's text for `MissingEntitlement`. */
  readonly denied?: Text | undefined
  /** Whether purchases of developers in the application's test mode give access. Default: `true`. */
  readonly testMode?: boolean | undefined
}

/**
 * Allows only users who have access to one of these SKUs, by an entitlement of their own or of the guild, as Discord sent
 * them with the interaction. An entitlement counts from its start to its end, unless it is deleted or consumed. Others get
 * an ephemeral message with a premium button for each SKU instead, and no suggestions; the handler does not run.
 *
 * The use itself is checked, and not what it shows: a dialogue that has begun goes on when the entitlement ends.
 *
 * ```ts
 * import { Command, Middleware, Reply } from "fibercord"
 *
 * const draw = Command.slash("draw", { description: "Draw" }, () => Reply.send({ content: "Drawn" })).pipe(
 *   Middleware.requireEntitlement("1234567890")
 * )
 * ```
 *
 * Source: Discord, "Entitlement Resource" and "Implementing Premium Apps".
 */
export const requireEntitlement =
  (
    sku: string | readonly [string, ...ReadonlyArray<string>],
    options?: EntitlementOptions
  ): Middleware<ErrorReply.Denied, Interaction> =>
  (self) => {
    const skus = typeof sku === "string" ? [sku] : sku
    const isEntitled = ({ entitlements, receivedAt }: Interaction["Service"]): boolean =>
      entitlements.some(
        (each) =>
          skus.includes(each.sku_id) && isActive(each, receivedAt) && (options?.testMode !== false || !isTest(each))
      )
    const allowed = toEffect((interaction, textsFor) => {
      if (isEntitled(interaction)) return undefined
      const { reply } = denial(interaction, textsFor, options?.denied, "MissingEntitlement")
      return new ErrorReply.Denied({ reply: { ...reply, components: [skus.map(Button.premium)] } })
    })
    const autocomplete = autocompleteOf(self)
    return rewrite(self, {
      handler: Effect.andThen(allowed, handlerOf(self)),
      autocomplete: autocomplete && suggestIf(allowed, autocomplete)
    })
  }

/** Which uses are counted together. In direct messages the channel takes the place of the guild. */
export type Per = "user" | "guild" | "channel" | "global"

const keyOf = (per: Per, { channelId, guildId, user }: Interaction["Service"]): string => {
  if (per === "global") return ""
  if (per === "user") return user.id
  return (per === "guild" ? guildId : undefined) ?? channelId ?? user.id
}

/** Options of {@link cooldown}. */
export interface CooldownOptions {
  /** Default: `"user"`. */
  readonly per?: Per | undefined
  /**
   * What a refused user is told. `{timestamp}` becomes the end of the wait as Discord shows it: "in 5 seconds". Default:
   * the bot's text for `Cooldown`.
   */
  readonly denied?: Text | undefined
}

/** Options of a {@link cooldown} that survives a restart. */
export interface PersistentCooldownOptions extends CooldownOptions {
  /**
   * The name under which it is kept in the `CooldownStore`. Definitions with the same name share it; a name that changes
   * forgets all that wait.
   */
  readonly persistent: string
}

/**
 * After a use, a definition cannot be used again for `duration`, counted from when the use began. A use that is refused
 * with `Denied`, by another middleware or by the handler, does not count, and neither do autocompletions. Attempts
 * during the cooldown do not prolong it.
 *
 * Each definition that it is applied to is counted separately, in this process. Only the uses of the last `duration`
 * are kept. With `persistent` it survives a restart, in the `CooldownStore`, which is asked at each use that this process
 * would allow. While the store fails, the cooldown counts in this process only.
 *
 * ```ts
 * import { Command, Middleware, Reply } from "fibercord"
 *
 * const daily = Command.slash("daily", { description: "Once a day" }, () => Reply.send({ content: "Here you are" })).pipe(
 *   Middleware.cooldown("1 day", { persistent: "daily" }) // and KeyValueCooldownStore.layer()
 * )
 * ```
 */
export const cooldown: {
  (
    duration: Duration.Input,
    options: PersistentCooldownOptions
  ): Middleware<ErrorReply.Denied, Interaction | CooldownStore>
  (duration: Duration.Input, options?: CooldownOptions): Middleware<ErrorReply.Denied, Interaction>
} = ((
  duration: Duration.Input,
  options: CooldownOptions & Partial<PersistentCooldownOptions> = {}
): Middleware<ErrorReply.Denied, Interaction | CooldownStore> => {
  const { denied, per = "user", persistent: name } = options
  const length = Duration.toMillis(Duration.fromInputUnsafe(duration))
  return (self) => {
    const cooldowns = new Cooldowns(length)
    const handler = handlerOf(self)
    return rewrite(self, {
      handler: Effect.gen(function* () {
        const interaction = yield* Interaction
        const clock = yield* Clock.Clock
        // Not the time of day: the length of a cooldown does not change when the machine's clock is set.
        const now = Elapsed.millis(clock)
        const key = keyOf(per, interaction)
        const refuse = (end: number) =>
          deny(interaction, denied, "Cooldown", { timestamp: `<t:${Math.ceil(end / 1000)}:R>` })
        const end = cooldowns.begin(key, now)
        const timeOfDay = clock.currentTimeMillisUnsafe()
        if (end !== undefined) return yield* refuse(timeOfDay + end - now)
        const kept = name === undefined ? undefined : { store: yield* CooldownStore, key: { name, key } }
        // Until the store has spoken, another use of this process is refused.
        const stored = kept && (yield* Persistent.begin(kept.store, kept.key, timeOfDay, timeOfDay + length))
        if (stored !== undefined) {
          cooldowns.cancel(key, now)
          return yield* refuse(stored)
        }
        return yield* Effect.onError(handler, (cause) => {
          if (!isDenied(cause)) return Effect.void
          cooldowns.cancel(key, now)
          return kept === undefined ? Effect.void : Persistent.cancel(kept.store, kept.key)
        })
      })
    })
  }
  // Without a name it needs no store.
}) as never

/**
 * At most `n` handlers run at a time; more are refused. A handler counts as long as it runs, even while it waits for an
 * answer. Autocompletions do not count. Each definition that it is applied to is counted separately, in this process.
 * Throws a `RangeError` unless `n` is a positive integer.
 */
export const maxConcurrency = (
  n: number,
  options?: {
    /** Default: `"global"`. */
    readonly per?: Per | undefined
    /** What a refused user is told. Default: the bot's text for `Busy`. */
    readonly denied?: Text | undefined
  }
): Middleware<ErrorReply.Denied, Interaction> => {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`maxConcurrency: expected a positive integer, got ${n}`)
  const per = options?.per ?? "global"
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
            if (now >= n) return deny(interaction, options?.denied, "Busy")
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
 * Only the user who opened a Runtime may use its bound components, unless a component has a `by` of its own. Others get the
 * bot's text for `Denied`.
 */
export const ownerOnly: Middleware<never, Runtime> = (self) =>
  rewrite(self, {
    handler: Effect.andThen(
      Runtime.useSync((runtime) => {
        runtime.local(runtimeState).ownerOnly = true
      }),
      handlerOf(self)
    )
  })

const durations = Metric.timer("fibercord_handler_duration", {
  description: "How long handlers of commands and independent components ran"
})

const outcomeOf = (exit: Exit.Exit<unknown, unknown>): "success" | "denied" | "failure" =>
  exit._tag === "Success" ? "success" : isDenied(exit.cause) ? "denied" : "failure"

const isDefinition = (self: Handled): self is Definition.Any => "key" in self

/**
 * Measures how long the handler runs: the histogram `fibercord_handler_duration` in milliseconds, by `definition` (the
 * name of the component, or of the command with its subcommand), `kind` and `outcome`, which is `success`, `denied` or
 * `failure`.
 */
export const timed: Middleware = (self) => {
  const fixed = isDefinition(self) ? self.name : undefined
  const kind = isDefinition(self) ? self.kind : "Command"
  const known = new Map<string, typeof durations>()
  const timerOf = (definition: string, outcome: string): typeof durations => {
    const key = `${outcome} ${definition}`
    const timer = known.get(key) ?? Metric.withAttributes(durations, { definition, kind, outcome })
    known.set(key, timer)
    return timer
  }
  const handler = handlerOf(self)
  const measured = Interaction.use(({ raw }) =>
    Effect.flatMap(Clock.currentTimeNanos, (begin) =>
      Effect.onExit(handler, (exit) =>
        Effect.flatMap(Clock.currentTimeNanos, (end) =>
          Metric.update(timerOf(fixed ?? commandNameOf(raw) ?? "", outcomeOf(exit)), Duration.nanos(end - begin))
        )
      )
    )
  )
  // Every handler is given its Interaction.
  return rewrite(self, { handler: measured as typeof handler })
}
