/** A value that follows a call through code of others, where the runtime can do that. */
import type * as AsyncHooks from "node:async_hooks"

/** What this needs of Node's `AsyncLocalStorage`. */
export interface Ambient<A> {
  readonly run: <B>(value: A, f: () => B) => B
  readonly getStore: () => A | undefined
}

/** Holds nothing in Workers without Node's modules, which an import would not even load. */
export const make = <A>(): Ambient<A> => {
  const hooks = (globalThis.process as NodeJS.Process | undefined)?.getBuiltinModule?.("node:async_hooks") as
    | typeof AsyncHooks
    | undefined
  return hooks === undefined ? { run: (_, f) => f(), getStore: () => undefined } : new hooks.AsyncLocalStorage<A>()
}
