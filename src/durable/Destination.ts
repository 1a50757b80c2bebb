/** Where a dialogue sends a message: plain values, which may be stored. */

/** Where a message goes. */
export type Destination =
  | { readonly _tag: "Channel"; readonly id: string }
  | { readonly _tag: "User"; readonly id: string }
  | { readonly _tag: "Reply" }

/** Into a channel or a thread. */
export const channel = (id: string): Destination => ({ _tag: "Channel", id })

/** To a user, as a direct message. */
export const dm = (userId: string): Destination => ({ _tag: "User", id: userId })

/**
 * Where the user is who used the dialogue last: it replaces the response to the command, or after an answer the question. That
 * works for 15 minutes; after that it is a message into the same channel, or to the user alone if the response was ephemeral.
 */
export const reply: Destination = { _tag: "Reply" }
