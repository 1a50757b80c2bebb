/** Elements that follow the store. */
import type { ReactiveController, ReactiveControllerHost } from "lit"
import type { Store } from "./Store.ts"

class StoreController implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly store: Store }
  #stop: (() => void) | undefined

  constructor(host: ReactiveControllerHost & { readonly store: Store }) {
    this.#host = host
  }

  hostConnected(): void {
    this.#listen()
  }

  hostUpdate(): void {
    this.#listen()
  }

  hostDisconnected(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  #listen(): void {
    // The store is a property, so that it may come after the element.
    this.#stop ??= (this.#host.store as Store | undefined)?.subscribe(() => this.#host.requestUpdate())
  }
}

/** Draws `host` again whenever its store has changed, from the constructor on. */
export const watchStore = (host: ReactiveControllerHost & { readonly store: Store }): void =>
  host.addController(new StoreController(host))
