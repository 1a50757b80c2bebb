/** All pages that are connected: what they ask for, and what they are told. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { WebSocket } from "ws"
import type * as Protocol from "../Protocol.ts"
import { Client, type Limits } from "./client.ts"
import { Refusal } from "./refusal.ts"
import * as requests from "./requests.ts"

const refusalOf = (seq: number, { message, tag }: Refusal): Protocol.Reply => ({
  type: "reply",
  seq,
  ok: false,
  error: { tag, message }
})

const tooMany = new Refusal({ tag: "TooMany", detail: "The page has too many requests under way: wait for replies" })

/**
 * Lets a page get the files of the fake from its own origin: its policy allows no other. Only text that begins with their
 * URL is replaced, never a URL inside of what users write.
 */
const localizer = (desk: requests.Desk, host: string): ((text: string) => string) => {
  const base = desk.core.world.files.base
  const pattern = new RegExp(`(?<!\\\\)"${base}/`, "g")
  return (text) => (base === undefined || !text.includes(base) ? text : text.replace(pattern, `"http://${host}/cdn/`))
}

/** The pages of one playground. */
export class Pages {
  readonly #clients = new Set<Client>()
  readonly #run: (effect: Effect.Effect<void>) => unknown
  readonly #limits: Limits
  #desk: requests.Desk | undefined

  constructor(options: { readonly run: (effect: Effect.Effect<void>) => unknown; readonly limits: Limits }) {
    this.#run = options.run
    this.#limits = options.limits
  }

  /** Begins to fulfil requests. The returned function ends it. */
  open(desk: requests.Desk): () => void {
    this.#desk = desk
    const follow = requests.followFaults(desk)
    return desk.core.signal.listen(() => {
      if (!desk.faults.isEmpty) this.#run(follow)
    })
  }

  /** Tells every page that has opened the channel, or all of them. */
  publish(update: Protocol.Update, channel?: string): void {
    if (this.#clients.size === 0) return
    let text: string | undefined
    for (const client of this.#clients) {
      if (channel === undefined || client.channels.has(channel)) client.send(update, (text ??= JSON.stringify(update)))
    }
  }

  /** Welcomes a page. */
  connect(socket: WebSocket, host: string): void {
    const desk = this.#desk
    if (desk === undefined) return socket.terminate()
    const client = new Client({ socket, limits: this.#limits, localize: localizer(desk, host) })
    // What has changed until now is in the welcome.
    desk.changes.flush()
    const isHere = () => this.#clients.has(client)
    socket.on("message", (data, isBinary) => this.#receive(desk, client, isBinary ? "" : String(data)))
    socket.on("close", () => this.#clients.delete(client))
    // Frames that are too large or malformed close it.
    socket.on("error", () => socket.terminate())
    this.#clients.add(client)
    this.#run(
      Effect.map(desk.faults.views, (faults) => {
        if (!isHere()) return
        const { program, recorder, time, view } = desk
        client.send({
          ...desk.changes.hello(),
          faults,
          program: view(),
          canAdvance: time !== undefined,
          recorded: recorder?.count() ?? 0
        })
        const lines = program?.output() ?? []
        if (lines.length > 0) client.send({ type: "output", lines })
      })
    )
  }

  #receive(desk: requests.Desk, client: Client, text: string): void {
    const { request, seq = -1 } = requests.read(text)
    if (Result.isFailure(request)) return client.send(refusalOf(seq, request.failure))
    if (client.isBusy) return client.send(refusalOf(seq, tooMany))
    const asked = request.success
    client.pending++
    // From here on, so that no message is missed between the page and the first update.
    const isKnown = asked.type === "messages" && desk.core.world.channels.has(asked.channel)
    if (isKnown) client.channels.add(asked.channel)
    this.#run(
      requests.fulfil(desk, asked).pipe(
        Effect.map((value): Protocol.Reply => ({ type: "reply", seq, ok: true, value })),
        Effect.catch((refusal) => Effect.succeed(refusalOf(seq, refusal))),
        Effect.catchCause((cause) =>
          Effect.as(
            Effect.logError(`The playground could not fulfil a request: ${asked.type}`, cause),
            refusalOf(seq, new Refusal({ tag: "Defect", detail: Cause.pretty(cause) }))
          )
        ),
        Effect.map((reply) => {
          client.pending--
          client.send(reply)
        })
      )
    )
  }
}
