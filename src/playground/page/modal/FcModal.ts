/**
 * A modal in the pane of its user. Fires `submit` with the fields and `close`. The focus stays inside until it is closed;
 * other panes stay usable, because other users do not see it.
 */
import { css, html, LitElement, nothing } from "lit"
import type {
  APICheckboxGroupComponent,
  APIFileUploadComponent,
  APIModalInteractionResponseCallbackData,
  APIRadioGroupComponent,
  APITextInputComponent
} from "../../../discord/DiscordApi.ts"
import { define } from "../base/define.ts"
import { shared } from "../base/shared.ts"
import { readFiles } from "../composer/files.ts"
import type { FileValue } from "../composer/options.ts"
import { isSelect } from "../message/choices.ts"
import { emptyDirectory, type Directory } from "../message/Directory.ts"
import "../message/FcSelect.ts"
import { markdown, markdownStyles } from "../message/markdownView.ts"
import { unknown, unknownStyles } from "../message/unknown.ts"
import {
  countsOf,
  initialValue,
  modalParts,
  submitted,
  validateField,
  type Field,
  type FieldValue,
  type Part
} from "./fields.ts"
import { trapFocus } from "./trapFocus.ts"

type FieldPart = Extract<Part, { kind: "field" }>

export class FcModal extends LitElement {
  static override properties = {
    data: { attribute: false },
    directory: { attribute: false },
    busy: { type: Boolean },
    error: { attribute: false },
    values: { state: true },
    errors: { state: true }
  }
  static override styles = [
    shared,
    markdownStyles,
    unknownStyles,
    css`
      :host {
        position: absolute;
        inset: 0;
        z-index: 30;
        display: grid;
        place-items: center;
        grid-template: minmax(0, 1fr) / minmax(0, 1fr);
        padding: 12px;
        background: rgb(0 0 0 / 60%);
      }
      [role="dialog"] {
        display: flex;
        flex-direction: column;
        width: min(100%, 480px);
        max-height: 100%;
        background: var(--bg);
        border: 1px solid var(--line);
        border-radius: 12px;
        box-shadow: var(--shadow);
      }
      header,
      footer {
        display: flex;
        gap: 8px;
        align-items: center;
        padding: 14px 18px;
      }
      header h2 {
        margin: 0;
        flex: 1;
        font-size: 20px;
        color: var(--text-strong);
        overflow-wrap: anywhere;
      }
      footer {
        justify-content: flex-end;
        border-top: 1px solid var(--line);
      }
      .fields {
        overflow-y: auto;
        padding: 4px 18px 18px;
        display: grid;
        gap: 16px;
        grid-template-columns: minmax(0, 1fr);
      }
      .label {
        display: block;
        font-weight: 600;
        color: var(--text-strong);
        margin-bottom: 4px;
      }
      .required,
      .error {
        color: var(--danger-text);
      }
      .error,
      .description,
      .count {
        font-size: 14px;
      }
      .description {
        margin-bottom: 6px;
      }
      .count {
        text-align: end;
      }
      .option {
        display: flex;
        gap: 10px;
        padding: 8px 10px;
        border-radius: 6px;
        background: var(--bg-raise);
        margin-top: 4px;
      }
      .option .text {
        display: grid;
      }
      fieldset {
        border: 0;
        padding: 0;
        margin: 0;
        min-width: 0;
      }
      textarea {
        min-height: 110px;
        resize: vertical;
      }
      fc-select {
        width: 100%;
      }
    `
  ]
  declare data: APIModalInteractionResponseCallbackData | undefined
  declare directory: Directory
  /** Whether it was sent. */
  declare busy: boolean
  /** Why the bot did not take it. */
  declare error: string | undefined
  declare private values: ReadonlyMap<string, FieldValue>
  declare private errors: ReadonlyMap<string, string>
  #before: Element | null = null

  constructor() {
    super()
    this.data = undefined
    this.directory = emptyDirectory
    this.busy = false
    this.error = undefined
    this.values = new Map()
    this.errors = new Map()
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#before = (this.getRootNode() as Document | ShadowRoot).activeElement
    void this.updateComplete.then(() => {
      const first =
        this.renderRoot.querySelector<HTMLElement>(".fields input, .fields textarea") ??
        this.renderRoot.querySelector("button")
      first?.focus()
    })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    if (this.#before instanceof HTMLElement) this.#before.focus()
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has("data") || this.data === undefined) return
    if (JSON.stringify(changed.get("data")) === JSON.stringify(this.data)) return
    const fields = modalParts(this.data).filter((part): part is FieldPart => part.kind === "field")
    this.values = new Map(fields.map(({ field }) => [field.custom_id, initialValue(field)]))
    this.errors = new Map()
  }

  #set(field: Field, value: FieldValue): void {
    this.values = new Map(this.values).set(field.custom_id, value)
    this.errors = new Map([...this.errors].filter(([id]) => id !== field.custom_id))
  }

  private close(): void {
    this.dispatchEvent(new CustomEvent("close"))
  }

  private send(event: Event): void {
    event.preventDefault()
    if (this.data === undefined || this.busy) return
    const parts = modalParts(this.data)
    const errors = new Map<string, string>()
    for (const part of parts) {
      if (part.kind !== "field") continue
      const error = validateField(part.field, this.values.get(part.field.custom_id) ?? initialValue(part.field))
      if (error !== undefined) errors.set(part.field.custom_id, error)
    }
    this.errors = errors
    if (errors.size === 0) this.dispatchEvent(new CustomEvent("submitted", { detail: submitted(parts, this.values) }))
    else void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>("[aria-invalid=true]")?.focus())
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.stopPropagation()
      this.close()
    } else trapFocus(event, this.renderRoot)
  }

  private text(field: APITextInputComponent, label: string, described: string) {
    const value = this.values.get(field.custom_id) as string
    const onInput = (event: Event) => this.#set(field, (event.target as HTMLInputElement).value)
    const invalid = this.errors.has(field.custom_id)
    const max = field.max_length ?? 4000
    const required = field.required !== false
    const count = html`<div class="count soft">${max - value.length}</div>`
    if ((field.style as number) === 2) {
      return html`<textarea
          class="field"
          aria-label=${label}
          aria-required=${required}
          aria-invalid=${invalid}
          aria-describedby=${described}
          placeholder=${field.placeholder ?? nothing}
          maxlength=${max}
          .value=${value}
          @input=${onInput}
        ></textarea
        >${count}`
    }
    return html`<input
        class="field"
        aria-label=${label}
        aria-required=${required}
        aria-invalid=${invalid}
        aria-describedby=${described}
        placeholder=${field.placeholder ?? nothing}
        maxlength=${max}
        .value=${value}
        @input=${onInput}
      />${count}`
  }

  private files(field: APIFileUploadComponent, label: string, described: string) {
    const { max } = countsOf(field)
    const files = this.values.get(field.custom_id) as ReadonlyArray<FileValue>
    const onChange = async (event: Event) =>
      this.#set(field, await readFiles((event.target as HTMLInputElement).files ?? []))
    return html`<input
        class="field"
        type="file"
        aria-label=${label}
        aria-describedby=${described}
        aria-invalid=${this.errors.has(field.custom_id)}
        ?multiple=${max > 1}
        @change=${onChange}
      />
      <div class="soft">${files.map(({ filename }) => filename).join(", ")}</div>`
  }

  private options(field: APIRadioGroupComponent | APICheckboxGroupComponent, label: string, described: string) {
    const one = (field.type as number) === 21
    const value = this.values.get(field.custom_id)
    const isOn = (option: string) => (one ? value === option : (value as ReadonlyArray<string>).includes(option))
    const change = (option: string) => () => {
      const chosen = value as ReadonlyArray<string>
      if (one) this.#set(field, option)
      else this.#set(field, isOn(option) ? chosen.filter((each) => each !== option) : [...chosen, option])
    }
    return html`<div role=${one ? "radiogroup" : "group"} aria-label=${label} aria-describedby=${described}>
      ${field.options.map(
        (option) =>
          html`<label class="option">
            <input
              type=${one ? "radio" : "checkbox"}
              name=${field.custom_id}
              .checked=${isOn(option.value)}
              @change=${change(option.value)}
            />
            <span class="text"
              ><span>${option.label}</span
              >${option.description === undefined ? nothing : html`<span class="soft">${option.description}</span>`}</span
            >
          </label>`
      )}
    </div>`
  }

  private checkbox(field: Field, label: string, described: string) {
    const onChange = (event: Event) => this.#set(field, (event.target as HTMLInputElement).checked)
    return html`<label class="option">
      <input
        type="checkbox"
        aria-label=${label}
        aria-describedby=${described}
        .checked=${this.values.get(field.custom_id) === true}
        @change=${onChange}
      />
      <span>${label}</span>
    </label>`
  }

  private input(field: Field, label: string, described: string) {
    if (isSelect(field)) {
      const onValues = ({ detail }: CustomEvent<ReadonlyArray<string>>) => this.#set(field, detail)
      return html`<fc-select
        .select=${field}
        .directory=${this.directory}
        .label=${label}
        .invalid=${this.errors.has(field.custom_id)}
        @values=${onValues}
      ></fc-select>`
    }
    switch (field.type as number) {
      case 4:
        return this.text(field as APITextInputComponent, label, described)
      case 19:
        return this.files(field as APIFileUploadComponent, label, described)
      case 23:
        return this.checkbox(field, label, described)
      default:
        return this.options(field as APIRadioGroupComponent, label, described)
    }
  }

  private drawPart(part: Part, index: number) {
    if (part.kind === "text") return markdown(part.content, this.directory)
    if (part.kind === "unknown") return unknown(`Component of the type ${part.component.type}`, part.component)
    const { description, field, label } = part
    const error = this.errors.get(field.custom_id)
    const id = `about-${index}`
    const required = (field as { required?: boolean }).required !== false && (field.type as number) !== 23
    return html`<div>
      ${(field.type as number) === 23 ? nothing : html`<span class="label">${label} ${required ? html`<span class="required" aria-hidden="true">*</span>` : nothing}</span>`}
      <div id=${id}>
        ${description === undefined ? nothing : html`<div class="description soft">${description}</div>`}
        ${error === undefined ? nothing : html`<div class="error" role="alert">${error}</div>`}
      </div>
      ${this.input(field, label, id)}
    </div>`
  }

  override render() {
    const { data } = this
    if (data === undefined) return nothing
    return html`<div role="dialog" aria-modal="true" aria-label=${data.title} @keydown=${this.onKey}>
      <header>
        <h2>${data.title}</h2>
        <button class="plain" aria-label="Close" @click=${this.close}>✕</button>
      </header>
      <form class="fields" id="form" novalidate @submit=${this.send}>
        ${modalParts(data).map((part, index) => this.drawPart(part, index))}
        ${this.error === undefined ? nothing : html`<div class="error" role="alert">${this.error}</div>`}
      </form>
      <footer>
        <button class="plain" @click=${this.close}>Cancel</button>
        <button class="primary" form="form" aria-busy=${this.busy} ?disabled=${this.busy}>
          ${this.busy ? "Sending…" : "Submit"}
        </button>
      </footer>
    </div>`
  }
}

define("fc-modal", FcModal)
