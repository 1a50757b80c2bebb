/** What was done, as a file and as the source of a test. */
import { html, LitElement, nothing } from "lit"
import type { Exported } from "../../Protocol.ts"
import { define } from "../base/define.ts"
import { shared } from "../base/shared.ts"
import type { Store } from "../Store.ts"
import { watchStore } from "../watchStore.ts"
import { panelStyles } from "./panelStyles.ts"

/** Saves a text as a file of the user's machine. */
const download = (name: string, text: string, type: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement("a")
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

export class FcShare extends LitElement {
  static override properties = {
    store: { attribute: false },
    exported: { state: true },
    status: { state: true },
    error: { state: true }
  }
  static override styles = [shared, panelStyles]
  declare store: Store
  declare private exported: Exported | undefined
  declare private status: string
  declare private error: string | undefined

  constructor() {
    super()
    this.exported = undefined
    this.status = ""
    this.error = undefined
    watchStore(this)
  }

  private async run(type: "export" | "restartRecording", status: string): Promise<void> {
    this.error = undefined
    try {
      const value = await this.store.link.request({ type })
      this.exported = type === "export" ? (value as Exported) : undefined
      this.status = status
    } catch (error) {
      this.error = error instanceof Error ? error.message : String(error)
    }
  }

  private async copy(text: string): Promise<void> {
    await navigator.clipboard.writeText(text).then(
      () => (this.status = "Copied"),
      () => (this.error = "The browser does not allow to copy")
    )
  }

  private test({ session, test }: Exported) {
    return html`<div class="buttons">
        <button class="plain" @click=${() => download("session.json", session, "application/json")}>
          Download the session
        </button>
        <button class="plain" @click=${() => download("session.test.ts", test, "text/plain")}>Download the test</button>
        <button class="plain" @click=${() => void this.copy(test)}>Copy the test</button>
      </div>
      <h3>The test</h3>
      <pre tabindex="0" aria-label="Source of the test"><code>${test}</code></pre>`
  }

  override render() {
    if ((this.store as Store | undefined) === undefined) return nothing
    const { recorded } = this.store
    return html`<h2>Share</h2>
      <p>
        ${recorded} ${recorded === 1 ? "action was" : "actions were"} recorded. They can be saved as a file, and played
        again as a test.
      </p>
      <div class="buttons">
        <button class="primary" @click=${() => void this.run("export", "Exported")}>Make the test</button>
        <button class="plain" @click=${() => void this.run("restartRecording", "Recording begins here")}>
          Start the recording anew
        </button>
      </div>
      <p role="status" class="soft">${this.status}</p>
      ${this.error === undefined ? nothing : html`<p class="error" role="alert">${this.error}</p>`}
      ${this.exported === undefined ? nothing : this.test(this.exported)}`
  }
}

define("fc-share", FcShare)
