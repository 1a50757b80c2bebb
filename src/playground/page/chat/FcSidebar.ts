/** Servers, channels, threads and direct messages of the active pane's user. Fires `open-channel`. */
import { css, html, LitElement, nothing } from "lit"
import type { APIChannel } from "../../../discord/DiscordApi.ts"
import { avatar } from "../base/avatar.ts"
import { define } from "../base/define.ts"
import { ask } from "../base/FcPrompt.ts"
import { shared } from "../base/shared.ts"
import { emit } from "../message/Act.ts"
import { nameOf } from "../message/Directory.ts"
import type { Store } from "../Store.ts"
import { watchStore } from "../watchStore.ts"
import { groupsOf, signOf } from "./channels.ts"
import type { Session } from "./Session.ts"

export class FcSidebar extends LitElement {
  static override properties = { session: { attribute: false }, guild: { state: true } }
  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: 64px minmax(0, 1fr);
        min-height: 0;
        height: 100%;
      }
      .rail {
        background: var(--bg-rail);
        display: flex;
        flex-direction: column;
        align-items: center;
        gap: 8px;
        padding: 10px 0;
        overflow-y: auto;
      }
      .rail button {
        border-radius: 50%;
        padding: 3px;
        border: 2px solid transparent;
      }
      .rail [aria-current="true"] {
        border-color: var(--accent-text);
      }
      nav.channels {
        background: var(--bg-side);
        padding: 12px 8px;
        overflow-y: auto;
      }
      h2 {
        margin: 0 8px 10px;
        font-size: 16px;
        color: var(--text-strong);
        overflow-wrap: anywhere;
      }
      h3 {
        overflow-wrap: anywhere;
        margin: 14px 8px 4px;
        font-size: 13px;
        color: var(--text-soft);
      }
      .channel {
        display: flex;
        gap: 8px;
        width: 100%;
        padding: 6px 8px;
        border-radius: 6px;
        color: var(--text-soft);
        overflow: hidden;
        white-space: nowrap;
        text-overflow: ellipsis;
      }
      .channel.thread {
        padding-inline-start: 28px;
        font-size: 14px;
      }
      .channel:hover,
      .channel[aria-current="page"] {
        background: var(--bg-active);
        color: var(--text-strong);
      }
      .add {
        font-size: 22px;
        width: 46px;
        height: 46px;
        text-align: center;
        color: var(--text);
        background: var(--bg-side);
      }
    `
  ]
  declare session: Session
  /** The guild whose channels are listed, `direct`, or the one of the open channel. */
  declare private guild: string | undefined
  #channel: string | undefined

  constructor() {
    super()
    this.guild = undefined
    watchStore(this)
  }

  get store(): Store {
    return (this.session as Session | undefined)?.store as Store
  }

  protected override willUpdate(): void {
    const { channel } = this.session
    if (channel === this.#channel) return
    this.#channel = channel
    this.guild = undefined
  }

  private get shown(): string | undefined {
    if (this.guild !== undefined) return this.guild
    const { channel, guild, store } = this.session
    if (channel !== undefined && store.directs.has(channel)) return "direct"
    return guild?.id ?? [...store.guilds.keys()][0]
  }

  private async direct(): Promise<void> {
    const { store, user } = this.session
    try {
      const channel = (await store.link.request({ type: "direct", user })) as APIChannel
      store.receive({ type: "direct", channel })
      emit(this, "open-channel", { channel: channel.id })
    } catch (error) {
      this.session.say(error instanceof Error ? error.message : String(error))
    }
  }

  private async addGuild(): Promise<void> {
    const name = await ask("Add a server", "Name")
    if (name === undefined) return
    await this.#ask({ type: "addGuild", name })
  }

  private async addChannel(guild: string): Promise<void> {
    const name = await ask("Add a channel", "Name")
    if (name === undefined) return
    await this.#ask({ type: "addChannel", guild, name })
  }

  async #ask(request: Parameters<Store["link"]["request"]>[0]): Promise<void> {
    await this.store.link.request(request).catch((error: Error) => this.session.say(error.message))
  }

  private entry(channel: APIChannel, name: string, isThread = false) {
    const open = () => emit(this, "open-channel", { channel: channel.id })
    const current = this.session.channel === channel.id
    return html`<button
      class=${isThread ? "channel thread" : "channel"}
      aria-current=${current ? "page" : nothing}
      @click=${open}
    >
      <span aria-hidden="true">${signOf(channel)}</span><span>${name}</span>
    </button>`
  }

  private rail() {
    const { shown, store } = this
    const bot = store.bot
    return html`<nav class="rail" aria-label="Servers">
      <button
        aria-label="Direct messages"
        title="Direct messages"
        aria-current=${shown === "direct"}
        @click=${this.direct}
      >
        ${avatar(bot?.id ?? "0", bot === undefined ? "DM" : nameOf(bot), 42)}
      </button>
      ${[...store.guilds.values()].map(
        ({ id, name }) =>
          html`<button aria-label=${name} title=${name} aria-current=${shown === id} @click=${() => (this.guild = id)}>
            ${avatar(id, name, 42)}
          </button>`
      )}
      <button class="add" aria-label="Add a server" title="Add a server" @click=${this.addGuild}>+</button>
    </nav>`
  }

  override render() {
    if ((this.session as Session | undefined) === undefined) return nothing
    const { shown, store } = this
    const guild = shown === undefined ? undefined : store.guilds.get(shown)
    const channel = this.session.channel === undefined ? undefined : store.directs.get(this.session.channel)
    const bot = store.bot === undefined ? "the bot" : nameOf(store.bot)
    return html`${this.rail()}
      <nav class="channels" aria-label="Channels">
        <h2>${guild?.name ?? "Direct messages"}</h2>
        ${guild === undefined && channel !== undefined ? this.entry(channel, bot) : nothing}
        ${
          guild === undefined
            ? nothing
            : html`${groupsOf(guild, this.session.view).map(
                  (group) =>
                    html`${group.name === undefined ? nothing : html`<h3>${group.name}</h3>`}
                    ${group.channels.map(
                      ({ channel, threads }) =>
                        html`${this.entry(channel, channel.name ?? channel.id)}${threads.map((thread) => this.entry(thread, thread.name ?? thread.id, true))}`
                    )}`
                )} <button class="channel" @click=${() => void this.addChannel(guild.id)}>+ Add a channel</button>`
        }
      </nav>`
  }
}

define("fc-sidebar", FcSidebar)
