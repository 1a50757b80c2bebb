/** What is known of a bot, for people: made when somebody looks. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as CloseCode from "../../gateway/CloseCode.ts"
import * as Shards from "../../gateway/inspected.ts"
import * as Router from "../../interactions/router/inspected.ts"
import type * as Rest from "../../rest/inspected.ts"
import { routeOf } from "../../rest/internal/routes.ts"
import * as Runtimes from "../../runtime/inspected.ts"
import type {
  InteractionView,
  LimitView,
  ProcessView,
  RestView,
  RuntimesView,
  RuntimeView,
  ShardView,
  StepView
} from "../InspectorState.ts"
import { cut, jsonOf, textOf } from "./text.ts"
import type { Watch } from "./watch.ts"

/** The process. */
export const processView = (): ProcessView => {
  const { heapUsed: heap, rss } = process.memoryUsage()
  return { pid: process.pid, node: process.versions.node, uptime: Math.round(process.uptime() * 1000), rss, heap }
}

const millis = (duration: Option.Option<Duration.Duration>): number | undefined =>
  Option.getOrUndefined(Option.map(duration, Duration.toMillis))

/** The shards of all managers, by number. */
export const shards = (watch: Watch): ReadonlyArray<ShardView> =>
  watch
    .subjects(Shards.managers)
    .flatMap((manager) =>
      [...HashMap.values(Effect.runSync(manager.runners))].map((info): ShardView => {
        const end = Option.getOrUndefined(info.lastEnd)
        return {
          id: info.id,
          total: info.total,
          stage: info.stage._tag,
          latency: millis(info.latency),
          averageLatency: millis(info.averageLatency),
          lastHeartbeatAt: Option.getOrUndefined(info.lastHeartbeatAt),
          lastDispatchAt: Option.getOrUndefined(info.lastDispatchAt),
          sessionAge: millis(info.sessionAge),
          sequence: info.sequence,
          identifies: info.identifies,
          resumes: info.resumes,
          lastEnd: end && CloseCode.describe(end),
          lastCode: end?._tag === "Closed" ? end.code : undefined,
          strip: watch.strips.of(manager, info.id, info.total, watch.now)
        }
      })
    )
    .toSorted((a, b) => a.total - b.total || a.id - b.id)

// How many Runtimes are shown: the oldest ones, and those that did something lately.
const oldest = 100
const latest = 200

/** Runtimes of all registries. */
export const runtimes = (watch: Watch): RuntimesView => {
  const registries = watch.subjects(Runtimes.registries)
  const timeOf = watch.timeOf(Runtimes.steps)
  const routers = watch.subjects(Router.routers)
  const found = new Map<string, RuntimeView>()
  const add = (one: Runtimes.Snapshot | undefined): void => {
    if (one === undefined || found.has(one.id)) return
    const described = routers.map((router) => router.describe(one)).find(({ definition }) => definition !== undefined)
    const { depth, endsAt, interaction, isRunning, key, parked, waiters } = one
    found.set(one.id, {
      id: one.id,
      key: key === undefined ? undefined : cut(key, 200),
      definition: described?.definition,
      opener: described?.opener,
      openedAt: timeOf(one.openedAt * 1000),
      endsAt: endsAt === Infinity ? undefined : timeOf(endsAt),
      depth,
      isRunning,
      interaction,
      parked,
      waiters
    })
  }
  const lately = [
    ...new Set(
      watch
        .notes(Runtimes.steps)
        ?.since(0)
        .map(({ id }) => id)
    )
  ].slice(-latest)
  for (const registry of registries) {
    for (const one of registry.oldest(oldest)) add(one)
    for (const id of lately) add(registry.get(id))
  }
  const sum = (of: (registry: Runtimes.Open) => number) => registries.reduce((sum, registry) => sum + of(registry), 0)
  return {
    open: sum((registry) => registry.size()),
    opened: sum((registry) => registry.opened()),
    isDraining: registries.some((registry) => registry.isDraining()),
    list: [...found.values()].toSorted((a, b) => a.openedAt - b.openedAt)
  }
}

/** A step of a Runtime. */
export const step = (n: number, { at, id, reason, step }: Runtimes.Note, timeOf: (at: number) => number): StepView => ({
  n,
  runtime: id,
  step,
  at: timeOf(at),
  reason
})

/** What an interaction is, as far as anybody can read it: it is shown as it came, also when it is malformed. */
interface Loose {
  readonly name?: unknown
  readonly custom_id?: unknown
  readonly options?: unknown
  readonly values?: unknown
  readonly components?: unknown
  readonly target_id?: unknown
}

const stateOf = ({ isAnswered, isLost, isPending }: Router.Note["responder"]): InteractionView["state"] => {
  if (!isAnswered) return "waiting"
  if (isLost) return "lost"
  return isPending ? "deferred" : "answered"
}

/** An interaction. */
export const interaction = (n: number, note: Router.Note, timeOf: (at: number) => number): InteractionView => {
  const { definition, endedAt, outcome, responder, runtime, startedAt } = note
  const { raw, response, took } = responder
  const { components, custom_id, name, options, target_id, values } = (("data" in raw ? raw.data : undefined) ??
    {}) as Loose
  const user = raw.member?.user ?? raw.user
  const input = { options, values, components, target_id }
  const isEmpty = Object.values(input).every((value) => value === undefined)
  return {
    n,
    id: raw.id,
    kind: raw.type,
    name: textOf(name ?? custom_id ?? "", 200),
    input: isEmpty ? undefined : jsonOf(input),
    user: user?.id ?? "",
    userName: user?.username,
    channel: raw.channel?.id,
    guild: raw.guild_id,
    at: timeOf(responder.arrivedAt),
    runtime,
    definition,
    state: stateOf(responder),
    callback: response?.type,
    took,
    response: response?.data === undefined ? undefined : jsonOf(response.data),
    startedAt: startedAt === undefined ? undefined : timeOf(startedAt),
    endedAt: endedAt === undefined ? undefined : timeOf(endedAt),
    outcome
  }
}

const numberOf = (text: string | null | undefined): number | undefined =>
  text === null || text === undefined || text === "" ? undefined : Number(text)

/** Source: Discord, "Rate Limits". */
const limitOf = ({ header, status }: Rest.Note): LimitView | undefined => {
  if (header === undefined) return undefined
  const bucket = header("x-ratelimit-bucket") ?? undefined
  if (bucket === undefined && status !== 429) return undefined
  return {
    bucket,
    limit: numberOf(header("x-ratelimit-limit")),
    remaining: numberOf(header("x-ratelimit-remaining")),
    resetAfter: numberOf(header("x-ratelimit-reset-after")),
    scope: header("x-ratelimit-scope") ?? undefined,
    retryAfter: numberOf(header("retry-after"))
  }
}

const bodyOf = (body: unknown): string | undefined => {
  if (body === undefined || body === null) return undefined
  if (typeof body === "string") return cut(body, 4000)
  if (!(body instanceof FormData)) return "bytes"
  const json = body.get("payload_json")
  const files = [...body.entries()].flatMap(([, value]) => (typeof value === "string" ? [] : [value.name]))
  return `${typeof json === "string" ? cut(json, 4000) : ""} with ${files.length} files: ${cut(files.join(", "), 500)}`
}

const token = /\/webhooks\/\d+\/([^/?]+)/

const interactionOf = (url: string, byToken: (token: string) => string | undefined): string | undefined => {
  const found = token.exec(url)?.[1]
  return found === undefined ? undefined : byToken(found)
}

/** A request. `byToken` knows the interactions that tokens in paths belong to. */
export const rest = (
  n: number,
  note: Rest.Note,
  timeOf: (at: number) => number,
  byToken: (token: string) => string | undefined
): RestView => {
  const { at, body, endedAt, interaction, method, problem, status, url } = note
  return {
    n,
    at: timeOf(at),
    method,
    path: routeOf(url),
    status,
    endedAt: endedAt === undefined ? undefined : timeOf(endedAt),
    interaction: interaction ?? interactionOf(url, byToken),
    body: bodyOf(body),
    problem: problem === undefined ? undefined : textOf(problem, 1000),
    limit: limitOf(note)
  }
}
