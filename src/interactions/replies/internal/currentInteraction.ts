/**
 * The interaction of a handler, together with its responder. After a question the handler goes on with the interaction
 * that answered it; its forks keep the one that they began with.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Predicate from "effect/Predicate"
import type * as Discord from "../../../discord/Discord.ts"
import { contextType, integrationType } from "../../../discord/numbers.ts"
import { isAwaited } from "../../../internal/isAwaited.ts"
import { type Turn, turnOf } from "../../../runtime/internal/turn.ts"
import { type RawInteraction, userIdOf } from "../../wire/rawInteraction.ts"
import type { IntegrationOwners, Interaction, InteractionContext } from "../Interaction.ts"
import type { Responder } from "./responder.ts"

type Service = Interaction["Service"]
const contexts: ReadonlyMap<unknown, InteractionContext> = new Map(
  (Object.keys(contextType) as ReadonlyArray<InteractionContext>).map((name) => [contextType[name], name])
)

type AnyFiber = Fiber.Fiber<unknown, unknown>

/** A turn of a Runtime, or one fiber of it, went on with another interaction. */
interface Move {
  readonly responder: Responder
  readonly turn: Turn | undefined
  /** The fiber that asked. */
  readonly fiber: AnyFiber
  /** Whether the whole turn went on with it, and not only a fork that asked on its own. */
  readonly isWhole: boolean
  /** Fibers with a greater id were made later. */
  readonly lastId: number
}

const isAfter = (move: Move, fiber: AnyFiber, turn: Turn | undefined): boolean => {
  if (fiber === move.fiber) return true
  if (!move.isWhole) return false
  // A fork that has its own turns has what it began with.
  if (turn !== move.turn) return turn?.parent === move.turn && (turn?.root?.id ?? 0) > move.lastId
  return fiber === turn?.root || fiber.id > move.lastId || isAwaited(fiber)
}

// Ids are given in order, so a new fiber has the greatest.
const newestId = (): number => Effect.runForkWith(Context.empty())(Effect.void).id

/** So many moves are kept for forks; an older fork has the oldest of them. */
const keptMoves = 8

/** What the router provides. */
export class CurrentInteraction implements Service {
  /** What the handler began with. */
  readonly initial: Responder
  /** What it had before the oldest move that is kept. */
  private first: Responder
  private moves: Array<Move> | undefined

  constructor(responder: Responder) {
    this.initial = responder
    this.first = responder
  }

  /** From now on, the turn of this fiber has this interaction; a fork that asks on its own has it for itself. */
  moveTo(responder: Responder, fiber: AnyFiber): void {
    const turn = turnOf(fiber)
    const isWhole = fiber === turn?.root || isAwaited(fiber)
    this.moves ??= []
    this.moves.push({ responder, turn, fiber, isWhole, lastId: newestId() })
    if (this.moves.length > keptMoves) {
      const oldest = this.moves.shift()
      if (oldest !== undefined) this.first = oldest.responder
    }
  }

  /** What answers the interaction of the fiber that asks. */
  get responder(): Responder {
    const moves = this.moves
    if (moves === undefined) return this.first
    const fiber = Fiber.getCurrent()
    if (fiber === undefined) return moves.at(-1)?.responder ?? this.first
    const turn = turnOf(fiber)
    return moves.findLast((move) => isAfter(move, fiber, turn))?.responder ?? this.first
  }

  get raw(): RawInteraction {
    return this.responder.raw
  }

  get id(): string {
    return this.raw.id
  }

  // In a guild the user is inside the member. The router has checked that there is one of the two.
  get user(): Discord.User {
    return (this.raw.member?.user ?? this.raw.user) as Discord.User
  }

  get member(): Discord.GuildMember | undefined {
    return this.raw.member
  }

  get guildId(): string | undefined {
    return this.raw.guild_id
  }

  get guild(): Discord.InteractionGuild | undefined {
    return this.raw.guild
  }

  get channelId(): string | undefined {
    return this.raw.channel?.id
  }

  get channel(): Discord.InteractionChannel | undefined {
    return this.raw.channel
  }

  get context(): InteractionContext | undefined {
    return contexts.get(this.raw.context)
  }

  get locale(): string | undefined {
    return this.raw.locale
  }

  get guildLocale(): string | undefined {
    return this.raw.guild_locale
  }

  // Discord sends these three with every interaction, but no check of the router sees to it.
  get entitlements(): ReadonlyArray<Discord.Entitlement> {
    const { entitlements } = this.raw as { readonly entitlements?: unknown }
    return Array.isArray(entitlements) ? (entitlements.filter(Predicate.isObject) as never) : []
  }

  get attachmentSizeLimit(): number | undefined {
    return this.raw.attachment_size_limit
  }

  get authorizingIntegrationOwners(): IntegrationOwners {
    const owners: Readonly<Record<number, string | undefined>> = this.raw.authorizing_integration_owners ?? {}
    return { guild: owners[integrationType.guild], user: owners[integrationType.user] }
  }

  get appPermissions(): string | undefined {
    return this.raw.app_permissions
  }

  get customId(): string | undefined {
    return "custom_id" in this.raw.data ? this.raw.data.custom_id : undefined
  }

  get message(): Discord.Message | undefined {
    return this.responder.message
  }

  get receivedAt(): number {
    return this.responder.receivedAt
  }
}

const current = (interaction: Service): CurrentInteraction => {
  if (interaction instanceof CurrentInteraction) return interaction
  throw new TypeError(
    "This Interaction was not provided by fibercord's router, so it cannot be replied to. " +
      "Run the handler through a bot, for example on FakeDiscord."
  )
}

/** The responder of an interaction. Throws a `TypeError` if it was not provided by the router. */
export const responderOf = (interaction: Service): Responder => current(interaction).responder

/** The id of the user whose interaction the handler began with. */
export const askerOf = (interaction: Service): string => userIdOf(current(interaction).initial.raw)

/** From now on, this fiber and those that wait for it reply to the interaction that was waited for. */
export const moveTo = (interaction: Service, responder: Responder): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    current(interaction).moveTo(responder, fiber)
    return Effect.void
  })
