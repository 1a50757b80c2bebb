/** Opens the connection of a websocket: asks for it, and says whose it is when it was answered. */
import type { Agent } from "node:http"
import type { Socket } from "node:net"
import { requestThrough } from "./agentRequest.ts"
import { newKey, problemOf, type Requested, targetOf } from "./handshake.ts"
import { request } from "./request.ts"
import type { Head } from "./responseHead.ts"
import type { Taker } from "./sharedReads.ts"

/** How to connect. */
export interface Options {
  /** For connections through a forward proxy. */
  readonly agent: Agent | undefined
  /** The longest time until the connection is open, in milliseconds. */
  readonly timeout: number
}

/** How it ends: as opened or as refused, once, and not before {@link upgrade} has returned. */
export interface Callbacks extends Taker {
  readonly onUpgraded: (socket: Socket) => void
  readonly onRefused: (error: unknown) => void
}

/** In milliseconds. Node makes one of what is longer. */
const longestTimer = 2 ** 31 - 1

/**
 * Connects to a URL. Throws when it is none of a websocket. Returns a function that ends what is under way; nothing is
 * called afterwards. Redirects are not followed.
 */
export const upgrade = (url: string, { agent, timeout }: Options, callbacks: Callbacks): (() => void) => {
  const target = targetOf(url)
  const key = newKey()
  let isSettled = false
  let timer: NodeJS.Timeout | undefined
  const settle = (): boolean => {
    if (isSettled) return false
    isSettled = true
    clearTimeout(timer)
    return true
  }
  const refuse = (error: unknown): void => {
    if (!settle()) return
    end()
    callbacks.onRefused(error)
  }
  const accept = (head: Head, socket: Socket): boolean => {
    const problem = problemOf(head, key)
    if (problem !== undefined) refuse(new Error(problem))
    // It was refused, just now or before.
    if (!settle()) return false
    callbacks.onUpgraded(socket)
    return true
  }
  const requested: Requested = { accept, refuse, taker: callbacks }
  const end = agent === undefined ? request(target, key, requested) : requestThrough(agent, target, key, requested)
  // Node's timer, as it watches a socket. Not before the request: that may throw, as it does with an agent for another protocol.
  timer = setTimeout(() => refuse(new Error("Opening handshake has timed out")), Math.min(timeout, longestTimer))
  return () => {
    if (settle()) end()
  }
}
