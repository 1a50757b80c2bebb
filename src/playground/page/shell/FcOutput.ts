/** The bot's process and what it has written, and the fake's log. */
import { html, LitElement, nothing } from "lit"
import { define } from "../base/define.ts"
import { shared } from "../base/shared.ts"
import type { Store } from "../Store.ts"
import { watchStore } from "../watchStore.ts"
import { panelStyles } from "./panelStyles.ts"

/** A text without the colours of a terminal. */
// oxlint-disable-next-line no-control-regex
const plain = (line: string): string => line.replaceAll(/\u001B\[[0-9;]*m/g, "")

const shownLines = 300

export class FcOutput extends LitElement {
  static override properties = { store: { attribute: false } }
  static override styles = [shared, panelStyles]
  declare store: Store

  constructor() {
    super()
    watchStore(this)
  }

  private program() {
    const { end, file, pid, starts, state } = this.store.program
    const words = {
      none: "part of the program that started this page",
      starting: "starting",
      running: "running",
      stopping: "stopping",
      ended: "not running"
    }
    return html`<p>
      The bot is ${words[state]}${file === undefined ? "" : ` (${file}${pid === undefined ? "" : `, process ${pid}`})`}.
      ${starts > 1 ? `It was started ${starts} times.` : ""}
      ${end === undefined ? nothing : html`<strong class="error">${end}</strong>`}
    </p>`
  }

  override render() {
    if ((this.store as Store | undefined) === undefined) return nothing
    const { log, output } = this.store
    const lines = log
      .slice(-shownLines)
      .map(({ at, tag, text }) => `${new Date(at).toLocaleTimeString()} ${tag} ${text}`)
    return html`<h2>Output</h2>
      ${this.program()}
      <h3>What the bot has written</h3>
      <pre tabindex="0" role="log" aria-label="Output of the bot">
${output.slice(-shownLines).map(plain).join("\n") || "Nothing yet."}</pre>
      <h3>What Discord has seen</h3>
      <pre tabindex="0" role="log" aria-label="Log of Discord">${lines.join("\n") || "Nothing yet."}</pre>`
  }
}

define("fc-output", FcOutput)
