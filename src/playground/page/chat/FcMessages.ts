/**
 * The messages of a channel, of which only those in sight are drawn. Sticks to the newest one while it is in sight, and
 * keeps its place when older ones are loaded above. Fires `older` when its beginning comes into sight.
 */
import { VirtualizerController } from "@tanstack/lit-virtual"
import { css, html, LitElement, nothing } from "lit"
import { repeat } from "lit/directives/repeat.js"
import { createRef, ref } from "lit/directives/ref.js"
import type { InteractionView } from "../../Protocol.ts"
import { css as set } from "../base/css.ts"
import { define } from "../base/define.ts"
import { icon } from "../base/icons.ts"
import { shared } from "../base/shared.ts"
import { emit } from "../message/Act.ts"
import { emptyDirectory, type Directory } from "../message/Directory.ts"
import "../message/FcMessage.ts"
import { Anchor, keysOf } from "./anchor.ts"
import { isLaunch, type Row } from "./rows.ts"

const estimatedHeight = 76
const nearTop = 400
const nearEnd = 60
const markedMillis = 4000
const mostFrames = 60
const calmFrames = 3
const inputMillis = 1000
const upwardKeys = new Set(["ArrowUp", "PageUp", "Home", "Tab", " "])

export class FcMessages extends LitElement {
  static override properties = {
    rows: { attribute: false },
    directory: { attribute: false },
    busy: { attribute: false },
    failures: { attribute: false },
    more: { type: Boolean },
    label: {},
    marked: { state: true }
  }
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        min-height: 0;
        position: relative;
      }
      .scroller {
        position: absolute;
        inset: 0;
        overflow-y: auto;
        overflow-x: hidden;
        overflow-anchor: none;
        contain: strict;
      }
      .space {
        position: relative;
        width: 100%;
      }
      .window {
        position: absolute;
        inset-inline: 0;
        top: 0;
        padding-bottom: 16px;
      }
      .item {
        display: flow-root;
      }
      .item.marked {
        outline: 2px solid var(--accent);
        outline-offset: -2px;
        border-radius: 6px;
      }
      .day {
        display: flex;
        align-items: center;
        gap: 8px;
        margin: 16px 14px 0;
        font-size: 12px;
        font-weight: 600;
        color: var(--text-soft);
      }
      .day::before,
      .day::after {
        content: "";
        flex: 1;
        height: 1px;
        background: var(--line);
      }
      .local {
        margin: 10px 14px 0 68px;
        font-size: 15px;
      }
      .failed {
        color: var(--danger-text);
      }
      .latest {
        position: absolute;
        inset-inline-end: 20px;
        bottom: 8px;
        box-shadow: var(--shadow);
        background: var(--accent);
        color: var(--on-accent);
        border-radius: 16px;
        padding: 6px 12px;
        font-size: 14px;
      }
    `
  ]
  declare rows: ReadonlyArray<Row>
  declare directory: Directory
  declare busy: ReadonlyMap<string, ReadonlySet<string>>
  declare failures: ReadonlyMap<string, string>
  /** Whether there are older messages. */
  declare more: boolean
  declare label: string
  /** The message that is marked, because the user was led to it. */
  declare private marked: string | undefined
  readonly #scroller = createRef<HTMLElement>()
  readonly #anchor = new Anchor()
  readonly #virtual: VirtualizerController<HTMLElement, HTMLElement>

  #resize: ResizeObserver | undefined
  #unmark: ReturnType<typeof setTimeout> | undefined
  /** Whether the newest message is to stay in sight, whatever comes or grows. */
  #isFollowing = true
  #top = 0
  #height = 0
  #isHeld = false
  #inputAt = -inputMillis

  constructor() {
    super()
    this.rows = []
    this.directory = emptyDirectory
    this.busy = new Map()
    this.failures = new Map()
    this.more = false
    this.label = "Messages"
    this.marked = undefined
    this.#virtual = new VirtualizerController(this, {
      count: 0,
      getScrollElement: () => this.#scroller.value ?? null,
      estimateSize: () => estimatedHeight,
      getItemKey: keysOf([]),
      overscan: 6,
      anchorTo: "end",
      scrollEndThreshold: nearEnd
    })
    this.#virtual.getVirtualizer().shouldAdjustScrollPositionOnItemSizeChange = (row, _delta, { scrollOffset }) =>
      this.#anchor.shifts(row, scrollOffset ?? 0)
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has("rows")) return
    const virtualizer = this.#virtual.getVirtualizer()
    const scroller = this.#scroller.value
    this.#anchor.replace((changed.get("rows") as ReadonlyArray<Row> | undefined) ?? [], this.rows)
    // It hears of a scroll with the next frame only, and would take the place back to where it was before.
    if (scroller !== undefined && virtualizer.scrollOffset !== null) virtualizer.scrollOffset = scroller.scrollTop
    virtualizer.setOptions({
      ...virtualizer.options,
      count: this.rows.length,
      getItemKey: keysOf(this.rows)
    })
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    const before = changed.get("rows") as ReadonlyArray<Row> | undefined
    if (before?.length === 0 && this.rows.length > 0) this.#isFollowing = true
    // Messages are higher than what was estimated, and are measured when they are there.
    this.#follow()
  }

  protected override firstUpdated(): void {
    const scroller = this.#scroller.value
    if (scroller === undefined) return
    // What opens below takes room from the messages, and must not hide the newest one.
    this.#resize = new ResizeObserver(() => this.#follow())
    this.#resize.observe(scroller)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#resize?.disconnect()
    clearTimeout(this.#unmark)
  }

  /** Shows a message, and marks it for a moment. Returns whether it is here. */
  show(message: string): boolean {
    const index = this.rows.findIndex(({ key }) => key === message)
    if (index < 0) return false
    this.#isFollowing = false
    this.marked = message
    void this.#lead(message)
    clearTimeout(this.#unmark)
    this.#unmark = setTimeout(() => (this.marked = undefined), markedMillis)
    return true
  }

  /** Scrolls to a message until it stays there: rows that come into sight on the way have other heights than estimated. */
  async #lead(message: string): Promise<void> {
    let calm = 0
    for (let frame = 0; frame < mostFrames && calm < calmFrames; frame++) {
      const index = this.rows.findIndex(({ key }) => key === message)
      if (index < 0 || this.marked !== message) return
      const before = this.#scroller.value?.scrollTop
      this.#virtual.getVirtualizer().scrollToIndex(index, { align: "center" })
      await new Promise((resolve) => requestAnimationFrame(resolve))
      calm = this.#scroller.value?.scrollTop === before ? calm + 1 : 0
    }
  }

  /** Shows the newest message. */
  toEnd(): void {
    this.#isFollowing = true
    this.#follow()
  }

  #follow(): void {
    const scroller = this.#scroller.value
    if (scroller !== undefined && this.#isFollowing) scroller.scrollTop = scroller.scrollHeight
  }

  /** Messages that are measured, and so are higher or lower, scroll, too; that is not to leave the newest message. */
  get #isByUser(): boolean {
    return this.#isHeld || performance.now() - this.#inputAt < inputMillis
  }

  private onInput(event: Event): void {
    if (event instanceof KeyboardEvent && !upwardKeys.has(event.key)) return
    this.#inputAt = performance.now()
  }

  private onHold(): void {
    const release = () => {
      this.#isHeld = false
      for (const type of ["pointerup", "pointercancel"]) window.removeEventListener(type, release)
    }
    this.#isHeld = true
    for (const type of ["pointerup", "pointercancel"]) window.addEventListener(type, release)
  }

  private onScroll(): void {
    const scroller = this.#scroller.value
    if (scroller === undefined) return
    const { clientHeight, scrollHeight, scrollTop } = scroller
    // A scroll of before tells late where the place was, when the user has been led to a message meanwhile.
    const mayFollow = this.marked === undefined || this.#isByUser
    if (mayFollow && scrollHeight - clientHeight - scrollTop < nearEnd) this.#isFollowing = true
    else if (scrollTop < this.#top && (this.#isByUser || scrollHeight === this.#height)) this.#isFollowing = false
    this.#top = scrollTop
    this.#height = scrollHeight
    if (scroller.scrollTop < nearTop && this.more) emit(this, "older", null)
  }

  private interaction(interaction: InteractionView) {
    if (interaction.state === "waiting") {
      return html`<div class="local soft" role="status">Sending command… <code>${interaction.action}</code></div>`
    }
    const inspect = () => emit(this, "inspect", { interaction: interaction.id })
    if (isLaunch(interaction)) {
      return html`<div class="local" role="status">
        <div>▶ The app has launched its Activity. Activities are not shown here.</div>
        <div class="soft">You used <code>${interaction.action}</code> · <button @click=${inspect}>Inspect</button></div>
      </div>`
    }
    return html`<div class="local">
      <div class="soft">You used <code>${interaction.action}</code></div>
      <div class="failed" role="alert">${interaction.failure ?? "The application did not respond"}</div>
      ${(interaction.refused ?? []).map((each) => html`<div class="soft">Discord refused: ${each}</div>`)}
      <div class="soft">
        ${icon("eye")} Only you can see this ·
        <button @click=${inspect}>Inspect</button>
      </div>
    </div>`
  }

  private row(row: Row) {
    if (row.kind === "interaction") return this.interaction(row.interaction)
    const { message } = row
    return html`${row.day === undefined ? nothing : html`<div class="day" role="separator">${row.day}</div>`}
      <fc-message
        .message=${message}
        .directory=${this.directory}
        .busy=${this.busy.get(message.raw.id) ?? none}
        .failure=${this.failures.get(message.raw.id)}
        .grouped=${row.grouped}
      ></fc-message>`
  }

  override render() {
    const virtualizer = this.#virtual.getVirtualizer()
    const items = virtualizer.getVirtualItems()
    const offset = items[0]?.start ?? 0
    const atEnd = this.#scroller.value === undefined || virtualizer.isAtEnd(200)
    return html`<div
        class="scroller"
        role="log"
        tabindex="0"
        aria-label=${this.label}
        ${ref(this.#scroller)}
        @scroll=${this.onScroll}
        @wheel=${this.onInput}
        @touchmove=${this.onInput}
        @keydown=${this.onInput}
        @pointerdown=${this.onHold}
      >
        <div class="space" ${set({ height: `${virtualizer.getTotalSize() + 16}px` })}>
          <div class="window" ${set({ transform: `translateY(${offset}px)` })}>
            ${repeat(
              items.filter(({ index }) => this.rows[index] !== undefined),
              ({ key }) => key,
              ({ index, key }) =>
                html`<div
                  class=${key === this.marked ? "item marked" : "item"}
                  data-index=${index}
                  ${ref(this.#measure)}
                >
                  ${this.row(this.rows[index] as Row)}
                </div>`
            )}
          </div>
        </div>
      </div>
      ${atEnd || items.length === 0 ? nothing : html`<button class="latest" @click=${this.toEnd}>Jump to the newest message ↓</button>`}`
  }

  #measure = (element: Element | undefined): void => {
    this.#virtual.getVirtualizer().measureElement((element as HTMLElement | undefined) ?? null)
  }
}

const none: ReadonlySet<string> = new Set()

define("fc-messages", FcMessages)
