/** One request for members, and its answer in chunks as a Stream. */
import type { APIGuildMember, GatewayRequestGuildMembersData } from "../../discord/DiscordApi.ts"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { maxRequestedMembers, opcodes } from "../../discord/gatewayNumbers.ts"
import * as GatewayError from "../GatewayError.ts"
import type { GatewayEvents } from "../GatewayEvents.ts"
import type { Chunk, Request } from "../MemberChunks.ts"
import type { ShardId } from "../ShardId.ts"
import type { Payload } from "../ShardMessenger.ts"
import * as Errors from "./errors.ts"

/** The shard to ask. */
export interface Asked {
  readonly id: ShardId
  readonly events: GatewayEvents["Service"]
  readonly send: (payload: Payload) => Effect.Effect<void, GatewayError.GatewayError>
  /** Sends to the shard that serves the guild now, which is another one after a reshard. */
  readonly sendToServing: (guildId: string, payload: Payload) => Effect.Effect<void, GatewayError.GatewayError>
  /**
   * Listens, until the scope closes, to shards that IDENTIFY, and with `undefined` to a reshard that has replaced all of
   * them.
   */
  readonly onNewSession: (listener: (shard: ShardId | undefined) => void) => Effect.Effect<void, never, Scope.Scope>
}

type Answer =
  | { readonly _tag: "Chunk"; readonly chunk: Chunk }
  | { readonly _tag: "RateLimited"; readonly retryAfter: Duration.Duration }
  /** The session that was asked is no more, and its answer with it. */
  | { readonly _tag: "NewSession" }

/** A request that is under way. */
interface Asking {
  readonly nonce: string
  readonly answers: Queue.Queue<Answer>
  /** The request was sent, and not since it had to be sent again. */
  isAsked: boolean
  /** A reshard has replaced the shard that was asked first. */
  isReplaced: boolean
}

/** The chunks of the answer in the order of their arrival. Ends when each has arrived. */
export const chunks = (request: Request, shard: Asked): Stream.Stream<Chunk, GatewayError.GatewayError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const timeout = request.timeout ?? "30 seconds"
      const limit = Duration.toMillis(timeout)
      if (!Number.isFinite(limit))
        return yield* Errors.invalidOptions("timeout", "it is infinite: expected a finite one")
      const nonce = `f${Math.floor((yield* Random.next) * Number.MAX_SAFE_INTEGER).toString(36)}`
      const asking: Asking = { answers: yield* Queue.unbounded<Answer>(), isAsked: false, isReplaced: false, nonce }
      yield* listen(request, shard, asking)
      const payload: Payload = { op: opcodes.requestGuildMembers, d: toData(request, nonce) }
      const send = Effect.suspend(() => {
        asking.isAsked = false
        const sent = asking.isReplaced ? shard.sendToServing(request.guildId, payload) : shard.send(payload)
        return Effect.map(sent, () => {
          asking.isAsked = true
        })
      })
      yield* send
      // What arrives twice, because it was asked for twice, is handed on once.
      const received = new Set<number>()
      const next: Effect.Effect<Chunk, GatewayError.GatewayError> = Queue.take(asking.answers).pipe(
        Effect.timeoutOrElse({ duration: timeout, orElse: () => Effect.fail(timedOut(request.guildId, limit)) }),
        Effect.flatMap((answer) => {
          const again = Effect.suspend(() => next)
          if (answer._tag === "NewSession") return Effect.andThen(send, again)
          if (answer._tag === "RateLimited") {
            return Effect.sleep(answer.retryAfter).pipe(Effect.andThen(send), Effect.andThen(again))
          }
          const { chunk } = answer
          if (received.has(chunk.chunk_index)) return again
          received.add(chunk.chunk_index)
          return Effect.succeed(chunk)
        })
      )
      return Stream.fromEffectRepeat(next).pipe(Stream.takeUntil((chunk) => received.size >= chunk.chunk_count))
    })
  )

/** The members of the answer. */
export const members = (request: Request, shard: Asked): Stream.Stream<APIGuildMember, GatewayError.GatewayError> =>
  Stream.flatMap(chunks(request, shard), (chunk) => Stream.fromIterable(chunk.members))

// What Discord sends is bounded by the size of the guild, and cannot be slowed down.
const listen = Effect.fnUntraced(function* (
  { guildId }: Request,
  { events, id, onNewSession }: Asked,
  asking: Asking
): Effect.fn.Return<void, never, Scope.Scope> {
  const { answers, nonce } = asking
  yield* onNewSession((shard) => {
    if (shard === undefined) asking.isReplaced = true
    // A request that waits for this very session is not sent twice.
    if (!asking.isAsked || (shard !== undefined && shard !== id && !asking.isReplaced)) return
    asking.isAsked = false
    Queue.offerUnsafe(answers, { _tag: "NewSession" })
  })
  yield* events.listen("GUILD_MEMBERS_CHUNK", (chunk) => {
    if (chunk.nonce === nonce && Array.isArray(chunk.members)) Queue.offerUnsafe(answers, { _tag: "Chunk", chunk })
  })
  yield* events.listen("RATE_LIMITED", (limited, from) => {
    if ((from.id !== id && !asking.isReplaced) || limited.opcode !== opcodes.requestGuildMembers) return
    const { meta, retry_after: seconds } = limited
    if (typeof meta !== "object" || meta === null || !(seconds >= 0)) return
    const { guild_id, nonce: limitedNonce } = meta
    if (limitedNonce === nonce || (limitedNonce === undefined && guild_id === guildId)) {
      Queue.offerUnsafe(answers, { _tag: "RateLimited", retryAfter: Duration.seconds(seconds) })
    }
  })
})

const toData = (request: Request, nonce: string): GatewayRequestGuildMembersData => ({
  guild_id: request.guildId,
  nonce,
  ...(request.presences === undefined ? undefined : { presences: request.presences }),
  ...("userIds" in request
    ? { user_ids: [...request.userIds] }
    : { query: request.query, limit: request.limit ?? (request.query === "" ? 0 : maxRequestedMembers) })
})

const timedOut = (guildId: string, limit: number) =>
  GatewayError.fromReason(new GatewayError.RequestTimedOut({ detail: `the members of guild ${guildId}`, limit }))
