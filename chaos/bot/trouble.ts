/** Trouble inside the bot process, on order: in the session store, the wall clock and handlers of gateway events. */
import { Effect, Layer } from "effect"
import { KeyValueStore } from "effect/persistence"
import { GatewayEvents, SessionStore } from "fibercord"
import * as settings from "../settings.ts"
import type { HandlerMode, StoreMode } from "../wire.ts"

/** The trouble at the moment, which orders set. */
export const trouble = {
  store: "works" as StoreMode,
  handlers: "works" as HandlerMode,
  /** How many more events the handlers mistreat. */
  mistreated: 0,
  /** How far off the wall clock is, in milliseconds. */
  jump: 0
}

/** A `KeyValueStore` with trouble. */
export const layerStore: Layer.Layer<KeyValueStore.KeyValueStore, never, KeyValueStore.KeyValueStore> = Layer.effect(
  KeyValueStore.KeyValueStore,
  Effect.map(KeyValueStore.KeyValueStore, (store) => {
    const troubled = <A>(method: string, effect: Effect.Effect<A, KeyValueStore.KeyValueStoreError>) =>
      Effect.suspend(() => {
        if (trouble.store === "works") return effect
        if (trouble.store === "hangs") return Effect.never
        if (trouble.store === "dies") return Effect.die(new Error("the session store died on purpose"))
        return Effect.fail(new KeyValueStore.KeyValueStoreError({ method, message: "on purpose" }))
      })
    return KeyValueStore.make({
      get: (key) => troubled("get", store.get(key)),
      getUint8Array: (key) => troubled("getUint8Array", store.getUint8Array(key)),
      set: (key, value) => troubled("set", store.set(key, value)),
      remove: (key) => troubled("remove", store.remove(key)),
      clear: troubled("clear", store.clear),
      size: troubled("size", store.size),
      keys: troubled("keys", store.keys)
    })
  })
)

/** Reports the session that each shard loads; the sessions of READY are visible to everybody. */
export const layerSessions = (
  onSession: (shard: number, session: string) => void
): Layer.Layer<SessionStore.SessionStore, never, SessionStore.SessionStore> =>
  Layer.effect(
    SessionStore.SessionStore,
    Effect.map(SessionStore.SessionStore, (store) => ({
      ...store,
      load: (key: SessionStore.SessionKey) =>
        Effect.tap(store.load(key), (session) =>
          Effect.sync(() => {
            if (session !== undefined) onSession(key.shard, session.id)
          })
        )
    }))
  )

/** Blocks the event loop. */
export const block = (millis: number): void => {
  const until = performance.now() + millis
  while (performance.now() < until);
}

const mistreat = Effect.suspend((): Effect.Effect<unknown> => {
  if (trouble.mistreated <= 0) return Effect.void
  trouble.mistreated--
  switch (trouble.handlers) {
    case "fails":
      // A handler without types could do this.
      return Effect.fail("on purpose") as unknown as Effect.Effect<never>
    case "dies":
      return Effect.die(new Error("on purpose"))
    case "throws":
      throw new Error("on purpose")
    case "hangs":
      return Effect.sleep(settings.bot.hang)
    case "blocks":
      return Effect.sync(() => block(20))
    case "works":
      return Effect.void
  }
})

/** Handlers that misbehave, beside those of the ledger. */
export const layerHandlers = Layer.mergeAll(
  GatewayEvents.on("MESSAGE_CREATE", () => mistreat, { concurrency: 16, waiting: 64 }),
  // A raw listener is called synchronously when the event is received.
  Layer.effectDiscard(
    GatewayEvents.GatewayEvents.use((events) =>
      events.listen("MESSAGE_CREATE", () => {
        if (trouble.handlers === "throws" && trouble.mistreated > 0) throw new Error("on purpose")
      })
    )
  )
)
