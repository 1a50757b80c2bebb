/**
 * What the inspector of a bot says, as JSON. Times are milliseconds since 1970 by the bot's clock, and spans of time are
 * milliseconds. Tokens are cut out of everything.
 *
 * `GET /state` returns a {@link State}. `GET /events` sends it as the first server-sent event, `state`, and then `changes`:
 * {@link Changes}, several times a second at most.
 */

/**
 * What a bot is and does. Lists have the oldest first, and have only so much of the past.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { HttpClient } from "effect/http"
 * import type { InspectorState } from "fibercord/inspector"
 *
 * const state = HttpClient.get("http://127.0.0.1:9320/state").pipe(
 *   Effect.flatMap((response) => response.json),
 *   Effect.map((json) => json as unknown as InspectorState.State)
 * )
 *
 * // Runtimes in whose mailboxes events wait.
 * const busy = Effect.map(state, ({ runtimes }) => runtimes.list.filter(({ depth }) => depth > 0))
 * ```
 */
export interface State {
  readonly now: number
  readonly process: ProcessView
  readonly shards: ReadonlyArray<ShardView>
  readonly runtimes: RuntimesView
  readonly steps: ReadonlyArray<StepView>
  /** `undefined` if the bot has no durable dialogues. */
  readonly dialogues: DialoguesView | undefined
  readonly interactions: ReadonlyArray<InteractionView>
  readonly spans: ReadonlyArray<SpanView>
  readonly rest: ReadonlyArray<RestView>
  readonly logs: ReadonlyArray<LogView>
}

/**
 * What has changed. What has an `n` takes the place of what has the same one, or is new. The rest takes the place of what
 * was there.
 *
 * ```ts
 * import type { InspectorState } from "fibercord/inspector"
 *
 * // What users did that got no response in time, of the data of an event `changes`.
 * const lost = (data: string) => {
 *   const { interactions = [] }: InspectorState.Changes = JSON.parse(data)
 *   return interactions.filter(({ state }) => state === "lost").map(({ name, user }) => ({ name, user }))
 * }
 * ```
 */
export interface Changes {
  readonly now: number
  readonly process?: ProcessView
  readonly shards?: ReadonlyArray<ShardView>
  readonly runtimes?: RuntimesView
  readonly dialogues?: DialoguesView | undefined
  readonly steps?: ReadonlyArray<StepView>
  readonly interactions?: ReadonlyArray<InteractionView>
  readonly spans?: ReadonlyArray<SpanView>
  readonly rest?: ReadonlyArray<RestView>
  readonly logs?: ReadonlyArray<LogView>
  /** How many entries of those lists were left out, because there were too many at once. */
  readonly skipped?: number
}

/** The process. */
export interface ProcessView {
  readonly pid: number
  readonly node: string
  /** For how long it has run. */
  readonly uptime: number
  /** Bytes. */
  readonly rss: number
  /** Bytes. */
  readonly heap: number
}

/** A shard. */
export interface ShardView {
  readonly id: number
  readonly total: number
  /** As in `ShardStatus`. */
  readonly stage: string
  readonly latency: number | undefined
  readonly averageLatency: number | undefined
  readonly lastHeartbeatAt: number | undefined
  readonly lastDispatchAt: number | undefined
  /** The time since the session's READY. */
  readonly sessionAge: number | undefined
  readonly sequence: number
  readonly identifies: number
  readonly resumes: number
  /** How its last connection ended, for people. */
  readonly lastEnd: string | undefined
  /** The close code of that end, if it had one. */
  readonly lastCode: number | undefined
  /** Its stages in the last ten minutes. The first one may be older. */
  readonly strip: ReadonlyArray<StageView>
}

/** A stage of a shard from a moment on. */
export interface StageView {
  readonly stage: string
  readonly at: number
  /** Why, for people. */
  readonly end?: string | undefined
}

/** Runtimes. */
export interface RuntimesView {
  /** How many are open. */
  readonly open: number
  /** How many have been opened. */
  readonly opened: number
  /** Whether they are closing because the bot ends. */
  readonly isDraining: boolean
  /** The oldest ones, and those that did something lately. */
  readonly list: ReadonlyArray<RuntimeView>
}

/** A Runtime. */
export interface RuntimeView {
  readonly id: string
  /** The key that it was opened for, if it was. */
  readonly key: string | undefined
  /** The name of the definition that opened it. */
  readonly definition: string | undefined
  /** The id of the user who opened it. */
  readonly opener: string | undefined
  readonly openedAt: number
  /** When it closes if nothing happens; `undefined` if it stays open. */
  readonly endsAt: number | undefined
  /** How many events wait in its mailbox. */
  readonly depth: number
  /** Whether a handler runs. */
  readonly isRunning: boolean
  /** The interaction that is being handled. */
  readonly interaction: string | undefined
  /** How many handlers wait for an event. */
  readonly parked: number
  /** How many fibers wait for an event, handlers included. */
  readonly waiters: number
}

/** Something that happened to a Runtime. */
export interface StepView {
  readonly n: number
  readonly runtime: string
  readonly step: "opened" | "queued" | "begun" | "parked" | "resumed" | "handled" | "closing" | "closed"
  readonly at: number
  /** Why it closed. */
  readonly reason?: string | undefined
}

/** Durable dialogues. */
export interface DialoguesView {
  /** The newest first, and those that have not ended before all others. */
  readonly list: ReadonlyArray<DialogueView>
  /** Why they could not be read. */
  readonly problem?: string | undefined
}

/** A durable dialogue. `GET /dialogue?id=…` returns it with its journal, as a {@link DialogueDetails}. */
export interface DialogueView {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly status: string
  readonly problem: string | undefined
  readonly userId: string | undefined
  readonly channelId: string | undefined
  readonly guildId: string | undefined
  readonly startedAt: number
  readonly endedAt: number | undefined
}

/**
 * A dialogue with its journal.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { HttpClient } from "effect/http"
 * import type { InspectorState } from "fibercord/inspector"
 *
 * const stepsOf = (id: string) =>
 *   HttpClient.get("http://127.0.0.1:9320/dialogue", { urlParams: { id } }).pipe(
 *     Effect.flatMap((response) => response.json),
 *     Effect.map((json) => json as unknown as InspectorState.DialogueDetails),
 *     Effect.map(({ steps }) => steps.map(({ kind, name }) => `${kind} "${name}"`))
 *   )
 * ```
 */
export interface DialogueDetails extends DialogueView {
  readonly steps: ReadonlyArray<{ readonly kind: string; readonly name: string; readonly begunAt: number }>
  readonly questions: ReadonlyArray<{
    readonly kind: string
    readonly step: string
    readonly channelId: string | undefined
    readonly messageId: string | undefined
  }>
}

/** An interaction. */
export interface InteractionView {
  readonly n: number
  readonly id: string
  /** Discord's type. */
  readonly kind: number
  /** What the user did: the command, or the custom id of the component. */
  readonly name: string
  /** What was submitted, as JSON. */
  readonly input: string | undefined
  readonly user: string
  readonly userName: string | undefined
  readonly channel: string | undefined
  readonly guild: string | undefined
  readonly at: number
  readonly runtime: string | undefined
  readonly definition: string | undefined
  /** `lost` if Discord does not take a response any more. */
  readonly state: "waiting" | "deferred" | "answered" | "lost"
  /** Discord's callback type. */
  readonly callback: number | undefined
  /** Milliseconds until the initial response. */
  readonly took: number | undefined
  /** The data of the initial response, as JSON. */
  readonly response: string | undefined
  /** When its handler began. */
  readonly startedAt: number | undefined
  readonly endedAt: number | undefined
  readonly outcome: string | undefined
}

/** A span. */
export interface SpanView {
  readonly n: number
  readonly id: string
  /** The id of the span that it belongs to. */
  readonly parent: string | undefined
  readonly name: string
  readonly kind: string
  readonly at: number
  readonly endedAt: number | undefined
  readonly status: "running" | "ok" | "failed" | "interrupted"
  /** Why it failed. */
  readonly problem: string | undefined
  readonly attributes: Readonly<Record<string, string>>
  readonly interaction: string | undefined
}

/** A request to Discord's REST API. */
export interface RestView {
  readonly n: number
  readonly at: number
  readonly method: string
  /** Without tokens. */
  readonly path: string
  readonly status: number | undefined
  readonly endedAt: number | undefined
  readonly interaction: string | undefined
  /** JSON, or what it is instead. */
  readonly body: string | undefined
  readonly problem: string | undefined
  readonly limit: LimitView | undefined
}

/** What Discord said about the rate limit of a request. */
export interface LimitView {
  readonly bucket: string | undefined
  readonly limit: number | undefined
  readonly remaining: number | undefined
  /** Seconds. */
  readonly resetAfter: number | undefined
  /** Of a 429: what it is for. */
  readonly scope: string | undefined
  /** Of a 429, in seconds. */
  readonly retryAfter: number | undefined
}

/** A line of the log. */
export interface LogView {
  readonly n: number
  readonly at: number
  readonly level: string
  readonly message: string
  readonly cause: string | undefined
  readonly annotations: Readonly<Record<string, string>>
  readonly interaction: string | undefined
  readonly runtime: string | undefined
}
