/** What keeps the place of a list while rows above it come, or get another height. */
import type { Row } from "./rows.ts"

/**
 * The key of each row. A function per list, because positions of the list before are looked up by the keys that it had.
 */
export const keysOf =
  (rows: ReadonlyArray<Pick<Row, "key">>) =>
  (index: number): string | number =>
    rows[index]?.key ?? index

/** Knows for each row whether another height of it moves what is being read. */
export class Anchor {
  readonly #measured = new Set<unknown>()
  #head: unknown

  /** Other rows are in the list. The one that was first may lose the name or the date above it. */
  replace(before: ReadonlyArray<Pick<Row, "key">>, after: ReadonlyArray<Pick<Row, "key">>): void {
    const first = before[0]?.key
    if (first !== undefined && first !== after[0]?.key) this.#head = first
  }

  /**
   * Whether a row that gets another height moves what is being read at `offset`, so that the list has to be scrolled by the
   * difference. A row that was estimated so far comes from above and grows upwards, and so does one that changes at its
   * head. Others do if they end above the first visible line; one that reaches into view grows downwards.
   */
  shifts(row: { readonly key: unknown; readonly start: number; readonly end: number }, offset: number): boolean {
    const isHead = row.key === this.#head
    const isEstimated = !this.#measured.has(row.key)
    this.#measured.add(row.key)
    if (isHead) this.#head = undefined
    return isHead ? row.start <= offset : isEstimated ? row.start < offset : row.end <= offset
  }
}
