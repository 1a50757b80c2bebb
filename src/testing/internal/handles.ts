/** Messages, responses and modals as tests hold them. */
import type { APIApplicationCommandOptionChoice, APIMessage } from "../../discord/DiscordApi.ts"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type AwaitTimeout, NoAnswer, NoResult, NotUsable } from "../FakeDiscordError.ts"
import type { ClickOptions, AnswerKind, Message, Modal, Response, Snapshot, WaitOptions } from "../Message.ts"
import { type Core, timeout, waitFor } from "./core.ts"
import { Callback } from "./interactions.ts"
import { type Json, objects, string } from "./json.ts"
import { quoteChoices, quoteMessage, quoteModal } from "./quote.ts"
import { deadline } from "./runner.ts"
import { fieldsOf, snapshot } from "./snapshot.ts"
import { until } from "./signal.ts"
import * as uses from "./uses.ts"
import type { InteractionRecord, MessageRecord, UserRecord } from "./world.ts"

const kinds: Readonly<Record<number, AnswerKind>> = {
  [Callback.pong]: "pong",
  [Callback.message]: "message",
  [Callback.deferredMessage]: "deferred-message",
  [Callback.deferredUpdate]: "deferred-update",
  [Callback.update]: "update",
  [Callback.choices]: "choices",
  [Callback.modal]: "modal",
  [Callback.premium]: "premium",
  [Callback.activity]: "activity"
}

type Locate = Effect.Effect<MessageRecord, NoResult>

const locations = new WeakMap<Message, Locate>()
const modals = new WeakMap<Modal, InteractionRecord>()

const foreign = (wanted: string) => new NoResult({ wanted, detail: "it does not belong to this fake Discord" })

/** The record behind a handle. */
export const recordOf = (message: Message): Locate => locations.get(message) ?? Effect.fail(foreign("message"))

/** The interaction that opened a modal. */
export const openerOf = (modal: Modal): Effect.Effect<InteractionRecord, NoResult> => {
  const opener = modals.get(modal)
  return opener === undefined ? Effect.fail(foreign("modal")) : Effect.succeed(opener)
}

const millis = (options: WaitOptions | undefined): number | undefined =>
  options?.timeout === undefined ? undefined : Duration.toMillis(options.timeout)

/** A message as a user sees it. `since` is the version that the user has already seen. */
export const message = (core: Core, user: UserRecord, locate: Locate, since: number): Message => {
  const awaitUntil = (wanted: (message: Snapshot) => boolean, options?: WaitOptions, what = "the wanted message") =>
    Effect.flatMap(locate, (record) =>
      waitFor(
        core,
        what,
        () => {
          const seen = snapshot(record)
          return wanted(seen) ? seen : undefined
        },
        millis(options),
        { instead: () => quoteMessage(record) }
      )
    )
  const settled = awaitUntil((seen) => !seen.pending || seen.deleted, undefined, "an answer after the deferral")
  const field = <K extends keyof Snapshot>(key: K) => Effect.map(settled, (seen) => seen[key])
  const now = Effect.map(locate, snapshot)
  const handle: Message = {
    id: Effect.map(locate, (record) => record.id),
    content: field("content"),
    text: field("text"),
    embeds: field("embeds"),
    components: Effect.map(settled, (seen) => seen.raw.components ?? []),
    buttons: field("buttons"),
    selects: field("selects"),
    ephemeral: field("ephemeral"),
    raw: Effect.map(settled, (seen): APIMessage => seen.raw),
    pending: Effect.map(now, (seen) => seen.pending),
    deleted: Effect.map(now, (seen) => seen.deleted),
    snapshot: now,
    awaitContent: (wanted, options) => {
      const fits = typeof wanted === "string" ? (text: string) => text === wanted : wanted
      const what = `a message ${typeof wanted === "string" ? JSON.stringify(wanted) : "with the wanted content"}`
      return awaitUntil((seen) => !seen.pending && fits(seen.text), options, what)
    },
    awaitUntil,
    awaitUpdate: (options) => awaitUntil((seen) => seen.edits > since, options, "a change of the message"),
    click: (wanted, options) => Effect.flatMap(locate, (record) => click(core, user, record, wanted, options)),
    select: (wanted, values) => Effect.flatMap(locate, (record) => select(core, user, record, wanted, values))
  }
  locations.set(handle, locate)
  return handle
}

/** Something that a user does, which can be refused. */
export const usable = <A>(use: () => A): Effect.Effect<A, NotUsable> =>
  Effect.try({
    try: use,
    catch: (error) => {
      if (error instanceof NotUsable) return error
      throw error
    }
  })

/** Does something that sends an interaction, and waits for the response. */
const act = (core: Core, channelId: string, use: () => InteractionRecord) =>
  Effect.suspend(() => {
    const by = deadline()
    return session(core, channelId, by).pipe(
      Effect.andThen(usable(use)),
      Effect.flatMap((interaction) => respond(core, interaction, by))
    )
  })

/** Clicks a button, and waits for the response. */
export const click = (core: Core, user: UserRecord, record: MessageRecord, wanted: string, options?: ClickOptions) =>
  act(core, record.channelId, () => uses.click(core.world, user, record, wanted, options))

/** Selects values in a menu, and waits for the response. */
export const select = (
  core: Core,
  user: UserRecord,
  record: MessageRecord,
  wanted: string,
  values: ReadonlyArray<string | { readonly id: string }>
) => act(core, record.channelId, () => uses.select(core.world, user, record, wanted, values))

/** Submits a modal, and waits for the response. */
export const submit = (
  core: Core,
  user: UserRecord,
  opener: InteractionRecord,
  fields: Parameters<Modal["submit"]>[0]
) => act(core, opener.channelId, () => uses.submit(core.world, user, opener, fields))

/** Waits until there is a receiver: a session that owns the guild of this channel, or an endpoint. */
export const session = (core: Core, channelId: string, by?: number) => {
  const guildId = core.world.channels.get(channelId)?.guildId
  return waitFor(
    core,
    `a session that owns ${guildId === undefined ? "direct messages" : `guild ${guildId}`}`,
    () => core.world.interactionsEndpoint ?? core.gateway.live().find((each) => each.owns(guildId)),
    undefined,
    { by }
  )
}

/** Waits for the initial response to an interaction, at most until `by`, which is when the test runner gives up. */
export const respond = (
  core: Core,
  record: InteractionRecord,
  by?: number
): Effect.Effect<Response, NoAnswer | AwaitTimeout> => {
  const wait = core.settings.interactionDeadline
  return until(
    core.signal,
    () => record.answer,
    wait,
    ({ isCutShort, waited }) =>
      isCutShort
        ? timeout(core, `a response to ${record.action}`, waited, refusalOf(record))
        : new NoAnswer({ action: record.action, deadline: wait, refused: record.refused, interaction: record.id }),
    by
  ).pipe(Effect.map((answer) => response(core, record, answer.type, answer.data)))
}

const refusalOf = ({ refused }: InteractionRecord): string | undefined =>
  refused.length === 0 ? undefined : `what Discord refused: ${refused.join(", ")}`

/** What the bot responded with. */
const quote = (record: InteractionRecord, type: number, data: Json): string => {
  if (type === Callback.modal) return quoteModal(data)
  if (type === Callback.choices) return quoteChoices(data)
  if (record.original !== undefined) return quoteMessage(record.original)
  return kinds[type] ?? "nothing"
}

const response = (core: Core, record: InteractionRecord, type: number, data: Json): Response => {
  const { interactions } = core.world
  const { user } = record
  const kind = kinds[type] ?? "message"
  const isAbout = (wanted: string) => {
    const refused = refusalOf(record)
    const more = refused === undefined ? "" : `, after ${refused}`
    return new NoResult({ wanted, detail: `${record.action} got ${quote(record, type, data)}${more}` })
  }
  const locate = Effect.suspend(() =>
    record.original === undefined ? Effect.fail(isAbout("message")) : Effect.succeed(record.original)
  )
  const since = record.original === record.source ? record.sourceVersion : (record.original?.version ?? 0)
  const view = (made: MessageRecord) => message(core, user, Effect.succeed(made), made.version)
  const elapsed = (record.answer?.at ?? record.createdAt) - record.createdAt
  const base = message(core, user, locate, since)
  const whole: Response = {
    ...base,
    kind,
    type,
    interactionId: record.id,
    elapsed,
    modal:
      type === Callback.modal
        ? Effect.sync(() => modal(core, record, data))
        : Effect.suspend(() => Effect.fail(isAbout("modal"))),
    choices:
      type === Callback.choices
        ? Effect.succeed(objects(data["choices"]) as unknown as ReadonlyArray<APIApplicationCommandOptionChoice>)
        : Effect.suspend(() => Effect.fail(isAbout("choices"))),
    followUps: Effect.sync(() => (interactions.get(record.id)?.followUps ?? []).map(view)),
    awaitFollowUp: (count = 1, options) =>
      waitFor(core, `follow-up ${count} to ${record.action}`, () => record.followUps[count - 1], millis(options), {
        instead: () => [record.original ?? [], ...record.followUps].flat().map(quoteMessage).join(" and ") || undefined
      }).pipe(Effect.map(view))
  }
  locations.set(whole, locate)
  return whole
}

const modal = (core: Core, opener: InteractionRecord, data: Json): Modal => {
  const handle: Modal = {
    title: string(data["title"]) ?? "",
    customId: string(data["custom_id"]) ?? "",
    fields: fieldsOf(data).map(({ view }) => view),
    submit: (fields) => submit(core, opener.user, opener, fields)
  }
  modals.set(handle, opener)
  return handle
}
