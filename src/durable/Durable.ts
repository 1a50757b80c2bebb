/**
 * Dialogues that survive restarts: their handlers are run again from the start after each answer, and every step that was done
 * is read from a journal instead of being done again.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Button, Options } from "fibercord"
 * import { Durable } from "fibercord/durable"
 *
 * const request = Durable.slash(
 *   "request",
 *   { version: 1, description: "Ask for something", options: { what: Options.string("What") } },
 *   Effect.fn("request")(function* ({ what }, { user }) {
 *     const verdict = yield* Durable.ask("verdict", {
 *       to: Durable.channel("1145999999999999999"), // where the moderators are
 *       content: `<@${user.id}> wants ${what}`,
 *       components: [[Button.choice("approve"), Button.choice("deny")]],
 *       by: "anyone",
 *       timeout: "7 days"
 *     })
 *     yield* Durable.send("result", Durable.dm(user.id), { content: verdict.value })
 *   })
 * )
 * ```
 *
 * Between its steps a handler must be pure: what it reads or does elsewhere belongs into a step. A step is known by its name,
 * which is unique in its dialogue and stays the same when the code around it changes: 1 to 40 letters, digits, spaces, `_`,
 * `.` and `-`. A step with another name, or one that begins while another is not over, dies with {@link InvalidStep}.
 */
import * as Effect from "effect/Effect"
import * as Duration from "effect/Duration"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import type * as Discord from "../discord/Discord.ts"
import * as Command from "../interactions/definitions/Command.ts"
import * as Definition from "../interactions/definitions/Definition.ts"
import { decode } from "../interactions/definitions/internal/optionParts.ts"
import type * as Options from "../interactions/definitions/Options.ts"
import * as ErrorReply from "../interactions/replies/ErrorReply.ts"
import { Interaction, type InteractionContext } from "../interactions/replies/Interaction.ts"
import * as BotTexts from "../interactions/replies/internal/botTexts.ts"
import { responderOf } from "../interactions/replies/internal/currentInteraction.ts"
import type { Responder } from "../interactions/replies/internal/responder.ts"
import type { Message } from "../interactions/replies/Message.ts"
import type { MessageError } from "../interactions/replies/MessageError.ts"
import * as Reply from "../interactions/replies/Reply.ts"
import { invocationOf } from "../interactions/wire/invocation.ts"
import { orOutdated } from "../interactions/wire/InvalidOption.ts"
import { findMessage, findUser } from "../interactions/wire/resolved.ts"
import { userIdOf } from "../interactions/wire/rawInteraction.ts"
import type { Runtime } from "../runtime/Runtime.ts"
import type { Collected, Collection } from "./Collection.ts"
import { Dialogues } from "./Dialogues.ts"
import type { Destination } from "./Destination.ts"
import type { StorageFailed } from "./DurableError.ts"
import * as Asking from "./internal/asking.ts"
import * as Collecting from "./internal/collecting.ts"
import * as Definitions from "./internal/definition.ts"
import * as Dialogue from "./internal/dialogue.ts"
import type { Opening } from "./internal/dialogue.ts"
import * as Deliver from "./internal/deliver.ts"
import { managerOf, workflow } from "./internal/manager.ts"
import { nonceOf } from "./internal/nonce.ts"
import { patiently } from "./internal/retries.ts"
import type { Place } from "./internal/place.ts"
import { InDialogue, withInput } from "./internal/run.ts"
import * as Steps from "./internal/steps.ts"
import { component } from "./internal/uses.ts"
import type { AnswerOf, Line, Question, Unanswered } from "./Question.ts"

export type { Again, Collected, Collection, Shown } from "./Collection.ts"
export { channel, dm, reply } from "./Destination.ts"
export type { Destination } from "./Destination.ts"
export { InvalidStep, ReplayMismatch, Timeout } from "./DurableError.ts"
export type { InDialogue } from "./internal/run.ts"
export type { Answer, AnswerOf, By, Line, Part, Question, Unanswered } from "./Question.ts"
export { versions, type Versions } from "./Versions.ts"

/** Options of every dialogue. */
export interface DialogueOptions {
  /**
   * The version of its code, a whole number from 0. Dialogues that run finish with the code of their version. A change of what a
   * handler does between steps needs none; one of which steps there are, or in which order, does.
   */
  readonly version: number
}

/** Options of a dialogue that begins with a command. */
export interface CommandOptions extends DialogueOptions, Command.CommandOptions {
  /**
   * The response to the command, which is given at once, as soon as the dialogue is stored: a message, or `"defer"` if the
   * first message to `Durable.reply` comes soon. Default: the bot's text for `Silent`, to the user only.
   */
  readonly response?: Message | "defer" | undefined
}

/** A command that begins dialogues. */
export interface DialogueCommand<out E, out R> extends Definition.Definition<E, R>, Dialogue.HasDialogue {}

/** Rejects a handler that needs the interaction, or a Runtime. */
export type NotLive<R> = Interaction extends R
  ? "a durable handler may run days later in another process, where there is no interaction: use Durable.ask, Durable.send with Durable.reply, and the second parameter of the handler"
  : Runtime extends R
    ? "a durable handler has no Runtime, and components that are bound to one: use Durable.ask or Durable.collect"
    : unknown

/** Who began a dialogue, and where. */
export interface Opener {
  /** The id of the dialogue. */
  readonly id: string
  readonly user: Discord.User
  /** The user as a member of the guild; `undefined` in direct messages. */
  readonly member: Discord.GuildMember | undefined
  readonly guildId: string | undefined
  readonly channelId: string | undefined
  /** The user's language, for example `en-GB`. */
  readonly locale: string | undefined
}

type NoFields = Readonly<Record<never, never>>
type Contexts = ReadonlyArray<InteractionContext> | undefined

const respond = ({ response }: CommandOptions) =>
  response === undefined ? Effect.void : response === "defer" ? Reply.defer() : Reply.send(response)

/** Whether only the user sees the response. */
const isEphemeral = ({ response }: CommandOptions, { defaults }: Responder): boolean =>
  response === undefined || ((response === "defer" ? undefined : response.ephemeral) ?? defaults.ephemeral) === true

const openerOf = (id: string, { raw }: Opening): Opener => ({
  id,
  user: (raw.member?.user ?? raw.user) as Discord.User,
  member: raw.member,
  guildId: raw.guild_id,
  channelId: raw.channel?.id,
  locale: raw.locale
})

/** Begins a dialogue with the interaction of a command, and responds to it. */
const begin = (dialogue: Dialogue.Dialogue, options: CommandOptions) =>
  Effect.gen(function* () {
    const interaction = yield* Interaction
    const manager = managerOf(yield* Dialogues)
    const opening: Opening = { raw: interaction.raw, isEphemeral: isEphemeral(options, responderOf(interaction)) }
    yield* Effect.catch(patiently(Dialogue.begin(manager, dialogue, interaction.id, opening)), (error) =>
      Effect.andThen(
        Effect.logError(`A dialogue of ${dialogue.name} could not be begun`, error),
        Effect.flatMap(BotTexts.BotTexts, (textsFor) => ErrorReply.deny(textsFor(interaction).Overloaded))
      )
    )
    yield* respond(options)
  })

const dialogueOf = (
  name: string,
  key: string,
  { version }: DialogueOptions,
  handler: (opening: Opening, opener: Opener) => Effect.Effect<unknown, unknown, unknown>
): Dialogue.Dialogue => ({
  name,
  version,
  workflow: workflow(`${key}@${version}`),
  openerOf: (input) => ({ userId: userIdOf((input as Opening).raw), opening: input as Opening }),
  handler: (input, id) => handler(input as Opening, openerOf(id, input as Opening))
})

const toDefinition = (
  definition: Definition.Definition<unknown, unknown>,
  dialogue: Dialogue.Dialogue
): Definition.Definition<never, never> => {
  Dialogue.check(dialogue)
  return Object.assign(
    Definition.withStart(definition, {
      parts: [component as Definition.Any],
      start: (host) => Definitions.register(dialogue, host) as never
    }),
    { "~fibercord/Dialogue": dialogue } satisfies Dialogue.HasDialogue
  ) as never
}

/**
 * A slash command that begins a dialogue. The handler receives the options' values and who used it; its errors and
 * requirements stay in the type. Needs `Dialogues`, which one of its layers provides.
 */
export const slash = <E, R, const F extends Options.Fields = NoFields, const C extends Contexts = undefined>(
  name: string,
  options: CommandOptions & Command.WithOptions<F> & { readonly contexts?: C },
  handler: (values: Options.Values<F>, opener: Opener) => Effect.Effect<unknown, E, R> & NotLive<R>
): DialogueCommand<
  E | Options.Errors<F>,
  Exclude<R, InDialogue> | Options.Requirements<F> | Dialogues | Interaction
> => {
  const fields = options.options ?? ({} as F)
  const dialogue = dialogueOf(name, `slash/${name}`, options, ({ raw }, opener) =>
    withInput(
      () => decode(fields, invocationOf(raw)),
      (values) => handler(values, opener)
    )
  )
  const command = Command.slash(name, options as never, () => begin(dialogue, options))
  return toDefinition(command as Definition.Any, dialogue) as never
}

const menus = { user: Command.user, message: Command.message } as const

const contextMenu = <A, E, R>(
  kind: keyof typeof menus,
  name: string,
  options: CommandOptions,
  find: (id: string, resolved: Discord.Resolved | undefined) => A | undefined,
  handler: (target: A, opener: Opener) => Effect.Effect<unknown, E, R>
) => {
  const dialogue = dialogueOf(name, `${kind}/${name}`, options, ({ raw }, opener) => {
    const data = raw.data as { readonly target_id: string; readonly resolved?: Discord.Resolved }
    return withInput(
      () => orOutdated("target", find(data.target_id, data.resolved), data.target_id, name),
      (target) => handler(target, opener)
    )
  })
  return toDefinition(menus[kind](name, options as never, () => begin(dialogue, options)) as Definition.Any, dialogue)
}

/**
 * A command in the context menu of users that begins a dialogue. The handler receives the user.
 *
 * ```ts
 * import { Button } from "fibercord"
 * import { Durable } from "fibercord/durable"
 *
 * const report = Durable.user("Report", { version: 1 }, (target, { user }) =>
 *   Durable.ask("verdict", {
 *     to: Durable.channel("1145999999999999999"), // where the moderators are
 *     content: `<@${user.id}> reports <@${target.id}>`,
 *     components: [[Button.choice("warn"), Button.choice("ignore")]],
 *     by: { permissions: ["ModerateMembers"] }
 *   })
 * )
 * ```
 */
export const user = <E, R, const C extends Contexts = undefined>(
  name: string,
  options: CommandOptions & { readonly contexts?: C },
  handler: (target: Options.ResolvedUser, opener: Opener) => Effect.Effect<unknown, E, R> & NotLive<R>
): DialogueCommand<E, Exclude<R, InDialogue> | Dialogues | Interaction> =>
  contextMenu("user", name, options, findUser, handler) as never

/**
 * A command in the context menu of messages that begins a dialogue. The handler receives the message.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Durable } from "fibercord/durable"
 *
 * const later = Durable.message(
 *   "Remind me",
 *   { version: 1 },
 *   Effect.fn("later")(function* (target, { user }) {
 *     yield* Durable.sleep("a day", "1 day")
 *     yield* Durable.send("reminder", Durable.dm(user.id), { content: `You wanted to see this again: ${target.content}` })
 *   })
 * )
 * ```
 */
export const message = <E, R, const C extends Contexts = undefined>(
  name: string,
  options: CommandOptions & { readonly contexts?: C },
  handler: (target: Discord.Message, opener: Opener) => Effect.Effect<unknown, E, R> & NotLive<R>
): DialogueCommand<E, Exclude<R, InDialogue> | Dialogues | Interaction> =>
  contextMenu("message", name, options, findMessage, handler) as never

/** A dialogue that {@link start} begins. It belongs among the `interactions` of the bot. */
export interface Startable<in I, out R = unknown> extends Definition.Definition<never, R>, Dialogue.HasInput<I> {}

/** What a dialogue that was started is begun with. */
interface Started {
  readonly input: unknown
  readonly userId?: string | undefined
}

/**
 * A dialogue that begins with something else than a command, such as an event: see {@link start}. The handler receives the
 * input and the id of the dialogue. Nobody waits for a response, so an error that it fails with is logged. Throws a
 * `TypeError` for a name that has not 1 to 64 characters.
 *
 * ```ts
 * import { Schema } from "effect"
 * import { Durable } from "fibercord/durable"
 *
 * const welcome = Durable.make("welcome", { version: 1, input: Schema.Struct({ userId: Schema.String }) }, ({ userId }) =>
 *   Durable.send("hello", Durable.dm(userId), { content: "Welcome!" })
 * )
 * ```
 */
export const make = <I, E, R>(
  name: string,
  options: DialogueOptions & {
    /** How the input is stored. */
    readonly input: Schema.Codec<I, unknown>
  },
  handler: (input: I, about: { readonly id: string }) => Effect.Effect<unknown, E, R> & NotLive<R>
): Startable<I, Exclude<R, InDialogue> | Dialogues> => {
  const codec = Schema.toCodecJson(options.input)
  const read = Schema.decodeUnknownSync(codec)
  const write = Schema.encodeSync(codec)
  const dialogue: Dialogue.Dialogue = {
    name,
    version: options.version,
    workflow: workflow(`start/${name}@${options.version}`),
    openerOf: (input) => ({ userId: (input as Started).userId }),
    handler: (started, id) =>
      withInput(
        () => read((started as Started).input),
        (input) => handler(input, { id }),
        { mayBeInvalid: false }
      )
  }
  const definition = Definition.make({ kind: "Dialogue", name, handler: Effect.void })
  return Object.assign(toDefinition(definition, dialogue), {
    "~fibercord/Startable": (input: I, userId: string | undefined): Started => ({ input: write(input), userId })
  }) as never
}

const digits = Effect.map(Random.nextIntBetween(0, 2 ** 52), (n) => n.toString(36))
const newKey = Effect.map(Effect.all([digits, digits]), (parts) => parts.join("-"))

/** Options of {@link start}. */
export interface StartOptions {
  /** What makes it one: a dialogue of this definition with the same key is begun once. Default: a new key each time. */
  readonly key?: string | undefined
  /** The user whom it is about, who answers its questions by default. */
  readonly userId?: string | undefined
}

/**
 * Begins a dialogue, and returns its id, as soon as it is stored: some process that has its code runs it. Fails with
 * `StorageFailed` if it could not be stored. In the handler of another dialogue, do this in a step.
 */
export const start = <I>(
  definition: Startable<I>,
  input: I,
  options: StartOptions = {}
): Effect.Effect<string, StorageFailed, Dialogues> =>
  Effect.gen(function* () {
    const manager = managerOf(yield* Dialogues)
    const started = definition["~fibercord/Startable"](input, options.userId)
    const key = options.key ?? (yield* newKey)
    return yield* Dialogue.begin(manager, definition["~fibercord/Dialogue"], key, started)
  })

const withRun = <A, E, R>(
  f: (run: InDialogue["Service"]) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R | InDialogue> => Effect.flatMap(InDialogue, f)

/** A message that a dialogue has sent, as plain data: {@link edit} changes it. */
export interface Sent extends Place {}

/**
 * Sends a message. Once, because Discord takes a second one with the same nonce for the first, for some minutes: a crash
 * after it was sent and before that was journaled costs nothing, unless the next process starts later than that. Fails with
 * `MessageError`, which is journaled, too, if Discord does not take the message.
 *
 * Source: Discord, "Create Message": `enforce_nonce`.
 */
export const send = (name: string, to: Destination, message: Message): Effect.Effect<Sent, MessageError, InDialogue> =>
  withRun((run) =>
    run.step(
      { kind: "send", name },
      Steps.withServices(
        run,
        Steps.once(run, name, Steps.sends, Deliver.send(to, message, nonceOf(run.id, name), run.recipient))
      )
    )
  )

/**
 * Changes a message of the dialogue; absent fields are left as they are. After a crash it may be changed again, to the same.
 * Fails with `MessageError`, for example if the message was deleted.
 *
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { Durable } from "fibercord/durable"
 *
 * const countdown = Durable.make(
 *   "countdown",
 *   { version: 1, input: Schema.Struct({ channelId: Schema.String }) },
 *   Effect.fn("countdown")(function* ({ channelId }) {
 *     const sent = yield* Durable.send("announce", Durable.channel(channelId), { content: "In an hour" })
 *     yield* Durable.sleep("an hour", "1 hour")
 *     yield* Durable.edit("begin", sent, { content: "Now!" })
 *   })
 * )
 * ```
 */
export const edit = (name: string, sent: Sent, message: Message): Effect.Effect<void, MessageError, InDialogue> =>
  withRun((run) =>
    run.step(
      { kind: "edit", name },
      Steps.withServices(run, Steps.once(run, name, Steps.changes, Deliver.edit(sent, message)))
    )
  )

/** What a step is, unless its effect takes steps itself: then it is a text that says so. */
export type StepOf<A, E, R> = InDialogue extends R
  ? "a step cannot take other steps: take them in the handler, one after the other"
  : Effect.Effect<A, E, R | InDialogue>

/** Makes steps. */
export interface MakeStep {
  /** One whose result and errors are stored. */
  <A, E, R>(
    name: string,
    effect: Effect.Effect<NoInfer<A>, NoInfer<E>, R>,
    schemas: { readonly success: Schema.Codec<A, unknown>; readonly error: Schema.Codec<E, unknown> }
  ): StepOf<A, E, R>
  /** One whose result is stored. An error is a defect, which ends the dialogue. */
  <A, R>(
    name: string,
    effect: Effect.Effect<NoInfer<A>, unknown, R>,
    schemas: { readonly success: Schema.Codec<A, unknown>; readonly error?: undefined }
  ): StepOf<A, never, R>
  /** One whose errors are stored, and whose result is dropped. */
  <E, R>(
    name: string,
    effect: Effect.Effect<unknown, NoInfer<E>, R>,
    schemas: { readonly error: Schema.Codec<E, unknown> }
  ): StepOf<void, E, R>
  /** One whose result is dropped. An error is a defect, which ends the dialogue. */
  <R>(name: string, effect: Effect.Effect<unknown, unknown, R>): StepOf<void, never, R>
}

/**
 * Does something, and journals its result, which later runs of the handler read instead. After a crash before that it is done
 * again, so it should be idempotent, or use `id` of the handler's second parameter as a key. The effect has the bot's services.
 *
 * ```ts
 * import { Random, Schema } from "effect"
 * import { Options } from "fibercord"
 * import { Durable } from "fibercord/durable"
 *
 * const roll = Durable.step("roll", Random.nextIntBetween(1, 7), { success: Schema.Int })
 * ```
 */
export const step: MakeStep = (
  name: string,
  effect: Effect.Effect<unknown, unknown, unknown>,
  schemas: {
    readonly success?: Schema.Codec<unknown, unknown> | undefined
    readonly error?: Schema.Codec<unknown, unknown> | undefined
  } = {}
) =>
  withRun((run) => {
    const { error = Schema.Never, success = Schema.Void } = schemas
    const orDefect = schemas.error === undefined ? Effect.orDie(effect) : effect
    const body = schemas.success === undefined ? Effect.asVoid(orDefect) : orDefect
    return run.step({ kind: "step", name }, Steps.once(run, name, { success, error } as never, body))
  }) as never

const waitUntil = (kind: string, name: string, deadline: (now: number) => number) =>
  withRun((run) =>
    run.step(
      { kind, name },
      Effect.clockWith((clock) =>
        Steps.wait(run, name, Steps.deadlineOf(run, name, deadline(clock.currentTimeMillisUnsafe())))
      ).pipe(Effect.asVoid)
    )
  )

/** Waits. The time counts from when the step has begun, also while no process runs. */
export const sleep = (name: string, duration: Duration.Input): Effect.Effect<void, never, InDialogue> =>
  waitUntil("sleep", name, (now) => now + Duration.toMillis(Duration.fromInputUnsafe(duration)))

/**
 * Waits until a moment, by the wall clock; one that is over does not wait.
 *
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { Durable } from "fibercord/durable"
 *
 * const reminder = Durable.make(
 *   "reminder",
 *   { version: 1, input: Schema.Struct({ userId: Schema.String, at: Schema.Date, text: Schema.String }) },
 *   Effect.fn("reminder")(function* ({ at, text, userId }) {
 *     yield* Durable.until("its time", at)
 *     yield* Durable.send("reminder", Durable.dm(userId), { content: text })
 *   })
 * )
 * ```
 */
export const until = (name: string, date: Date): Effect.Effect<void, never, InDialogue> =>
  waitUntil("until", name, () => date.getTime())

/**
 * Sends a question and waits for the answer, for weeks if need be, without a fiber or a timer. A choice with a `form` opens it,
 * and is the answer when that is submitted. The first answer counts, and who comes later is told so. Fails with
 * `MessageError` if the question cannot be sent, and with `Timeout` if it has a `timeout` that passes.
 */
export const ask = <const C extends ReadonlyArray<Line>, T extends Duration.Input | undefined = undefined>(
  name: string,
  question: Question<C, T>
): Effect.Effect<AnswerOf<C>, MessageError | Unanswered<T>, InDialogue> =>
  withRun((run) => run.step({ kind: "ask", name }, Asking.ask(run, name, question as never))) as never

/**
 * Sends a message that many users use, each once, and waits until its time is over, or until it is done. Every use is stored
 * before it is acknowledged, and all of them are folded into the state. The message follows, at most every few seconds. Fails
 * with `MessageError` if the message cannot be sent.
 *
 * ```ts
 * import { Schema } from "effect"
 * import { Button } from "fibercord"
 * import { Durable } from "fibercord/durable"
 *
 * const raffle = (channelId: string) =>
 *   Durable.collect("tickets", {
 *     to: Durable.channel(channelId),
 *     components: [[Button.choice("enter")]],
 *     state: Schema.Array(Schema.String),
 *     initial: [],
 *     fold: (tickets, { user }) => [...tickets, user.id],
 *     show: (tickets) => ({ content: `${tickets.length} take part` }),
 *     until: "1 day"
 *   })
 * ```
 */
export const collect = <const C extends ReadonlyArray<Line>, S>(
  name: string,
  collection: Collection<C, S>
): Effect.Effect<Collected<S>, MessageError, InDialogue> =>
  withRun((run) => run.step({ kind: "collect", name }, Collecting.collect(run, name, collection as never))) as never
