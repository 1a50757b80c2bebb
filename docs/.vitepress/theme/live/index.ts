/**
 * The button below a live example. Until a reader presses it, nothing is loaded: the library, its fake Discord and the
 * renderer come with the first example that is run, and each other example is a module of its own.
 */
import type { mount } from "./panel.ts"
import "./live.css"

type Panel = { readonly mount: typeof mount }

// Vite's own, without the rest of its types.
declare global {
  interface ImportMeta {
    readonly env: { readonly BASE_URL: string }
  }
}

/** Where `buildLive` has written everything. */
const load = (file: string) => import(/* @vite-ignore */ `${import.meta.env.BASE_URL}live/${file}`)

/** Registers `<fc-run example="guide-forms-1">`, in a browser. */
export const register = (): void => {
  if (typeof customElements === "undefined" || customElements.get("fc-run") !== undefined) return
  customElements.define(
    "fc-run",
    class extends HTMLElement {
      connectedCallback(): void {
        this.#draw("Run this bot in the page")
      }

      #draw(text: string): void {
        const button = document.createElement("button")
        button.type = "button"
        button.textContent = text
        button.addEventListener("click", () => void this.#run(button))
        this.replaceChildren(button)
      }

      async #run(button: HTMLButtonElement): Promise<void> {
        const id = this.getAttribute("example")
        button.disabled = true
        button.textContent = "Loading…"
        try {
          const panel = (await load("panel.js")) as Panel
          // As a process that starts anew: what the block keeps outside of its handlers is new, too.
          let starts = 0
          panel.mount(this, () => load(`${id}.js?start=${++starts}`))
        } catch {
          this.#draw("It could not be loaded. Try again")
        }
      }
    }
  )
}
