/** Interactions on their way between members: `RuntimeOwners` over calls. */
import * as Effect from "effect/Effect"
import * as RuntimeOwners from "../../interactions/router/RuntimeOwners.ts"
import type { Member } from "./member.ts"
import type { Peers } from "./peers.ts"
import { codec } from "./questions.ts"

const forwardeds = codec(RuntimeOwners.Forwarded)
const outcomes = codec(RuntimeOwners.Outcome)

const gone: RuntimeOwners.Outcome = { _tag: "Gone" }
const unreachable: RuntimeOwners.Outcome = { _tag: "Unreachable" }

/** What this process receives for others, and how it brings them what is theirs. */
export class Forwarding {
  readonly #member: Member
  readonly #peers: Peers
  readonly #receivers = new Map<string, RuntimeOwners.Receive>()

  constructor(member: Member, peers: Peers) {
    this.#member = member
    this.#peers = peers
  }

  /** The service of this member. */
  readonly service: RuntimeOwners.RuntimeOwners["Service"] = RuntimeOwners.RuntimeOwners.of({
    forward: (forwarded) => this.#forward(forwarded),
    own: (mark, receive) =>
      Effect.asVoid(
        Effect.acquireRelease(
          Effect.sync(() => this.#receivers.set(mark, receive)),
          () => Effect.sync(() => this.#receivers.delete(mark))
        )
      )
  })

  /** Takes what another member has received, as JSON texts. */
  receive(text: string): Effect.Effect<string> {
    return forwardeds.decode(text).pipe(
      Effect.flatMap((forwarded) => this.#receivers.get(forwarded.mark)?.(forwarded) ?? Effect.succeed(gone)),
      Effect.flatMap(outcomes.encode)
    )
  }

  #forward(forwarded: RuntimeOwners.Forwarded): Effect.Effect<RuntimeOwners.Outcome> {
    return Effect.suspend(() => {
      const name = this.#member.marks.get(forwarded.mark)
      // It may be of a process that this one has not heard of yet.
      if (name === undefined) return Effect.succeed(unreachable)
      return forwardeds.encode(forwarded).pipe(
        Effect.flatMap((text) => this.#peers.call(name, (client) => client.Forward({ forwarded: text }))),
        Effect.flatMap(outcomes.decode),
        Effect.catchTag("Unreachable", () =>
          Effect.map(this.#peers.nobodyListens(name), (isGone) => (isGone ? gone : unreachable))
        )
      )
    })
  }
}
