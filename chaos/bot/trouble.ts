/**
 * What goes wrong inside of the bot process, on order: the session store, the wall clock, handlers of gateway events.
 */
import { Effect, Layer } from "effect"
import { KeyValueStore } from "effect/persistence"
import { GatewayEvents, SessionStore } from "fibercord"
import * as settings from "../settings.ts"
import type { HandlerMode, StoreMode } from "../wire.ts"

/** What is wrong now. Written by orders. */
export const trouble = {
  store: "works" as StoreMode,
  handlers: "works" as HandlerMode,
  /** How many events the handlers still mistreat. */
  mistreated: 0,
  /** How far the wall clock is off, in milliseconds. */
  jump: 0
}

/** A `KeyValueStore` that has the trouble. */
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

/** Tells which session each shard was started with; those of READY are seen by everybody. */
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
      // What a handler without types would do.
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

/** Handlers beside the ledger's that do what they should not. */
export const layerHandlers = Layer.mergeAll(
  GatewayEvents.on("MESSAGE_CREATE", () => mistreat, { concurrency: 16, waiting: 64 }),
  // A raw listener is called in the very call that received the event.
  Layer.effectDiscard(
    GatewayEvents.GatewayEvents.use((events) =>
      events.listen("MESSAGE_CREATE", () => {
        if (trouble.handlers === "throws" && trouble.mistreated > 0) throw new Error("on purpose")
      })
    )
  )
)
