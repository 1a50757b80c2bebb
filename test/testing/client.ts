/** A bare gateway client and bare REST calls: nothing of the library's own, so that only the fake is tested. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { FakeDiscord } from "../../src/testing/index.ts"
import { WebSocket } from "ws"
import { Arrivals } from "../support/Arrivals.ts"

/** JSON of which a test knows the shape. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Any = any

export interface Frame {
  readonly op: number
  readonly d: Any
  readonly s: number | null
  readonly t: string | null
}

type Discord = FakeDiscord.FakeDiscord["Service"]

export interface Client {
  readonly frames: ReadonlyArray<Frame>
  readonly binary: ReadonlyArray<Buffer>
  readonly socket: WebSocket
  readonly send: (op: number, d: unknown) => Effect.Effect<void>
  readonly sendRaw: (data: string | Buffer) => Effect.Effect<void>
  /** The next frame that fits and was not taken yet. */
  readonly take: (fits: (frame: Frame) => boolean) => Effect.Effect<Frame>
  /** The next event of a type. */
  readonly event: (t: string) => Effect.Effect<Frame>
  readonly identify: (overrides?: object) => Effect.Effect<Frame>
  readonly closed: Effect.Effect<number>
}

export const identifyData = (discord: Discord, overrides: object = {}) => ({
  token: Redacted.value(discord.token),
  intents: 0b1000000000000001,
  properties: { os: "linux", browser: "test", device: "test" },
  shard: [0, 1],
  ...overrides
})

const frameOf = (text: string): Frame => {
  try {
    return JSON.parse(text)
  } catch {
    return { op: -1, d: text, s: null, t: null }
  }
}

/** Connects; the connection is cut with the scope. */
export const connect = (discord: Discord, url: string = discord.gatewayUrl, query = "v=10&encoding=json") =>
  Effect.gen(function* () {
    const frames: Array<Frame> = []
    const binary: Array<Buffer> = []
    const taken = new Set<Frame>()
    const arrivals = new Arrivals()
    let code: number | undefined
    const socket = yield* Effect.acquireRelease(
      Effect.sync(() => new WebSocket(`${url}/?${query}`)),
      (socket) => Effect.sync(() => socket.terminate())
    )
    socket.on("error", () => undefined)
    socket.on("open", () => arrivals.notify())
    socket.on("message", (data, isBinary) => {
      if (isBinary) binary.push(data as Buffer)
      else frames.push(frameOf(data.toString()))
      arrivals.notify()
    })
    socket.on("close", (closed) => {
      code = closed
      arrivals.notify()
    })
    const until = <A>(read: () => A | undefined, what: string): Effect.Effect<A> =>
      arrivals.until(read).pipe(
        Effect.timeoutOrElse({
          duration: "1 minute",
          orElse: () => Effect.die(new Error(`${what} did not come; frames: ${JSON.stringify(frames)}, code: ${code}`))
        })
      )
    const isOpen = until(() => (socket.readyState === WebSocket.OPEN ? true : undefined), "an open socket")
    const sendRaw = (data: string | Buffer) =>
      Effect.andThen(
        isOpen,
        Effect.sync(() => socket.send(data))
      )
    const send = (op: number, d: unknown) => sendRaw(JSON.stringify({ op, d }))
    const take = (fits: (frame: Frame) => boolean, what = "the frame") =>
      until(() => {
        const found = frames.find((frame) => !taken.has(frame) && fits(frame))
        if (found !== undefined) taken.add(found)
        return found
      }, what)
    const event = (t: string) => take((frame) => frame.t === t, t)
    const client: Client = {
      frames,
      binary,
      socket,
      send,
      sendRaw,
      take,
      event,
      identify: (overrides = {}) =>
        take((frame) => frame.op === 10, "HELLO").pipe(
          Effect.andThen(send(2, identifyData(discord, overrides))),
          Effect.andThen(event("READY"))
        ),
      closed: until(() => code, "a close")
    }
    return client
  })

export interface Reply {
  readonly headers: Headers
  readonly status: number
  readonly body: Any
}

/** A REST call with the bot's token. */
export const call = (
  discord: Discord,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { authorization: `Bot ${Redacted.value(discord.token)}` }
): Effect.Effect<Reply> =>
  Effect.promise(async (signal) => {
    const isForm = body instanceof FormData
    const response = await fetch(`${discord.apiUrl}/v10${path}`, {
      method,
      signal,
      headers: isForm || body === undefined ? headers : { "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) })
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) }
  })

/** Answers an interaction. */
export const respond = (discord: Discord, interaction: Frame, body: unknown, query = "") =>
  call(discord, "POST", `/interactions/${interaction.d.id}/${interaction.d.token}/callback${query}`, body, {})

/** A call on the webhook of an interaction. */
export const webhook = (discord: Discord, interaction: Frame, method: string, path: string, body?: unknown) =>
  call(discord, method, `/webhooks/${discord.applicationId}/${interaction.d.token}${path}`, body, {})

export const button = (label: string, customId: string, more: object = {}) => ({
  type: 2,
  style: 1,
  label,
  custom_id: customId,
  ...more
})

export const row = (...components: ReadonlyArray<unknown>) => ({ type: 1, components })
