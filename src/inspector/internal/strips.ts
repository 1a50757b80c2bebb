/** The stages of the last minutes of each shard. */
import * as CloseCode from "../../gateway/CloseCode.ts"
import type { Change, Stage } from "../../gateway/ShardStatus.ts"
import type { StageView } from "../InspectorState.ts"

/** How long stages are kept, in milliseconds, and how many at most. */
const kept = 10 * 60_000
const most = 200

const keyOf = ({ shard, total }: { readonly shard: number; readonly total: number }): string => `${shard}/${total}`

/** How a connection ended, if that is what a stage says. */
const endOf = (stage: Stage): string | undefined => {
  if (stage._tag === "Disconnected") return CloseCode.describe(stage.end)
  return stage._tag === "Fatal" ? stage.error.message : undefined
}

/** The stages of all shards, by their manager. */
export class Strips {
  readonly #byManager = new Map<object, Map<string, Array<StageView>>>()

  note(manager: object, change: Change): void {
    const strips = this.#byManager.get(manager) ?? new Map<string, Array<StageView>>()
    this.#byManager.set(manager, strips)
    const strip = strips.get(keyOf(change)) ?? []
    strips.set(keyOf(change), strip)
    const { at, to } = change
    strip.push({ stage: to._tag, at, end: endOf(to) })
    // The stage that began before the time that is kept lasts into it.
    while (strip.length > most || (strip[1] !== undefined && strip[1].at < at - kept)) strip.shift()
  }

  of(manager: object, shard: number, total: number, now: number): ReadonlyArray<StageView> {
    const strip = this.#byManager.get(manager)?.get(keyOf({ shard, total })) ?? []
    const first = strip.findIndex((_, index) => (strip[index + 1]?.at ?? Infinity) > now - kept)
    return strip.slice(Math.max(first, 0))
  }

  forget(manager: object): void {
    this.#byManager.delete(manager)
  }
}
