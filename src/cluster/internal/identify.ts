/** When a shard of a cluster may IDENTIFY: the coordinator's queue and budget, as a member uses them. */
import * as Effect from "effect/Effect"
import type { GatewayError } from "../../gateway/GatewayError.ts"
import { IdentifyBudget } from "../../gateway/IdentifyBudget.ts"
import { IdentifyQueue, type Turn } from "../../gateway/IdentifyQueue.ts"
import * as Elapsed from "../../internal/Elapsed.ts"
import type { Member } from "./member.ts"
import type { Client, Peers } from "./peers.ts"
import type { NotCoordinator } from "./protocol.ts"
import type { RpcClientError } from "effect/rpc/RpcClientError"

// Milliseconds between two questions to a coordinator that does not answer.
const again = 250

type Use<A, E> = (client: Client) => Effect.Effect<A, E | NotCoordinator | RpcClientError>

/**
 * Asks the coordinator, and the next one if there is a next one before it has answered: what an old one says then does
 * not count.
 */
export const coordinated = <A, E>(member: Member, peers: Peers, use: Use<A, E>): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    const term = member.heard?.term
    const coordinator = member.heard?.coordinator
    const replaced = member.moved.until(() => (member.heard?.term === term ? undefined : Effect.succeed(replacedBy)))
    if (coordinator === undefined) return Effect.andThen(replaced, coordinated(member, peers, use))
    const asked = peers
      .call(coordinator, use)
      .pipe(
        Effect.catch((error): Effect.Effect<A | typeof replacedBy, E> =>
          isAboutCoordinator(error) ? Effect.as(Effect.sleep(again), replacedBy) : Effect.fail(error as E)
        )
      )
    return Effect.flatMap(Effect.raceFirst(asked, replaced), (answer) =>
      answer === replacedBy ? coordinated(member, peers, use) : Effect.succeed(answer as A)
    )
  })

const replacedBy = Symbol("another coordinator is to be asked")

const isAboutCoordinator = (error: unknown): boolean => {
  const tag = (error as { readonly _tag?: unknown } | null)?._tag
  return tag === "Unreachable" || tag === "NotCoordinator"
}

/** The queue of the whole cluster. */
export const queue = (member: Member, peers: Peers): IdentifyQueue["Service"] =>
  IdentifyQueue.of({
    take: ({ maxConcurrency, missed, shard }) =>
      coordinated<Turn, never>(member, peers, (client) =>
        Effect.clockWith((clock) => {
          const askedAt = Elapsed.millis(clock)
          const given = client.TakeIdentify({ maxConcurrency, shard, missed: missed === true })
          return Effect.map(given, ({ lasts, waited }): Turn => {
            const overAt = askedAt + waited + lasts
            return { use: () => Elapsed.millis(clock) < overAt }
          })
        })
      )
  })

/** The budget of the whole cluster. */
export const budget = (member: Member, peers: Peers): IdentifyBudget["Service"] =>
  IdentifyBudget.of({
    take: coordinated<void, GatewayError>(member, peers, (client) => client.TakeBudget(undefined)),
    // A shard that ends does not wait for a coordinator: one IDENTIFY more or less is none of a day.
    giveBack: Effect.asVoid(
      Effect.timeoutOption(
        coordinated<void, never>(member, peers, (client) => client.GiveBudgetBack(undefined)),
        again * 4
      )
    ),
    require: (count) => coordinated<void, GatewayError>(member, peers, (client) => client.RequireBudget({ count }))
  })
