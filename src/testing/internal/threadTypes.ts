/** Which channels are threads. Source: Discord, "Channel Types". */

/** The type of a private thread. */
export const privateThread = 12

/** Whether a channel is a thread. */
export const isThread = ({ type }: { readonly type: number }): boolean => type >= 10 && type <= 12
