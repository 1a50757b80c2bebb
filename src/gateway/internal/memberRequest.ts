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

/** The shard to ask. */
export interface Asked {
  readonly id: ShardId
  readonly events: GatewayEvents["Service"]
  readonly send: (payload: Payload) => Effect.Effect<void, GatewayError.GatewayError>
}

type Answer =
  | { readonly _tag: "Chunk"; readonly chunk: Chunk }
  | { readonly _tag: "RateLimited"; readonly retryAfter: Duration.Duration }

/** The chunks of the answer in the order of their arrival. Ends after the last one. */
export const chunks = (request: Request, shard: Asked): Stream.Stream<Chunk, GatewayError.GatewayError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const nonce = `f${Math.floor((yield* Random.next) * Number.MAX_SAFE_INTEGER).toString(36)}`
      const answers = yield* listen(request, shard, nonce)
      const send = shard.send({ op: opcodes.requestGuildMembers, d: toData(request, nonce) })
      yield* send

      const timeout = request.timeout ?? "30 seconds"
      const next: Effect.Effect<Chunk, GatewayError.GatewayError> = Queue.take(answers).pipe(
        Effect.timeoutOrElse({
          duration: timeout,
          orElse: () => Effect.fail(timedOut(request.guildId, Duration.toMillis(timeout)))
        }),
        Effect.flatMap((answer) =>
          answer._tag === "Chunk"
            ? Effect.succeed(answer.chunk)
            : Effect.sleep(answer.retryAfter).pipe(Effect.andThen(send), Effect.andThen(Effect.suspend(() => next)))
        )
      )
      let received = 0
      return Stream.fromEffectRepeat(next).pipe(Stream.takeUntil((chunk) => ++received >= chunk.chunk_count))
    })
  )

/** The members of the answer. */
export const members = (request: Request, shard: Asked): Stream.Stream<APIGuildMember, GatewayError.GatewayError> =>
  Stream.flatMap(chunks(request, shard), (chunk) => Stream.fromIterable(chunk.members))

// What Discord sends is bounded by the size of the guild, and cannot be slowed down.
const listen = Effect.fnUntraced(function* (
  { guildId }: Request,
  { events, id }: Asked,
  nonce: string
): Effect.fn.Return<Queue.Queue<Answer>, never, Scope.Scope> {
  const answers = yield* Queue.unbounded<Answer>()
  yield* events.listen("GUILD_MEMBERS_CHUNK", (chunk) => {
    if (chunk.nonce === nonce && Array.isArray(chunk.members)) Queue.offerUnsafe(answers, { _tag: "Chunk", chunk })
  })
  yield* events.listen("RATE_LIMITED", (limited, from) => {
    if (from.id !== id || limited.opcode !== opcodes.requestGuildMembers) return
    const { meta, retry_after: seconds } = limited
    if (typeof meta !== "object" || meta === null || !(seconds >= 0)) return
    const { guild_id, nonce: limitedNonce } = meta
    if (limitedNonce === nonce || (limitedNonce === undefined && guild_id === guildId)) {
      Queue.offerUnsafe(answers, { _tag: "RateLimited", retryAfter: Duration.seconds(seconds) })
    }
  })
  return answers
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
