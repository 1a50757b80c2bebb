/** Takes the place of `src/testing/internal/program/Quiet.ts`, which asks Node what is under way. */
import { later } from "./later.ts"

const turn = (): Promise<void> => new Promise((resolve) => later(resolve))

// A request, its response and what is made of that are some turns each, and every turn empties the queue of promises.
const turns = 24

export const watch = (): void => undefined

export const settle = async (): Promise<void> => {
  for (let count = 0; count < turns; count++) await turn()
}

/** The same: a page has no sockets. */
export const settleSockets = (): Promise<void> => settle()
