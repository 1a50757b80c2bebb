/** Random bytes, many from one call of the operating system: each call takes longer than the rest of a frame. */
import { randomFillSync } from "node:crypto"

const size = 4096

/** The bytes. They are overwritten when they have been taken. */
export const pool = Buffer.allocUnsafeSlow(size)
let taken = size

/** Takes so many bytes out of the {@link pool}. Returns where they begin. They are valid in this call. */
export const take = (count: number): number => {
  if (taken + count > size) {
    randomFillSync(pool)
    taken = 0
  }
  taken += count
  return taken - count
}
