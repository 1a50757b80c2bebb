/** The numbers of a run. */
import { Expiration } from "fibercord"

export const shards = 24
/** One for each shard. */
export const guilds = shards
export const maxConcurrency = 8
/** Shorter than Discord's 5 seconds, so that a run does not consist of waiting. */
export const identifyInterval = "1 second"
/** How often each guild has an event, in milliseconds. */
export const eventInterval = 50
/** How often a user uses a command, and clicks the button that it shows. */
export const useInterval = 400
/** The lease of members, and what may be added to it until shards are back, in milliseconds. */
export const lease = 5000
export const slack = 2000
/** How long a process that is killed may have not written its sessions, with the time for a write on a busy machine. */
export const unwritten = 1500
export const expiration = Expiration.afterCreation("10 minutes")
