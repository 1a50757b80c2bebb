/** Everything that the bot does. */
import { counter } from "./counter.ts"

export const interactions = [counter]
