/** What pages ask for. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Core } from "../../testing/internal/core.ts"
import * as guildHandles from "../../testing/internal/guildHandles.ts"
import * as guilds from "../../testing/internal/guilds.ts"
import { isObject, parse } from "../../testing/internal/json.ts"
import * as users from "../../testing/internal/users.ts"
import type { Outcome, Program, Recorder, Time } from "../Parts.ts"
import * as Protocol from "../Protocol.ts"
import * as access from "./access.ts"
import * as actions from "./actions.ts"
import type { Changes } from "./changes.ts"
import type { FaultBoard } from "./faultBoard.ts"
import * as places from "./places.ts"
import { absent, invalid, Refusal } from "./refusal.ts"
import * as views from "./views.ts"

/** What requests are fulfilled with. */
export interface Desk {
  readonly core: Core
  readonly changes: Changes
  readonly faults: FaultBoard
  readonly publish: (update: Protocol.Update) => void
  readonly program: Program | undefined
  /** What pages see of the bot's process. */
  readonly view: () => Protocol.ProgramView
  readonly recorder: Recorder | undefined
  readonly time: Time | undefined
}

interface Kind {
  readonly decode: (u: unknown) => Result.Result<Protocol.Request, Schema.SchemaError>
}

const kindsOf = (): ReadonlyMap<string, Kind> => {
  const others = Protocol.Request.members.filter((member) => "fields" in member)
  const all = [...Protocol.Action.members, ...others]
  return new Map(
    all.flatMap((member) => {
      const { type } = member.fields
      const names: ReadonlyArray<string> = "literals" in type ? type.literals : [type.literal]
      const decode = Schema.decodeUnknownResult(member as Schema.Codec<Protocol.Request>, { errors: "all" })
      return names.map((name) => [name, { decode }] as const)
    })
  )
}

// A request is decoded as what it says that it is, so that an error names its own fields only.
const kinds = kindsOf()

/** A request, or what is wrong with it. `seq` is `undefined` if it cannot be replied to by number. */
export interface Read {
  readonly seq: number | undefined
  readonly request: Result.Result<Protocol.Request, Refusal>
}

const requestOf = (request: unknown): Result.Result<Protocol.Request, Refusal> => {
  const type = isObject(request) ? request["type"] : undefined
  const kind = typeof type === "string" ? kinds.get(type) : undefined
  if (kind === undefined) {
    const expected = [...kinds.keys()].join(", ")
    return Result.fail(invalid(`The request's type is ${JSON.stringify(type)}, expected one of: ${expected}`))
  }
  return Result.mapError(kind.decode(request), (error) => invalid(`The request ${String(type)}: ${error.message}`))
}

/** Reads a frame of a page. */
export const read = (text: string): Read => {
  const frame = parse(text)
  if (!isObject(frame)) return { seq: undefined, request: Result.fail(invalid("Expected an object as JSON")) }
  const { request, seq } = frame
  if (typeof seq !== "number") return { seq: undefined, request: Result.fail(invalid("Expected a number as seq")) }
  return { seq, request: requestOf(request) }
}

const view = Effect.fnUntraced(function* (core: Core, request: Extract<Protocol.Request, { readonly type: "view" }>) {
  const user = yield* actions.userOf(core, request.user)
  const channel = request.channel === undefined ? undefined : yield* actions.channelOf(core, request.channel)
  return access.view(core.world, user, channel)
})

/** Types of channels that a guild can be given. Source: Discord, "Channel Types". */
const channelTypes: ReadonlyArray<number> = [0, 2, 4, 5, 13, 15, 16]

const actionsOn = (core: Core, id: string): Effect.Effect<guilds.Actions, Refusal> => {
  const guild = core.world.guilds.get(id)
  return guild === undefined ? Effect.fail(absent("guild", id)) : Effect.succeed(new guilds.Actions(core.world, guild))
}

const add = Effect.fnUntraced(function* (
  core: Core,
  request: Extract<Protocol.Request, { readonly type: "addUser" | "addGuild" | "addChannel" | "addRole" | "direct" }>
): Effect.fn.Return<unknown, Refusal> {
  const { world } = core
  switch (request.type) {
    case "addUser": {
      const { locale, name, permissions } = request
      const { id } = users.find(core, name, { locale, permissions })
      const record = world.users.get(id)
      return record === undefined ? yield* absent("user", id) : views.user(record)
    }
    case "addGuild":
      return { id: (yield* guildHandles.add(core, request.name)).id }
    case "addChannel": {
      const { guild, kind = 0, name } = request
      if (!channelTypes.includes(kind))
        return yield* invalid(`kind is ${kind}, expected one of ${channelTypes.join(", ")}`)
      const made = { id: (yield* actionsOn(core, guild)).channel(name, { type: kind }) }
      world.signal.notify()
      return made
    }
    case "addRole": {
      const made = { id: (yield* actionsOn(core, request.guild)).role(request.name, {}) }
      world.signal.notify()
      return made
    }
    case "direct":
      return views.channel(world, world.directChannel(yield* actions.userOf(core, request.user)))
  }
})

const missing = (what: string): Refusal =>
  new Refusal({ tag: "Unavailable", detail: `This playground has no ${what}: start it with \`fibercord dev\`` })

const exported = Effect.fnUntraced(function* ({ recorder }: Desk) {
  if (recorder === undefined) return yield* missing("recorder")
  return yield* recorder.exported
})

const restartRecording = Effect.fnUntraced(function* ({ publish, recorder }: Desk) {
  if (recorder === undefined) return yield* missing("recorder")
  recorder.restart()
  publish({ type: "recorded", count: recorder.count() })
  return undefined
})

const advance = Effect.fnUntraced(function* ({ core, publish, time }: Desk, millis: number) {
  if (time === undefined) return yield* missing("clock that can be moved")
  yield* time.advance(millis)
  // What is due by time alone has not been announced.
  core.signal.notify()
  publish({ type: "clock", now: core.world.now() })
  return undefined
})

const restart = Effect.fnUntraced(function* ({ program }: Desk, kill: boolean) {
  if (program === undefined) return yield* missing("program that it could restart")
  yield* program.restart(kill)
  return undefined
})

/** Tells all pages about the armed faults. */
const publishFaults = ({ faults, publish }: Desk): Effect.Effect<void> =>
  Effect.map(faults.views, (views) => publish({ type: "faults", faults: views }))

/** Tells all pages when armed faults have acted, whenever the returned effect is run. */
export const followFaults = ({ faults, publish }: Desk): Effect.Effect<void> => {
  let before = ""
  return Effect.suspend(() =>
    faults.isEmpty
      ? Effect.void
      : Effect.map(faults.views, (views) => {
          const hits = views.map(({ hits, id }) => `${id} ${hits}`).join()
          if (hits !== before) publish({ type: "faults", faults: views })
          before = hits
        })
  )
}

/** Tells the recorder something, and pages how many actions are recorded then. */
const tell = ({ publish, recorder }: Desk, what: (recorder: Recorder) => void): void => {
  if (recorder === undefined) return
  const before = recorder.count()
  what(recorder)
  const count = recorder.count()
  if (count !== before) publish({ type: "recorded", count })
}

/** Fulfils a request, except for `messages`, which is about the page that asks. */
export const fulfil = (desk: Desk, request: Protocol.Request): Effect.Effect<unknown, Refusal> =>
  Effect.suspend(() => {
    tell(desk, (recorder) => recorder.note(request))
    const settled = (outcome: Outcome) => tell(desk, (recorder) => recorder.settled?.(request, outcome))
    return perform(desk, request).pipe(
      Effect.tap((value) => Effect.sync(() => settled({ value }))),
      Effect.tapError(({ tag }) => Effect.sync(() => settled({ refused: tag })))
    )
  })

const perform = (desk: Desk, request: Protocol.Request): Effect.Effect<unknown, Refusal> => {
  const { core, faults } = desk
  switch (request.type) {
    case "autocomplete":
      return actions.autocomplete(core, request)
    case "messages": {
      const { before, channel, limit = 50 } = request
      return Effect.map(actions.channelOf(core, channel), () => desk.changes.page(channel, before, limit))
    }
    case "view":
      return view(core, request)
    case "pins":
      return places.pinned(core, request)
    case "pin":
      return places.pin(core, request)
    case "threads":
      return places.threads(core, request)
    case "addUser":
    case "addGuild":
    case "addChannel":
    case "addRole":
    case "direct":
      return add(core, request)
    case "fault":
      return Effect.tap(faults.cause(request.fault), () => publishFaults(desk))
    case "clearFault":
      return Effect.tap(faults.clear(request.fault), () => publishFaults(desk))
    case "advance":
      return advance(desk, request.millis)
    case "restart":
      return restart(desk, request.kill === true)
    case "export":
      return exported(desk)
    case "restartRecording":
      return restartRecording(desk)
    default:
      return actions.perform(core, request)
  }
}
