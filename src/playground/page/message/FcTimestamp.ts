/** A time in one of Discord's styles; a relative one is drawn again as time goes by. */
import { css, html, LitElement } from "lit"
import { define } from "../base/define.ts"
import { emptyDirectory, type Directory } from "./Directory.ts"
import { formatTimestamp } from "./time.ts"

const refreshMillis = 1000

export class FcTimestamp extends LitElement {
  static override properties = { at: { type: Number }, format: {}, directory: { attribute: false } }
  static override styles = css`
    time {
      background: var(--bg-active);
      color: var(--text);
      border-radius: 3px;
      padding: 0 2px;
    }
  `
  /** Milliseconds since 1970. */
  declare at: number
  declare format: string
  declare directory: Directory
  #timer: ReturnType<typeof setInterval> | undefined

  constructor() {
    super()
    this.at = 0
    this.format = "f"
    this.directory = emptyDirectory
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#timer = setInterval(() => this.format === "R" && this.requestUpdate(), refreshMillis)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#timer)
  }

  override render() {
    const now = this.directory.now()
    const text = formatTimestamp(this.at, this.format, now)
    const date = new Date(this.at)
    const valid = !Number.isNaN(date.getTime())
    return html`<time
      datetime=${valid ? date.toISOString() : ""}
      title=${valid ? formatTimestamp(this.at, "F", now) : ""}
      >${text}</time
    >`
  }
}

define("fc-timestamp", FcTimestamp)
