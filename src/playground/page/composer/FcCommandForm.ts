/**
 * A slash command whose options are filled in, each in a pill. Fires `run` with the values, `cancel`, and `complete` with
 * what was typed into an option with autocompletion: whoever hears it sets `suggestions`.
 */
import { css, html, LitElement, nothing } from "lit"
import { repeat } from "lit/directives/repeat.js"
import type { APIApplicationCommandOption } from "../../../discord/DiscordApi.ts"
import { define } from "../base/define.ts"
import { shared } from "../base/shared.ts"
import { emptyDirectory, type Directory } from "../message/Directory.ts"
import { firstShown, type Runnable } from "./commands.ts"
import { readFile } from "./files.ts"
import { listStyles } from "./listStyles.ts"
import {
  limitsOf,
  parseOption,
  parseOptions,
  suggestionsOf,
  typeName,
  type Draft,
  type OptionValue,
  type Suggestion
} from "./options.ts"

/** The detail of `complete`. Options that cannot be read yet are left out. */
export interface Completing {
  readonly focused: string
  readonly values: Readonly<Record<string, OptionValue>>
}

export class FcCommandForm extends LitElement {
  static override properties = {
    command: { attribute: false },
    directory: { attribute: false },
    suggestions: { attribute: false },
    drafts: { state: true },
    shown: { state: true },
    focused: { state: true },
    active: { state: true },
    errors: { state: true },
    closed: { state: true }
  }
  static override styles = [
    shared,
    listStyles,
    css`
      :host {
        display: block;
      }
      form {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        align-items: center;
        padding: 8px;
      }
      .command {
        font-weight: 600;
        color: var(--accent-text);
        padding: 4px;
      }
      .pill {
        display: inline-flex;
        align-items: center;
        border: 1px solid var(--line-strong);
        border-radius: 6px;
        overflow: hidden;
        max-width: 100%;
      }
      .pill:focus-within {
        border-color: var(--focus);
      }
      .pill.wrong {
        border-color: var(--danger-text);
      }
      .pill label {
        background: var(--bg-active);
        padding: 4px 8px;
        font-size: 14px;
        color: var(--text-strong);
      }
      .pill input {
        border: 0;
        background: var(--bg-code);
        padding: 4px 8px;
        min-width: 60px;
        width: 150px;
        max-width: 60vw;
        color: var(--text-strong);
      }
      .hint {
        padding: 6px 10px;
        font-size: 13px;
        border-bottom: 1px solid var(--line);
      }
      .error {
        color: var(--danger-text);
      }
      .rest {
        font-size: 13px;
        color: var(--link);
        padding: 4px 6px;
      }
      .spring {
        flex: 1;
      }
    `
  ]
  declare command: Runnable | undefined
  declare directory: Directory
  /** Those of the option that was last completed. */
  declare suggestions: { readonly option: string; readonly list: ReadonlyArray<Suggestion> } | undefined
  declare private drafts: ReadonlyMap<string, Draft>
  declare private shown: ReadonlyArray<string>
  declare private focused: string | undefined
  declare private active: number
  declare private errors: ReadonlyMap<string, string>
  /** Whether the list is closed until something is typed. */
  declare private closed: boolean

  constructor() {
    super()
    this.command = undefined
    this.directory = emptyDirectory
    this.suggestions = undefined
    this.drafts = new Map()
    this.shown = []
    this.focused = undefined
    this.active = 0
    this.errors = new Map()
    this.closed = false
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has("command") || this.command === undefined) return
    this.drafts = new Map()
    this.errors = new Map()
    this.shown = firstShown(this.command)
    this.focused = undefined
    void this.updateComplete.then(() => this.#focusField(this.shown[0]))
  }

  #focusField(name: string | undefined): void {
    const field = name === undefined ? this.renderRoot.querySelector<HTMLElement>("button.command") : this.#field(name)
    field?.focus()
  }

  #field(name: string): HTMLInputElement | undefined {
    return [...this.renderRoot.querySelectorAll("input")].find((input) => input.name === name)
  }

  private option(name: string | undefined): APIApplicationCommandOption | undefined {
    return this.command?.options.find((option) => option.name === name)
  }

  private get list(): ReadonlyArray<Suggestion> {
    const option = this.option(this.focused)
    if (option === undefined || this.closed) return []
    if (limitsOf(option).autocomplete === true) {
      return this.suggestions?.option === option.name ? this.suggestions.list : []
    }
    return suggestionsOf(option, this.drafts.get(option.name), this.directory)
  }

  #set(name: string, draft: Draft): void {
    this.drafts = new Map(this.drafts).set(name, draft)
    this.errors = new Map([...this.errors].filter(([each]) => each !== name))
    this.active = 0
  }

  private complete(option: APIApplicationCommandOption): void {
    if (limitsOf(option).autocomplete !== true) return
    const given = new Map<string, OptionValue>()
    for (const each of this.command?.options ?? []) {
      const parsed = parseOption(each, this.drafts.get(each.name))
      if (parsed.ok && parsed.value !== undefined) given.set(each.name, parsed.value)
    }
    given.set(option.name, this.drafts.get(option.name)?.text ?? "")
    const values = Object.fromEntries(given)
    this.dispatchEvent(new CustomEvent<Completing>("complete", { detail: { focused: option.name, values } }))
  }

  private type(option: APIApplicationCommandOption, input: HTMLInputElement): void {
    this.closed = false
    this.#set(option.name, { text: input.value })
    this.complete(option)
  }

  private choose(suggestion: Suggestion | undefined): void {
    const { focused } = this
    if (suggestion === undefined || focused === undefined) return
    this.#set(focused, { text: suggestion.label, chosen: suggestion.value })
    this.closed = true
    const next = this.shown[this.shown.indexOf(focused) + 1]
    if (next !== undefined) this.#focusField(next)
  }

  private add(name: string): void {
    this.shown = [...this.shown, name]
    void this.updateComplete.then(() => this.#focusField(name))
  }

  private removeOption(name: string): void {
    if (this.option(name)?.required === true || !this.shown.includes(name)) return this.#cancelIfEmpty()
    const before = this.shown[this.shown.indexOf(name) - 1]
    this.shown = this.shown.filter((each) => each !== name)
    this.drafts = new Map([...this.drafts].filter(([each]) => each !== name))
    void this.updateComplete.then(() => this.#focusField(before))
  }

  #cancelIfEmpty(): void {
    if ([...this.drafts.values()].every(({ chosen, text }) => chosen === undefined && text === "")) this.cancel()
  }

  private cancel(): void {
    this.dispatchEvent(new CustomEvent("cancel"))
  }

  private run(): void {
    const options = this.command?.options ?? []
    const parsed = parseOptions(options, this.drafts)
    if (parsed.ok) {
      this.dispatchEvent(new CustomEvent("run", { detail: parsed.values }))
      return
    }
    this.errors = parsed.errors
    const wrong = [...parsed.errors.keys()].find((name) => this.shown.includes(name))
    this.#focusField(wrong)
  }

  private onKey(event: KeyboardEvent, name: string | undefined): void {
    const { list } = this
    const empty =
      name === undefined || ((this.drafts.get(name)?.text ?? "") === "" && this.drafts.get(name)?.chosen === undefined)
    if (event.key === "ArrowDown" && list.length > 0) this.active = (this.active + 1) % list.length
    else if (event.key === "ArrowUp" && list.length > 0) this.active = (this.active + list.length - 1) % list.length
    else if (event.key === "ArrowDown") this.closed = false
    else if (
      (event.key === "Enter" || event.key === "Tab") &&
      !event.shiftKey &&
      list.length > 0 &&
      this.#picks(event.key, empty)
    ) {
      this.choose(list[this.active])
    } else if (event.key === "Enter") this.run()
    else if (event.key === "Escape") this.#escape(list.length > 0)
    else if (event.key === "Backspace" && empty) this.#erase(name)
    else return
    event.preventDefault()
    event.stopPropagation()
    void this.updateComplete.then(() => this.renderRoot.querySelector(".active")?.scrollIntoView({ block: "nearest" }))
  }

  #escape(isOpen: boolean): void {
    if (isOpen) this.closed = true
    else this.cancel()
  }

  #erase(name: string | undefined): void {
    if (name === undefined) this.cancel()
    else this.removeOption(name)
  }

  /** Enter chooses; Tab moves on from an optional field with nothing in it. */
  #picks(key: string, empty: boolean): boolean {
    return key === "Enter" || !empty || this.option(this.focused)?.required === true
  }

  private onFocus(name: string): void {
    this.focused = name
    this.active = 0
    this.closed = this.drafts.get(name)?.chosen !== undefined
    const option = this.option(name)
    if (option !== undefined && !this.closed) this.complete(option)
  }

  private async onFile(name: string, input: HTMLInputElement): Promise<void> {
    const file = input.files?.[0]
    if (file === undefined) return
    const value = await readFile(file)
    this.#set(name, { text: value.filename, chosen: value })
  }

  private field(option: APIApplicationCommandOption) {
    const { name } = option
    const draft = this.drafts.get(name)
    if (option.type === 11) {
      return html`<input
        type="file"
        name=${name}
        id=${`field-${name}`}
        @change=${(event: Event) => this.onFile(name, event.target as HTMLInputElement)}
        @focus=${() => this.onFocus(name)}
        @keydown=${(event: KeyboardEvent) => event.key === "Enter" && event.ctrlKey && this.run()}
      />`
    }
    const listed = this.focused === name && this.list.length > 0
    return html`<input
      name=${name}
      id=${`field-${name}`}
      autocomplete="off"
      role="combobox"
      aria-autocomplete="list"
      aria-expanded=${listed}
      aria-controls="list"
      aria-required=${option.required === true}
      aria-invalid=${this.errors.has(name)}
      aria-describedby="hint"
      aria-activedescendant=${listed ? `suggestion-${this.active}` : nothing}
      inputmode=${option.type === 4 ? "numeric" : option.type === 10 ? "decimal" : "text"}
      .value=${draft?.text ?? ""}
      @input=${(event: Event) => this.type(option, event.target as HTMLInputElement)}
      @focus=${() => this.onFocus(name)}
      @keydown=${(event: KeyboardEvent) => this.onKey(event, name)}
    />`
  }

  private pill(name: string) {
    const option = this.option(name)
    if (option === undefined) return nothing
    return html`<span class=${this.errors.has(name) ? "pill wrong" : "pill"}>
      <label for=${`field-${name}`}>${name}</label>${this.field(option)}
    </span>`
  }

  private hint() {
    const option = this.option(this.focused)
    const error = this.focused === undefined ? undefined : this.errors.get(this.focused)
    const text =
      option === undefined ? this.command?.description : `${option.name} (${typeName(option)}): ${option.description}`
    return html`<div class="hint soft" id="hint" role="status">
      ${text} ${error === undefined ? nothing : html`<span class="error">${error}</span>`}
    </div>`
  }

  private suggestionList() {
    const { list } = this
    if (list.length === 0) return nothing
    return html`<div
      class="list"
      role="listbox"
      id="list"
      tabindex="-1"
      aria-label=${`Suggestions for ${this.focused ?? ""}`}
    >
      ${list.map((each, index) => {
        const press = (event: Event) => {
          event.preventDefault()
          this.choose(each)
        }
        return html`<div
          role="option"
          id=${`suggestion-${index}`}
          aria-selected=${index === this.active}
          class=${index === this.active ? "active" : ""}
          @mousedown=${press}
        >
          <span>${each.label}</span
          >${each.detail === undefined ? nothing : html`<span class="soft">${each.detail}</span>`}
        </div>`
      })}
    </div>`
  }

  override render() {
    const { command } = this
    if (command === undefined) return nothing
    const rest = command.options.filter(({ name }) => !this.shown.includes(name))
    const submit = (event: Event) => {
      event.preventDefault()
      this.run()
    }
    return html`${this.suggestionList()} ${this.hint()}
      <form aria-label=${`/${command.name}`} @submit=${submit}>
        <button
          type="button"
          class="command"
          title="Back to text (Backspace)"
          @keydown=${(event: KeyboardEvent) => this.onKey(event, undefined)}
          @click=${this.cancel}
        >
          /${command.name}
        </button>
        ${repeat(
          this.shown,
          (name) => name,
          (name) => this.pill(name)
        )}
        ${rest.map(({ description, name }) => html`<button type="button" class="rest" title=${description} aria-label=${`Add the option ${name}`} @click=${() => this.add(name)}>+ ${name}</button>`)}
        <span class="spring"></span>
        <button type="button" class="plain" aria-label="Cancel the command" @click=${this.cancel}>✕</button>
        <button class="primary">Send</button>
      </form>`
  }
}

define("fc-command-form", FcCommandForm)
