/** One limiter for the whole cluster: who sends which request to Discord, and how many invalid ones all had. */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as RestOwners from "../../rest/RestOwners.ts"
import type { RpcClientError } from "effect/rpc/RpcClientError"
import type { Member } from "./member.ts"
import type { Peers } from "./peers.ts"

// How often members tell each other how many invalid requests they had.
const countsInterval = "10 seconds"
const statusTimeout = "1 second"

/** Who owns which bucket, among the members that live. */
export const makeOwners = (member: Member, peers: Peers): RestOwners.RestOwners =>
  RestOwners.make({
    self: member.name,
    members: () => member.peers.map(({ name }) => name),
    send: (name, request) =>
      peers
        .callExactly(name, (client) => client.Send({ request }))
        .pipe(
          Effect.catchTag("RpcClientError", (error) =>
            Effect.fail(
              new RestOwners.Unreachable({ member: name, mayHaveArrived: !wasNotSent(error), cause: error.message })
            )
          )
        )
  })

const wasNotSent = ({ reason }: RpcClientError): boolean => reason._tag === "SocketOpenError"

/** Tells this member the counts of the others, for ever. */
export const mergeCounts = (member: Member, peers: Peers, owners: RestOwners.RestOwners): Effect.Effect<never> =>
  Effect.suspend(() =>
    Effect.forEach(
      member.peers.filter(({ name }) => name !== member.name),
      ({ name }) =>
        peers
          .call(name, (client) => client.Status({ from: member.name }), statusTimeout)
          .pipe(
            Effect.flatMap(({ invalidRequests }) => owners.merge(name, invalidRequests)),
            // What another version answers may be unreadable, which is a defect.
            Effect.ignoreCause
          ),
      { concurrency: "unbounded", discard: true }
    )
  ).pipe(Effect.repeat(Schedule.spaced(countsInterval)), Effect.andThen(Effect.never))
