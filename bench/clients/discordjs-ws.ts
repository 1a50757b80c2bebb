/** `@discordjs/ws`, started as in its documentation. */
import { REST } from "@discordjs/rest"
import { CompressionMethod, WebSocketManager, WebSocketShardEvents } from "@discordjs/ws"
import { GatewayDispatchEvents } from "discord-api-types/v10"
import type { Seen } from "../client.ts"
import { type Job, someKinds, token } from "../lib/protocol.ts"

/** The manager of all shards, and a promise that resolves when they are ready. */
export const makeManager = (job: Job): { manager: WebSocketManager; rest: REST; ready: Promise<unknown> } => {
  const rest = new REST({ api: `${job.http}/api` }).setToken(token)
  const manager = new WebSocketManager({
    token,
    rest,
    intents: 0,
    shardCount: job.shards,
    compression: job.compression === undefined ? null : CompressionMethod.ZlibNative
  })
  const ready = new Promise<void>((resolve) => {
    let left = job.shards
    manager.on(WebSocketShardEvents.Ready, () => {
      if (--left === 0) resolve()
    })
  })
  manager.on(WebSocketShardEvents.Error, () => {})
  return { manager, rest, ready }
}

/** Connects all shards. */
export const start = async (job: Job, seen: Seen): Promise<void> => {
  const { manager, ready } = makeManager(job)
  const wanted: ReadonlySet<string> = new Set(someKinds)
  if (job.mode === "some") {
    manager.on(WebSocketShardEvents.Dispatch, ({ d, t }) => {
      if (wanted.has(t)) seen(t === GatewayDispatchEvents.InteractionCreate ? d.id : undefined)
    })
  } else if (job.mode !== "idle") {
    manager.on(WebSocketShardEvents.Dispatch, ({ d, t }) => {
      if (t === GatewayDispatchEvents.InteractionCreate) seen(d.id)
      else if (job.mode === "events") seen()
    })
  }
  await manager.connect()
  await ready
}
