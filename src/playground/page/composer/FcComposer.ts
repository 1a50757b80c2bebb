/**
 * Where a user writes: messages with files, changes of messages, and slash commands, whose list opens with `/` and has the
 * entry point, too. Fires `act`; `reply` and `edit` with `null` when they are over; `edit-last` when the user wants to
 * change what they wrote last; and `emojis` for the picker. `complete` is called for autocompletion.
 */
import { css, html, LitElement, nothing } from "lit"
import type { APIApplicationCommand } from "../../../discord/DiscordApi.ts"
import type { MessageView } from "../../Protocol.ts"
import { define } from "../base/define.ts"
import { icon } from "../base/icons.ts"
import { shared } from "../base/shared.ts"
import { act, emit } from "../message/Act.ts"
import { emptyDirectory, nameOf, type Directory } from "../message/Directory.ts"
import { launchers, matchCommands, runnables, type Runnable } from "./commands.ts"
import { completionAt, type Completion } from "./completion.ts"
import type { Emoji } from "./emojis.ts"
import type { Completing } from "./FcCommandForm.ts"
import "./FcCommandForm.ts"
import { readFiles } from "./files.ts"
import { Latest } from "./Latest.ts"
import { listStyles } from "./listStyles.ts"
import type { FileValue, OptionValue, Suggestion } from "./options.ts"

const debounceMillis = 250

/** Asks for suggestions of an option. */
export type Complete = (command: string, completing: Completing) => Promise<ReadonlyArray<Suggestion>>

export class FcComposer extends LitElement {
  static override properties = {
    commands: { attribute: false },
    directory: { attribute: false },
    complete: { attribute: false },
    replyTo: { attribute: false },
    editing: { attribute: false },
    emojis: { attribute: false },
    placeholder: {},
    text: { state: true },
    files: { state: true },
    command: { state: true },
    active: { state: true },
    closed: { state: true },
    suggestions: { state: true }
  }
  static override styles = [
    shared,
    listStyles,
    css`
      :host {
        display: block;
        padding: 0 12px 12px;
      }
      .box {
        background: var(--bg-input);
        border: 1px solid var(--line);
        border-radius: 10px;
      }
      .bar {
        display: flex;
        align-items: flex-end;
        gap: 4px;
        padding: 4px 6px;
      }
      textarea {
        flex: 1;
        min-width: 0;
        resize: none;
        border: 0;
        background: none;
        padding: 9px 6px;
        color: var(--text-strong);
        max-height: 40vh;
        field-sizing: content;
      }
      .bar:has(textarea:focus-visible) {
        outline: 2px solid var(--focus);
        border-radius: 10px;
      }
      textarea:focus-visible {
        outline: none;
      }
      textarea::placeholder {
        color: var(--text-soft);
        opacity: 1;
      }
      .icon {
        width: 38px;
        height: 40px;
        text-align: center;
        border-radius: 8px;
        font-size: 18px;
      }
      .icon:hover {
        background: var(--bg-active);
      }
      .strip {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        padding: 8px 10px;
        border-bottom: 1px solid var(--line);
        font-size: 14px;
        align-items: center;
      }
      .file {
        background: var(--bg-active);
        border-radius: 6px;
        padding: 4px 8px;
      }
    `
  ]
  declare commands: ReadonlyArray<APIApplicationCommand>
  declare directory: Directory
  declare complete: Complete | undefined
  declare replyTo: MessageView | undefined
  /** The message whose content is being changed. */
  declare editing: MessageView | undefined
  /** Emojis of the server. */
  declare emojis: ReadonlyArray<Emoji>
  declare placeholder: string
  declare private text: string
  declare private files: ReadonlyArray<FileValue>
  declare private command: Runnable | undefined
  declare private active: number
  declare private closed: boolean
  declare private suggestions: { readonly option: string; readonly list: ReadonlyArray<Suggestion> } | undefined
  readonly #latest = new Latest()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    super()
    this.commands = []
    this.directory = emptyDirectory
    this.complete = undefined
    this.replyTo = undefined
    this.editing = undefined
    this.emojis = []
    this.placeholder = "Message"
    this.text = ""
    this.files = []
    this.command = undefined
    this.active = 0
    this.closed = false
    this.suggestions = undefined
  }

  override focus(): void {
    this.renderRoot.querySelector("textarea")?.focus()
  }

  /** Puts back what was refused, unless something else is being written. */
  restore(text: string): void {
    if (this.text === "" && this.command === undefined) this.text = text
  }

  /** Puts a text in the place of what is being written. */
  replace(text: string): void {
    void this.updateComplete.then(() => (this.text = text))
  }

  /** Puts a text where the caret is. */
  insert(text: string): void {
    const area = this.renderRoot.querySelector("textarea")
    const from = area?.selectionStart ?? this.text.length
    const to = area?.selectionEnd ?? from
    this.text = `${this.text.slice(0, from)}${text}${this.text.slice(to)}`
    void this.updateComplete.then(() => {
      area?.focus()
      area?.setSelectionRange(from + text.length, from + text.length)
    })
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has("editing")) return
    const before = changed.get("editing") as MessageView | undefined
    if (this.editing !== undefined && this.editing.raw.id !== before?.raw.id) {
      this.command = undefined
      this.text = this.editing.raw.content
      void this.updateComplete.then(() => this.focus())
    } else if (this.editing === undefined && before !== undefined) this.text = ""
  }

  /** Begins a command, as if it had been chosen from the list. */
  start(name: string): void {
    const command = runnables(this.commands).find((each) => each.name === name)
    if (command !== undefined) this.begin(command)
  }

  private get found(): ReadonlyArray<Runnable> {
    if (this.closed || !/^\/[^\n]*$/.test(this.text)) return []
    return matchCommands([...runnables(this.commands), ...launchers(this.commands)], this.text.slice(1))
  }

  private get completion(): Completion | undefined {
    if (this.closed || this.text.startsWith("/")) return undefined
    return completionAt(
      this.text,
      this.renderRoot.querySelector("textarea")?.selectionEnd ?? this.text.length,
      this.directory,
      this.emojis
    )
  }

  private begin(command: Runnable): void {
    if (command.launches === true) {
      this.text = ""
      act(this, { type: "launch" })
      return
    }
    this.#latest.forget()
    this.suggestions = undefined
    this.command = command
    this.text = ""
  }

  private cancel(): void {
    clearTimeout(this.#timer)
    this.#latest.forget()
    this.command = undefined
    void this.updateComplete.then(() => this.focus())
  }

  private run({ detail }: CustomEvent<Readonly<Record<string, OptionValue>>>): void {
    const { command } = this
    if (command === undefined) return
    act(this, { type: "slash", name: command.name, values: detail })
    this.cancel()
  }

  private onComplete({ detail }: CustomEvent<Completing>): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#ask(detail), debounceMillis)
  }

  async #ask(completing: Completing): Promise<void> {
    const { command, complete } = this
    if (command === undefined || complete === undefined) return
    const isWanted = this.#latest.ask()
    const list = await complete(command.name, completing).catch((): ReadonlyArray<Suggestion> => [])
    if (isWanted()) this.suggestions = { option: completing.focused, list }
  }

  private send(): void {
    const content = this.text.trim()
    if (this.editing !== undefined) return this.#change(this.editing, content)
    if (content === "" && this.files.length === 0) return
    const files = this.files.length === 0 ? {} : { files: this.files }
    const reply = this.replyTo === undefined ? {} : { replyTo: this.replyTo.raw.id }
    act(this, { type: "say", content, ...files, ...reply })
    this.text = ""
    this.files = []
    if (this.replyTo !== undefined) emit(this, "reply", null)
  }

  #change({ raw }: MessageView, content: string): void {
    if (content === "" && raw.attachments.length === 0) return
    if (content !== raw.content) act(this, { type: "edit", message: raw.id, content })
    emit(this, "edit", null)
  }

  private async attach(list: FileList | null | undefined): Promise<void> {
    if (list == null || list.length === 0) return
    this.files = [...this.files, ...(await readFiles(list))].slice(0, 10)
  }

  private onKey(event: KeyboardEvent): void {
    if (event.isComposing) return
    const { completion, found } = this
    const count = found.length || (completion?.items.length ?? 0)
    if (event.key === "ArrowDown" && count > 0) this.active = (this.active + 1) % count
    else if (event.key === "ArrowUp" && count > 0) this.active = (this.active + count - 1) % count
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && count > 0) this.#pick(this.active)
    else if (event.key === "Enter" && !event.shiftKey) this.send()
    else if (event.key === "Escape" && count > 0) this.closed = true
    else if (event.key === "ArrowUp" && this.text === "" && this.editing === undefined) emit(this, "edit-last", null)
    else if (event.key === "Escape" && this.editing !== undefined) emit(this, "edit", null)
    else if (event.key === "Escape" && this.replyTo !== undefined) emit(this, "reply", null)
    else return
    event.preventDefault()
    event.stopPropagation()
    void this.updateComplete.then(() => this.renderRoot.querySelector(".active")?.scrollIntoView({ block: "nearest" }))
  }

  #pick(index: number): void {
    const command = this.found[index]
    if (command !== undefined) return this.begin(command)
    const { completion } = this
    const item = completion?.items[index]
    if (completion === undefined || item === undefined) return
    this.text = `${this.text.slice(0, completion.from)}${item.insert} ${this.text.slice(completion.to)}`
    this.closed = true
  }

  private onInput(event: Event): void {
    this.text = (event.target as HTMLTextAreaElement).value
    this.active = 0
    this.closed = false
  }

  private list() {
    const { completion, found } = this
    const items =
      found.length > 0
        ? found.map(({ description, launches, name }) =>
            launches === true
              ? { label: `▶ ${name}`, detail: `App Launcher · ${description || "Opens the Activity"}` }
              : { label: `/${name}`, detail: description }
          )
        : (completion?.items ?? []).map(({ detail, label }) => ({ label, detail }))
    if (items.length === 0) return nothing
    return html`<div
      class="list"
      role="listbox"
      id="list"
      tabindex="0"
      aria-label=${found.length > 0 ? "Commands" : "Suggestions"}
    >
      ${items.map(({ detail, label }, index) => {
        const press = (event: Event) => {
          event.preventDefault()
          this.#pick(index)
        }
        return html`<div
          role="option"
          id=${`item-${index}`}
          aria-selected=${index === this.active}
          class=${index === this.active ? "active" : ""}
          @mousedown=${press}
        >
          <strong>${label}</strong><span class="soft">${detail}</span>
        </div>`
      })}
    </div>`
  }

  private strips() {
    const to = this.replyTo?.raw.author
    const name = to === undefined ? "" : (this.directory.person(to.id)?.name ?? nameOf(to))
    const remove = (file: FileValue) => () => (this.files = this.files.filter((each) => each !== file))
    return html`${
      this.editing === undefined
        ? nothing
        : html`<div class="strip">
            Editing a message · Esc to cancel, Enter to save
            <button aria-label="Cancel the edit" @click=${() => emit(this, "edit", null)}>✕</button>
          </div>`
    }
    ${
      to === undefined
        ? nothing
        : html`<div class="strip">
            Replying to <strong>${name}</strong>
            <button aria-label="Cancel the reply" @click=${() => emit(this, "reply", null)}>✕</button>
          </div>`
    }
    ${
      this.files.length === 0
        ? nothing
        : html`<div class="strip">
            ${this.files.map((file) => html`<span class="file">${icon("clip")} ${file.filename} <button aria-label=${`Remove ${file.filename}`} @click=${remove(file)}>✕</button></span>`)}
          </div>`
    }`
  }

  private writing() {
    const open = this.found.length > 0 || this.completion !== undefined
    const choose = () => this.renderRoot.querySelector<HTMLInputElement>("input[type=file]")?.click()
    const files = (event: Event) => {
      const input = event.target as HTMLInputElement
      void this.attach(input.files).then(() => (input.value = ""))
    }
    return html`${this.list()} ${this.strips()}
      <div class="bar">
        <button class="icon" aria-label="Attach files" title="Attach files" @click=${choose}>+</button>
        <input type="file" multiple hidden aria-label="Files to attach" @change=${files} />
        <textarea
          rows="1"
          aria-label=${this.placeholder}
          aria-autocomplete="list"
          aria-controls=${open ? "list" : nothing}
          aria-activedescendant=${open ? `item-${this.active}` : nothing}
          placeholder=${this.placeholder}
          .value=${this.text}
          @input=${this.onInput}
          @keydown=${this.onKey}
          @paste=${(event: ClipboardEvent) => void this.attach(event.clipboardData?.files)}
        ></textarea>
        <button
          class="icon"
          aria-label="Emojis"
          title="Emojis"
          aria-haspopup="dialog"
          @click=${() => emit(this, "emojis", null)}
        >
          ☺
        </button>
        <button class="icon" aria-label="Send" title="Send (Enter)" @click=${this.send}>➤</button>
      </div>`
  }

  private drop(event: DragEvent): void {
    event.preventDefault()
    void this.attach(event.dataTransfer?.files)
  }

  override render() {
    return html`<div class="box" @dragover=${(event: Event) => event.preventDefault()} @drop=${this.drop}>
      ${
        this.command === undefined
          ? this.writing()
          : html`<fc-command-form
              .command=${this.command}
              .directory=${this.directory}
              .suggestions=${this.suggestions}
              @complete=${this.onComplete}
              @cancel=${this.cancel}
              @run=${this.run}
            ></fc-command-form>`
      }
    </div>`
  }
}

define("fc-composer", FcComposer)
