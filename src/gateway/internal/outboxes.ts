/** The outboxes of the shards of one total. They outlive the shards: a presence belongs to the bot, not to a shard. */
import * as Effect from "effect/Effect"
import type { ShardId } from "../ShardId.ts"
import * as Outbox from "./outbox.ts"

/** Outboxes by shard, each made when it is first needed. */
export class Outboxes {
  readonly #options: Outbox.Options
  readonly #all = new Map<ShardId, Outbox.Outbox>()

  constructor(options: Outbox.Options) {
    this.#options = options
  }

  /** The outbox of a shard. */
  of(id: ShardId): Outbox.Outbox {
    let outbox = this.#all.get(id)
    if (outbox === undefined) {
      outbox = Outbox.make(id, this.#options)
      this.#all.set(id, outbox)
    }
    return outbox
  }

  /** Sets the presence of each shard for the shard of the same number in `next`. */
  handPresencesTo(next: Outboxes): Effect.Effect<void> {
    return Effect.suspend(() =>
      Effect.forEach(
        this.#all,
        ([id, outbox]) => {
          const presence = outbox.presence()
          const successor = next.of(id)
          return presence === undefined || presence === successor.presence()
            ? Effect.void
            : successor.setPresence(presence)
        },
        { discard: true }
      )
    )
  }
}
