/**
 * A websocket to the gateway: the client's side of RFC 6455, and of that what Discord needs. It sends text, receives
 * messages, answers pings, and closes. It has no extensions, because Discord compresses payloads and not frames.
 *
 * fibercord once used `ws` for it. That makes a view, a string and an event of each message, where most bots want neither of
 * most messages; here a message is where it lies in what the operating system gave.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Socket } from "node:net"
import { FrameReader, type Sink } from "./frameReader.ts"
import * as FrameWriter from "./frameWriter.ts"
import type { ProtocolError } from "./protocolError.ts"
import { type Callbacks, type Options, upgrade } from "./upgrade.ts"

/** What is reported, in this order. Nothing is reported during the construction. */
export interface Handlers {
  readonly onOpen: () => void
  /** Bytes were read, and the messages in them follow. */
  readonly onRead: () => void
  /** A message: the bytes from `start` to `end`. They are overwritten after the call. It must not throw. */
  readonly onMessage: Sink["onMessage"]
  /**
   * The connection has ended: it was refused, or the peer closed it, with a code or without, or it broke. Reported once,
   * and before the TCP connection is gone when the peer may be slow about that.
   */
  readonly onEnd: (end: SocketEnd) => void
}

/** How a connection ended. */
export interface SocketEnd {
  /** Whether it was open before. */
  readonly wasOpen: boolean
  /** The code that the peer closed it with. */
  readonly code: number | undefined
  /** What was wrong. */
  readonly error: unknown
}

type State =
  | { readonly _tag: "Connecting"; readonly abort: () => void }
  | { readonly _tag: "Open"; readonly socket: Socket }
  /** Nothing may be sent any more. */
  | { readonly _tag: "Closing"; readonly socket: Socket }
  | { readonly _tag: "Closed" }

// Whose a TCP connection is. Its listeners are the same for all of them, because there are many.
const owner = Symbol("the owner of a socket")
type Owned = Socket & { [owner]: GatewaySocket }

function onSocketEnd(this: Owned): void {
  this[owner].onHalfClosed(this)
}
function onSocketDrain(this: Owned): void {
  this[owner].onDrain()
}
function onSocketError(this: Owned, error: unknown): void {
  this[owner].onBroken(error)
}
function onSocketClose(this: Owned): void {
  this[owner].onGone(true)
}

/** One connection. A class that is called back instead of closures, because there are many shards. */
export class GatewaySocket implements Callbacks, Sink {
  readonly #handlers: Handlers
  readonly #reader: FrameReader = new FrameReader(this)
  /** None until somebody waits. */
  #closed: Deferred.Deferred<void> | undefined
  #state: State
  #isEnded = false
  #failure: unknown
  /** The answer to the last ping, while the peer does not read. */
  #owedPong: Buffer | undefined

  /** Connects. Throws when the URL is none of a websocket. */
  constructor(url: string, options: Options, handlers: Handlers) {
    this.#handlers = handlers
    this.#state = { _tag: "Connecting", abort: upgrade(url, options, this) }
  }

  /** Whether something can be sent. */
  get isOpen(): boolean {
    return this.#state._tag === "Open"
  }

  /** Whether the TCP connection is gone. */
  get isClosed(): boolean {
    return this.#state._tag === "Closed"
  }

  /** Completes when the TCP connection is gone. */
  get closed(): Effect.Effect<void> {
    return this.isClosed ? Effect.void : Deferred.await((this.#closed ??= Deferred.makeUnsafe()))
  }

  /** Sends a text. Returns false, and sends nothing, when the connection is not open. */
  send(text: string): boolean {
    const state = this.#state
    if (state._tag !== "Open") return false
    state.socket.write(FrameWriter.text(text))
    return true
  }

  /** Closes with a code. The peer is expected to answer, and {@link terminate} ends the wait for that. */
  close(code: number): void {
    const state = this.#state
    if (state._tag === "Connecting") return this.terminate()
    if (state._tag === "Open") this.#sendClose(state.socket, code)
  }

  /** Ends the TCP connection now. */
  terminate(): void {
    const state = this.#state
    if (state._tag === "Closed") return
    this.#reader.stop()
    if (state._tag !== "Connecting") return void state.socket.destroy()
    state.abort()
    this.onGone(false)
  }

  // What the handshake and the reader call.

  onUpgraded(socket: Socket): void {
    // An agent may have given its sockets one.
    socket.setTimeout(0)
    socket.setNoDelay(true)
    this.#state = { _tag: "Open", socket }
    ;(socket as Owned)[owner] = this
    socket.on("end", onSocketEnd)
    socket.on("drain", onSocketDrain)
    socket.on("error", onSocketError)
    socket.on("close", onSocketClose)
    this.#handlers.onOpen()
  }

  onRefused(error: unknown): void {
    this.#failure = error
    this.onGone(false)
  }

  onBytes(bytes: Buffer, start: number, end: number): void {
    this.#handlers.onRead()
    this.#reader.push(bytes, start, end)
  }

  onMessage(bytes: Buffer, start: number, end: number, isBinary: boolean): void {
    this.#handlers.onMessage(bytes, start, end, isBinary)
  }

  #sendClose(socket: Socket, code: number | undefined): void {
    this.#state = { _tag: "Closing", socket }
    socket.write(FrameWriter.close(code))
  }

  onPing(bytes: Buffer, start: number, end: number): void {
    const state = this.#state
    if (state._tag !== "Open") return
    const pong = FrameWriter.pong(bytes, start, end)
    // A peer that pings and does not read would fill the memory. Only the last ping has to be answered: section 5.5.3.
    if (state.socket.writableNeedDrain) this.#owedPong = pong
    else state.socket.write(pong)
  }

  onDrain(): void {
    const pong = this.#owedPong
    this.#owedPong = undefined
    if (pong !== undefined && this.#state._tag === "Open") this.#state.socket.write(pong)
  }

  onClose(code: number | undefined, answer = code): void {
    const state = this.#state
    if (state._tag === "Connecting" || state._tag === "Closed") return
    if (state._tag === "Open") this.#sendClose(state.socket, answer)
    state.socket.end()
    this.#end(true, code)
  }

  onInvalid(error: ProtocolError): void {
    this.#failure ??= error
    this.onClose(undefined, error.closeCode)
  }

  /** The peer sends nothing more, and may not have said why. Nor is anything sent to it: its end is answered with ours. */
  onHalfClosed(socket: Socket): void {
    if (this.#isEnded) return
    this.#state = { _tag: "Closing", socket }
    this.#end(true, undefined)
  }

  onBroken(error: unknown): void {
    this.#failure ??= error
  }

  onGone(wasOpen: boolean): void {
    this.#state = { _tag: "Closed" }
    this.#reader.stop()
    this.#end(wasOpen, undefined)
    if (this.#closed !== undefined) Deferred.doneUnsafe(this.#closed, Effect.void)
  }

  #end(wasOpen: boolean, code: number | undefined): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#handlers.onEnd({ wasOpen, code, error: this.#failure })
  }
}
