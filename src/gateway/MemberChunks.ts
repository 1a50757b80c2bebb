/**
 * Members of a guild over the gateway: one request, an answer in chunks, as a Stream.
 *
 * Chunks are matched to their request by a nonce, so requests for one guild may run at the same time. Interrupting the
 * stream stops listening. When Discord limits the request, it is sent again after the time that Discord names.
 *
 * Sources: Discord, "Request Guild Members", "Guild Members Chunk" and "Rate Limited".
 */
import type { APIGuildMember, GatewayGuildMembersChunkDispatchData } from "discord-api-types/v10"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import * as GatewayError from "./GatewayError.ts"
import type { GatewayEvents } from "./GatewayEvents.ts"
import { opcodes, type Payload } from "./Outbox.ts"
import type { ShardId } from "./ShardId.ts"

/** Which members. */
export type Request = {
  readonly guildId: string
  /** Also asks for presences, which needs the intent GuildPresences. They are in {@link chunks} only. */
  readonly presences?: boolean | undefined
  /** Longest time to wait for the next chunk. Default: 30 seconds. */
  readonly timeout?: Duration.Input | undefined
} & (
  | {
      /** Members whose name starts with this; the empty string, with `limit` 0, means all, and needs GuildMembers. */
      readonly query: string
      /** At most so many, up to 100 with a query. Default: 0 for all members, 100 with a query. */
      readonly limit?: number | undefined
    }
  | {
      /** These members, at most 100. */
      readonly userIds: ReadonlyArray<string>
    }
)

/** One chunk of an answer. */
export type Chunk = GatewayGuildMembersChunkDispatchData

type Answer =
  | { readonly _tag: "Chunk"; readonly chunk: Chunk }
  | { readonly _tag: "RateLimited"; readonly retryAfter: Duration.Duration }

/** The chunks of an answer, in the order of their arrival. Ends after the last. */
export const chunks = (
  request: Request,
  shard: {
    readonly id: ShardId
    readonly events: GatewayEvents["Service"]
    readonly send: (payload: Payload) => Effect.Effect<void, GatewayError.GatewayError>
  }
): Stream.Stream<Chunk, GatewayError.GatewayError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      // What Discord sends is bounded by the size of the guild, and cannot be asked to wait.
      const answers = yield* Queue.unbounded<Answer>()
      const nonce = `f${Math.floor((yield* Random.next) * Number.MAX_SAFE_INTEGER).toString(36)}`

      yield* shard.events.listen("GUILD_MEMBERS_CHUNK", (chunk) => {
        if (chunk.nonce === nonce && Array.isArray(chunk.members)) Queue.offerUnsafe(answers, { _tag: "Chunk", chunk })
      })
      yield* shard.events.listen("RATE_LIMITED", (limited, from) => {
        if (from.id !== shard.id || limited.opcode !== opcodes.requestMembers) return
        const { meta, retry_after: seconds } = limited
        if (typeof meta !== "object" || meta === null || !(seconds >= 0)) return
        const { guild_id, nonce: limitedNonce } = meta
        if (limitedNonce === nonce || (limitedNonce === undefined && guild_id === request.guildId)) {
          Queue.offerUnsafe(answers, { _tag: "RateLimited", retryAfter: Duration.seconds(seconds) })
        }
      })

      const send = shard.send({
        op: opcodes.requestMembers,
        d: {
          guild_id: request.guildId,
          nonce,
          ...(request.presences === undefined ? undefined : { presences: request.presences }),
          ...("userIds" in request
            ? { user_ids: [...request.userIds] }
            : { query: request.query, limit: request.limit ?? (request.query === "" ? 0 : 100) })
        }
      })
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

/** The members of an answer. */
export const members = (
  request: Request,
  shard: Parameters<typeof chunks>[1]
): Stream.Stream<APIGuildMember, GatewayError.GatewayError> =>
  Stream.flatMap(chunks(request, shard), (chunk) => Stream.fromIterable(chunk.members))

const timedOut = (guildId: string, limit: number) =>
  GatewayError.fail(new GatewayError.RequestTimedOut({ detail: `the members of guild ${guildId}`, limit }))
