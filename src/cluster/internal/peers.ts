/** Calls to other members. Connections are opened when they are needed, and closed when they are idle. */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as RcMap from "effect/RcMap"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import { RpcClientProtocol } from "effect/cluster/Runners"
import * as RpcClient from "effect/rpc/RpcClient"
import type { RpcClientError } from "effect/rpc/RpcClientError"
import { connect } from "node:net"
import { MemberRpcs } from "./protocol.ts"

// Milliseconds for a machine to say that nobody listens.
const probeTimeout = 500

/** A member did not answer. What was asked may have been done. */
export class Unreachable extends Schema.TaggedError<Unreachable>("fibercord/cluster/Unreachable")("Unreachable", {
  /** The member, `host:port`. */
  member: Schema.String
}) {
  override get message() {
    return `the member ${this.member} of the cluster does not answer: it has ended or is overloaded. Try again`
  }
}

/** The calls of a member. */
export type Client = RpcClient.FromGroup<typeof MemberRpcs, RpcClientError>

/** Calls to any member by its name. */
export interface Peers {
  /** Makes a call. Fails with `Unreachable` when it has no answer in time. */
  readonly call: <A, E>(
    name: string,
    use: (client: Client) => Effect.Effect<A, E | RpcClientError>,
    within?: Duration.Input
  ) => Effect.Effect<A, Exclude<E, RpcClientError> | Unreachable>
  /** Makes a call. Fails with the error of the connection. */
  readonly callExactly: <A, E>(name: string, use: (client: Client) => Effect.Effect<A, E>) => Effect.Effect<A, E>
  /**
   * Whether the machine of a member says that nothing listens there. Two processes cannot listen on one port, so the member
   * is gone. One that does not answer has not said so.
   */
  readonly nobodyListens: (name: string) => Effect.Effect<boolean>
}

/** The calls of this process. */
export class PeersService extends Context.Service<PeersService, Peers>()("fibercord/cluster/Peers") {}

/** The address of a member by its name, `host:port`. */
export const addressOf = (name: string): RunnerAddress.RunnerAddress => {
  const colon = name.lastIndexOf(":")
  return RunnerAddress.make(name.slice(0, colon), Number(name.slice(colon + 1)))
}

/** The name of a member by its address. */
export const nameOf = ({ host, port }: { readonly host: string; readonly port: number }): string => `${host}:${port}`

/** Makes the calls of this process. */
export const make: Effect.Effect<Peers, never, RpcClientProtocol | Scope.Scope> = Effect.gen(function* () {
  const protocol = yield* RpcClientProtocol
  const clients = yield* RcMap.make({
    lookup: (name: string) =>
      Effect.flatMap(protocol.make(addressOf(name)), (made) =>
        RpcClient.make(MemberRpcs, { disableTracing: true }).pipe(Effect.provideService(RpcClient.Protocol, made))
      ),
    idleTimeToLive: "3 minutes"
  })
  const callExactly: Peers["callExactly"] = (name, use) => Effect.scoped(Effect.flatMap(RcMap.get(clients, name), use))
  return {
    callExactly,
    nobodyListens,
    call: (name, use, within = "Infinity") =>
      callExactly(name, use).pipe(
        Effect.timeout(within),
        Effect.mapError((error) => (isLost(error) ? new Unreachable({ member: name }) : error))
      ) as never
  }
})

const isLost = (error: unknown): boolean => {
  const tag = (error as { readonly _tag?: unknown } | null)?._tag
  return tag === "RpcClientError" || tag === "TimeoutError"
}

const nobodyListens = (name: string): Effect.Effect<boolean> =>
  Effect.callback<boolean>((resume) => {
    const { host, port } = addressOf(name)
    const socket = connect({ host, port, timeout: probeTimeout })
    const done = (isGone: boolean) => {
      socket.destroy()
      resume(Effect.succeed(isGone))
    }
    socket.on("connect", () => done(false))
    socket.on("timeout", () => done(false))
    socket.on("error", (error: NodeJS.ErrnoException) => done(error.code === "ECONNREFUSED"))
    return Effect.sync(() => socket.destroy())
  })
