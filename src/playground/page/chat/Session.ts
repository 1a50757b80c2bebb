/**
 * One user in one channel: what they see, what they wait for, and what went wrong. A page has as many as it shows panes.
 */
import type { APIModalInteractionResponseCallbackData } from "../../../discord/DiscordApi.ts"
import type { Acted, Action, InteractionView, View } from "../../Protocol.ts"
import { RequestError } from "../Link.ts"
import type { Act } from "../message/Act.ts"
import type { Directory } from "../message/Directory.ts"
import type { Store } from "../Store.ts"
import { makeDirectory } from "./storeDirectory.ts"
import { failureOf, wordsOf } from "./words.ts"

/** A form that the user fills in. */
export interface OpenModal {
  readonly opener: string
  readonly data: APIModalInteractionResponseCallbackData
  /** Whether it was sent and nothing came back yet. */
  readonly busy: boolean
  readonly error?: string | undefined
}

interface Waiting {
  readonly message: string
  readonly customId: string
}

/** The message that something is done with. */
const messageIn = (detail: Act): string | undefined => {
  if ("message" in detail) return detail.message
  return detail.type === "contextMenu" && "message" in detail.target ? detail.target.message : undefined
}

const componentFailed = "This interaction failed"
const modalFailed = "Something went wrong. Try again."

export class Session {
  readonly store: Store
  readonly user: string
  channel: string | undefined
  view: View | undefined
  busy = new Map<string, ReadonlySet<string>>()
  failures = new Map<string, string>()
  dismissed = new Set<string>()
  modal: OpenModal | undefined
  /** What was refused, for the user to read. */
  notice: string | undefined
  #epoch = 0
  /** Whether the channel was not chosen by the user. */
  #unchosen = false
  #access = -1
  #viewed: string | undefined
  #seen: Set<string> | undefined
  #waiting = new Map<string, Waiting>()
  #submitted: string | undefined
  #directory: { readonly key: ReadonlyArray<unknown>; readonly value: Directory } | undefined
  readonly #stop: () => void

  constructor(store: Store, user: string, channel?: string) {
    this.store = store
    this.user = user
    this.channel = channel
    this.#stop = store.subscribe(() => this.#changed())
    this.#changed()
  }

  close(): void {
    this.#stop()
  }

  open(channel: string): void {
    this.#unchosen = false
    this.channel = channel
    this.#changed()
    this.#tell()
  }

  /** The guild of the channel. */
  get guild() {
    for (const guild of this.store.guilds.values()) {
      if (guild.channels.some(({ id }) => id === this.channel)) return guild
      if (guild.threads.some(({ id }) => id === this.channel)) return guild
    }
    return undefined
  }

  /** Whether the user sees the channel. The messages of those that the user does not see are not shown. */
  get mayLook(): boolean {
    const { channel, store, view } = this
    return channel === undefined || view === undefined || store.directs.has(channel) || view.channels.includes(channel)
  }

  get directory(): Directory {
    const { channel, guild, store, user, view } = this
    // Times are written anew each minute, and when the clock is moved.
    const minute = Math.floor(store.now() / 60_000)
    const key = [guild, channel, user, view, store.users.size, store.epoch, minute]
    if (this.#directory === undefined || key.some((each, index) => each !== this.#directory?.key[index])) {
      this.#directory = { key, value: makeDirectory(store, user, guild, view, channel) }
    }
    return this.#directory.value
  }

  /** Does something as the user of this session. Resolves with whether it was accepted. */
  async act(detail: Act): Promise<boolean> {
    if (this.channel === undefined) return false
    this.notice = undefined
    const action = { ...detail, user: this.user, channel: this.channel } as Action
    const waiting = "customId" in detail ? { message: detail.message, customId: detail.customId } : undefined
    const on = messageIn(detail)
    if (on !== undefined) this.#forget(on)
    if (waiting !== undefined) this.#setBusy(waiting, true)
    if (detail.type === "submit") this.modal = this.modal && { ...this.modal, busy: true, error: undefined }
    this.#tell()
    try {
      const acted = (await this.store.link.request(action)) as Acted | undefined
      this.#accepted(detail, acted?.interaction, waiting)
      return true
    } catch (error) {
      this.#refused(detail, error, waiting)
      return false
    } finally {
      this.#changed()
      this.#tell()
    }
  }

  /** Pins a message, or unpins it. */
  async pin(message: string, pinned: boolean): Promise<void> {
    this.#forget(message)
    try {
      await this.store.link.request({ type: "pin", user: this.user, message, pinned })
    } catch (error) {
      const said = wordsOf(error instanceof Error ? error.message : String(error))
      if (this.#isHere(message)) this.failures = new Map(this.failures).set(message, said)
      else this.notice = said
    }
    this.#tell()
  }

  /** Tells the user something. */
  say(notice: string | undefined): void {
    this.notice = notice
    this.#tell()
  }

  dismiss(message: string): void {
    this.dismissed = new Set(this.dismissed).add(message)
    this.#tell()
  }

  /** Takes back that a message was dismissed. */
  recall(message: string): void {
    if (this.dismissed.has(message)) this.dismissed = new Set([...this.dismissed].filter((id) => id !== message))
  }

  closeModal(): void {
    this.modal = undefined
    this.#submitted = undefined
    this.#tell()
  }

  #accepted(detail: Act, interaction: InteractionView | undefined, waiting: Waiting | undefined): void {
    if (detail.type === "submit") {
      if (interaction === undefined) this.modal = undefined
      else this.#submitted = interaction.id
    }
    if (interaction !== undefined) this.store.interactions.set(interaction.id, newest(this.store, interaction))
    if (waiting === undefined) return
    if (interaction === undefined) this.#setBusy(waiting, false)
    else this.#waiting.set(interaction.id, waiting)
  }

  #refused(detail: Act, error: unknown, waiting: Waiting | undefined): void {
    const said = wordsOf(error instanceof RequestError || error instanceof Error ? error.message : String(error))
    const on = messageIn(detail)
    if (waiting !== undefined) this.#setBusy(waiting, false)
    if (detail.type === "submit" && this.modal !== undefined) {
      this.modal = { ...this.modal, busy: false, error: `${modalFailed} ${said}` }
    } else if (on !== undefined && this.#isHere(on)) {
      const text = waiting === undefined ? said : `${componentFailed}. ${said}`
      this.failures = new Map(this.failures).set(on, text)
    } else this.notice = said
  }

  /** Whether a message is on the screen, so that something can be said below it. */
  #isHere(id: string): boolean {
    const { messages = [] } = this.store.channels.get(this.channel ?? "") ?? {}
    return messages.some(({ deleted, raw }) => raw.id === id && !deleted)
  }

  #setBusy({ customId, message }: Waiting, busy: boolean): void {
    const ids = new Set(this.busy.get(message))
    if (busy) ids.add(customId)
    else ids.delete(customId)
    this.busy = new Map(this.busy).set(message, ids)
    if (busy) this.#forget(message)
  }

  /** Whatever failed on a message before is over when something else is done with it. */
  #forget(message: string): void {
    if (!this.failures.has(message)) return
    this.failures = new Map([...this.failures].filter(([id]) => id !== message))
  }

  #changed(): void {
    const { store } = this
    if (!store.ready) return
    this.#reconnected()
    this.#openFirst()
    if (this.#access !== store.access || this.#viewed !== this.channel) void this.#look()
    if (this.channel !== undefined && store.channels.get(this.channel)?.epoch !== store.epoch) {
      store
        .load(this.channel)
        .catch((error: unknown) => this.say(String(error instanceof Error ? error.message : error)))
    }
    this.#followInteractions()
  }

  /** What was waited for on a connection that is gone does not come any more. */
  #reconnected(): void {
    if (this.#epoch === this.store.epoch) return
    this.#epoch = this.store.epoch
    this.#waiting.clear()
    this.busy = new Map()
    this.#seen = new Set(this.store.interactions.keys())
  }

  #openFirst(): void {
    const text = new Set([0, 5])
    const { view } = this
    const isBarred = this.#unchosen && !this.mayLook
    if (this.channel !== undefined && !isBarred) return
    const channels = [...this.store.guilds.values()].flatMap(({ channels }) => channels)
    const open = channels.find(({ id, type }) => text.has(type) && (view?.channels.includes(id) ?? true))?.id
    if (open === undefined) return
    this.channel = open
    this.#unchosen = true
  }

  async #look(): Promise<void> {
    const { channel, store } = this
    this.#access = store.access
    this.#viewed = channel
    try {
      const request = { type: "view", user: this.user, ...(channel === undefined ? {} : { channel }) } as const
      const view = (await store.link.request(request)) as View
      if (channel !== this.channel) return
      this.view = view
    } catch {
      // It is asked for again with the next connection, and with the next change of access.
      this.view = undefined
    }
    this.#tell()
  }

  #followInteractions(): void {
    const { interactions } = this.store
    this.#seen ??= new Set(interactions.keys())
    for (const [id, waiting] of this.#waiting) {
      const interaction = interactions.get(id)
      if (interaction === undefined || interaction.state === "waiting") continue
      this.#waiting.delete(id)
      this.#setBusy(waiting, false)
      if (interaction.state === "failed") this.#fail(waiting, interaction)
    }
    const submitted = this.#submitted === undefined ? undefined : interactions.get(this.#submitted)
    if (submitted !== undefined && submitted.state !== "waiting") this.#submittedModal(submitted)
    for (const interaction of interactions.values()) this.#openModal(interaction)
  }

  #fail({ message }: Waiting, interaction: InteractionView): void {
    const text = failureOf(interaction.failure ?? componentFailed, interaction.refused)
    this.failures = new Map(this.failures).set(message, text)
  }

  #submittedModal(interaction: InteractionView): void {
    this.#submitted = undefined
    if (this.modal === undefined) return
    const error = failureOf(interaction.failure ?? modalFailed, interaction.refused)
    this.modal = interaction.state === "failed" ? { ...this.modal, busy: false, error } : undefined
  }

  #openModal(interaction: InteractionView): void {
    if (interaction.modal === undefined || this.#seen?.has(interaction.id) === true) return
    this.#seen?.add(interaction.id)
    if (interaction.user !== this.user || interaction.channel !== this.channel) return
    this.modal = { opener: interaction.id, data: interaction.modal, busy: false }
  }

  #tell(): void {
    this.store.touch()
  }
}

/** A reply that is read after an update does not take the update back. */
const newest = (store: Store, interaction: InteractionView): InteractionView => {
  const known = store.interactions.get(interaction.id)
  return known !== undefined && known.state !== "waiting" ? known : interaction
}
