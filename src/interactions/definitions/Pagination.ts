/** A message with pages, each of which is made when somebody wants to see it. */
import * as Effect from "effect/Effect"
import type * as Discord from "../../discord/Discord.ts"
import type { Binding, By } from "../replies/Bound.ts"
import type { Interaction } from "../replies/Interaction.ts"
import type { Message } from "../replies/Message.ts"
import * as Reply from "../replies/Reply.ts"
import type { ReplyError } from "../replies/ReplyError.ts"
import type { Text } from "../replies/ErrorReply.ts"
import * as Button from "./Button.ts"

/** How the buttons look. What is given replaces the default. */
export interface Looks {
  /** Default: "⏮". */
  readonly first?: Button.Look | undefined
  /** Default: "◀". */
  readonly previous?: Button.Look | undefined
  /** Default: "▶". */
  readonly next?: Button.Look | undefined
  /** Default: "⏭". Only with a known `count`. */
  readonly last?: Button.Look | undefined
}

/** Options of {@link send}. */
export interface Options<E, R> {
  /**
   * Makes a page when it is shown; the first is 0. `undefined` says that there is no such page, which is how a list ends
   * whose `count` is not known. The buttons come below the page's own components.
   */
  readonly page: (index: number) => Effect.Effect<Message | undefined, E, R>
  /** How many pages there are, at least 1. Default: as many as `page` makes. */
  readonly count?: number | undefined
  /** The page that is shown first. Default: 0. */
  readonly start?: number | undefined
  /** Who may turn pages. All of them see the same page. Default: anyone. */
  readonly by?: By | undefined
  /** What others are told. Default: the bot's text for `Denied`. */
  readonly denied?: Text | undefined
  /** How the buttons look. Default: the arrows of `Looks`. */
  readonly buttons?: Looks | undefined
}

type Move = keyof Looks

const labels = { first: "⏮", previous: "◀", next: "▶", last: "⏭" } as const

/** Where a move leads, in a list that ends at `last` as far as that is known. */
const target = (move: Move, index: number, last: number): number => {
  if (move === "first") return 0
  if (move === "last") return last
  return Math.max(0, Math.min(last, move === "next" ? index + 1 : index - 1))
}

/**
 * Sends a page with buttons that turn to the first, the previous, the next and the last one, for as long as the Runtime
 * lives: it does not wait. Returns what it sent. Clicks are handled one after the other, so that each turns the page that the one before it has
 * shown. Buttons that lead nowhere are disabled; without a `count`, the end of the list is known once somebody has
 * reached it. A user who wants a copy of the list for himself gets one with `replies: { ephemeral: true }` of the
 * command.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Pagination } from "fibercord"
 *
 * const scores = Pagination.send({ page: (index) => Effect.succeed({ content: `Page ${index + 1}` }), count: 5 })
 * ```
 */
export const send = <E = never, R = never>(
  options: Options<E, R>
): Effect.Effect<Reply.Sent, E | ReplyError, R | Interaction | Binding<E | ReplyError, R>> =>
  Effect.gen(function* () {
    const { buttons: looks, by, denied, page } = options
    let index = options.start ?? 0
    let last = options.count === undefined ? Infinity : Math.max(0, options.count - 1)

    /** The page at an index, or the last one there is if the list turns out to end before. */
    const load = Effect.fnUntraced(function* (wanted: number): Effect.fn.Return<readonly [Message, number], E, R> {
      const found = yield* page(wanted)
      if (found !== undefined || wanted <= 0) return [found ?? {}, wanted]
      last = Math.min(last, wanted - 1)
      return yield* load(wanted - 1)
    })
    /** Shows a page. From then on buttons lead on from it, unless it could not be shown. */
    const show = <A, E2, R2>(wanted: number, as: (message: Message) => Effect.Effect<A, E2, R2>) =>
      Effect.flatMap(load(wanted), ([message, at]) =>
        Effect.tap(as(laidOut(message, at)), () => {
          index = at
          return Effect.void
        })
      )
    const turn = (move: Move) => show(target(move, index, last), Reply.update)
    const use = { by: by ?? "anyone", denied } as const
    const bind = (move: Move) => Button.bound({ label: labels[move], ...looks?.[move] }, () => turn(move), use)
    const moves: ReadonlyArray<Move> =
      options.count === undefined ? ["first", "previous", "next"] : ["first", "previous", "next", "last"]
    const bound: Array<readonly [Move, Discord.Button]> = []
    for (const move of moves) bound.push([move, yield* bind(move)])

    const laidOut = (message: Message, at: number): Message => ({
      ...message,
      components: [
        ...(message.components ?? []),
        bound.map(([move, button]) => ({ ...button, disabled: target(move, at, last) === at }))
      ]
    })
    return yield* show(Math.max(0, Math.min(last, index)), Reply.send)
  })
