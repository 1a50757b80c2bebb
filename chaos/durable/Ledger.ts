/** What users did in a run, and whether what they see in the end is what they must see. */
import { Effect } from "effect"
import { FakeDiscord } from "fibercord/testing"
import type { World } from "./World.ts"

/** A dialogue that somebody has begun, or has tried to. */
export interface Begun {
  readonly kind: "approval" | "reminder" | "giveaway" | "onboarding"
  /** What its messages contain; for newcomers nothing, because their direct messages are their own. */
  readonly label: string
  readonly user: FakeDiscord.User
  readonly wish: string
  /** Whether Discord got a response, so that it must exist. */
  readonly isAnswered: boolean
}

/** What a run has seen. */
export interface Page {
  readonly kills: number
  readonly dialogues: number
  readonly messages: number
  readonly doubled: number
  readonly missing: number
  /** Uses that Discord got no response to because the process was dead; the others are problems. */
  readonly excused: number
  /** Events whose process was killed before it had stored anything. */
  readonly lost: number
  readonly unanswered: number
}

/** The columns of a page. */
export const columns: ReadonlyArray<keyof Page> = [
  "kills",
  "dialogues",
  "messages",
  "doubled",
  "missing",
  "excused",
  "lost",
  "unanswered"
]

/** Keeps the books of a run. */
export class Ledger {
  kills = 0
  excused = 0
  lost = 0
  /** Newcomers whose process was killed soon after they joined. */
  readonly unheard = new Set<string>()
  unanswered = 0
  dialogues = 0
  messages = 0
  doubled = 0
  missing = 0
  readonly problems: Array<string> = []
  readonly begun: Array<Begun> = []
  /** The keys of what was ordered. */
  readonly #orders = new Map<string, Set<string>>()
  /** What a process has printed last. */
  readonly #printed: Array<string> = []
  /** The newest answers that counted, by what was asked. */
  readonly acknowledged = new Set<string>()

  problem(text: string): void {
    this.problems.push(text)
  }

  ordered(what: string, key: string): void {
    const keys = this.#orders.get(what) ?? new Set()
    this.#orders.set(what, keys.add(key))
  }

  keysOf(what: string): ReadonlySet<string> {
    return this.#orders.get(what) ?? new Set()
  }

  printed(text: string): void {
    this.#printed.push(text)
    if (this.#printed.length > 60) this.#printed.shift()
  }

  get lastPrinted(): ReadonlyArray<string> {
    return this.#printed
  }

  get page(): Page {
    const { dialogues, doubled, excused, kills, lost, messages, missing, unanswered } = this
    return { kills, dialogues, messages, doubled, missing, excused, lost, unanswered }
  }

  /** Messages that must be there once each, and no others. */
  expect(about: string, seen: ReadonlyArray<string>, wanted: ReadonlyArray<string>): void {
    const left = [...seen]
    for (const each of wanted) {
      const at = left.indexOf(each)
      if (at >= 0) left.splice(at, 1)
      else {
        this.missing++
        this.problem(`${about}: there is no “${each}” among ${JSON.stringify(seen)}`)
      }
    }
    for (const each of left) {
      this.doubled++
      this.problem(`${about}: “${each}” is there once more`)
    }
  }
}

const contentsOf = (messages: ReadonlyArray<FakeDiscord.Snapshot>, label: string) =>
  messages.filter(({ content }) => content.includes(label)).map(({ content }) => content)

const snapshots = (user: FakeDiscord.User, place: { readonly channel: string } | { readonly direct: true }) =>
  Effect.flatMap(user.messages(place), (all) => Effect.forEach(all, (message) => message.snapshot)).pipe(
    // What only one user sees answers a use, or is the response to a command: it is no message of the dialogue.
    Effect.map((all) => all.filter(({ ephemeral }) => !ephemeral)),
    Effect.orDie
  )

const approval = (ledger: Ledger, { isAnswered, label, user, wish }: Begun, seen: Seen) => {
  const questions = contentsOf(seen.moderators, label)
  const told = contentsOf(seen.direct, label)
  if (questions.length === 0 && !isAnswered) return ledger.expect(label, told, [])
  ledger.dialogues++
  ledger.messages += questions.length + told.length
  const [moderator] = [...(questions[0] ?? "").matchAll(/by (<@\d+>)$/g)].map((match) => match[1] ?? "")
  const decided = ledger.acknowledged.has(label) || moderator !== undefined
  const [key = ""] = ledger.keysOf(label)
  if (!decided || wish === "none") {
    ledger.expect(label, questions, [`<@${user.id}> wants ${label}`])
    ledger.expect(label, told, [`Nobody has decided about ${label}. Please ask again.`])
  } else if (wish === "no") {
    ledger.expect(label, questions, [`<@${user.id}> wanted ${label}: denied by ${moderator}`])
    ledger.expect(label, told, [`No ${label}: because`])
  } else {
    ledger.expect(label, questions, [`<@${user.id}> wanted ${label}: approved by ${moderator}`])
    const order = `Your ${label} is on its way: order ${key.slice(0, 8)}`
    ledger.expect(label, told, [order, `How was the ${label}?`])
    if (ledger.keysOf(label).size !== 1) ledger.problem(`${label}: ordered with ${ledger.keysOf(label).size} keys`)
  }
}

const reminder = (ledger: Ledger, { isAnswered, label, user }: Begun, seen: Seen) => {
  const shown = contentsOf(seen.channels, label)
  const told = contentsOf(seen.direct, label)
  if (shown.length === 0 && !isAnswered) return ledger.expect(label, told, [])
  ledger.dialogues++
  ledger.messages += shown.length + told.length
  const isCancelled = ledger.acknowledged.has(label) || shown[0]?.startsWith("I will not") === true
  const time = / in ([^,.]+)\.$/.exec(shown[0] ?? "")?.[1]
  const asked = `<@${user.id}>, I will remind you of ${label} in ${time}.`
  ledger.expect(label, shown, [isCancelled ? `I will not remind you of ${label}.` : asked])
  ledger.expect(label, told, isCancelled ? [] : [`Remember: ${label}`])
}

const giveaway = (ledger: Ledger, { isAnswered, label, user, wish }: Begun, seen: Seen) => {
  const shown = contentsOf(seen.channels, label)
  if (shown.length === 0 && !isAnswered) return
  ledger.dialogues++
  ledger.messages += shown.length
  const time = /<t:\d+:R>/.exec(shown[0] ?? "")?.[0]
  const winner = /^(<@\d+>) won/.exec(shown[1] ?? "")?.[1]
  const entrants = wish === "all" ? 3 : 0
  const offer = `<@${user.id}> gives away: **${label}**\nDrawn ${time}, or when 3 have entered. Entrants: ${entrants}`
  ledger.expect(label, shown, [offer, entrants === 0 ? `Nobody wants ${label}.` : `${winner} won ${label}!`])
}

const first = "Welcome! Be kind to each other. Do you accept that?"
const second = "You have not accepted the rules yet. Do you?"
const thanks = "Thank you. You are one of us now."

const newcomer = (ledger: Ledger, { label, user, wish }: Begun, seen: Seen) => {
  const told = seen.direct.map(({ content }) => content)
  // Discord repeats what came after the sequence that was written, and this event may have come before it.
  if (told.length === 0 && ledger.unheard.has(label)) {
    ledger.lost++
    return
  }
  ledger.dialogues++
  ledger.messages += told.length
  const isIn = ledger.acknowledged.has(label) || told.includes(thanks)
  if (isIn && wish === "never") ledger.problem(`${label}: has accepted nothing`)
  const wasReminded = told.includes(second)
  ledger.expect(label, told, [first, ...(wasReminded || !isIn ? [second] : []), ...(isIn ? [thanks] : [])])
  if (isIn && !seen.roles.has(user.id)) ledger.problem(`${label}: has no role`)
}

/** What can be seen at the end. */
interface Seen {
  readonly moderators: ReadonlyArray<FakeDiscord.Snapshot>
  readonly channels: ReadonlyArray<FakeDiscord.Snapshot>
  readonly direct: ReadonlyArray<FakeDiscord.Snapshot>
  /** Who was given the role. */
  readonly roles: ReadonlySet<string>
}

const checks = { approval, reminder, giveaway, onboarding: newcomer }

/** Compares what every user sees with what the user must see. */
export const balance = ({ discord, guilds, ledger, moderators, role }: World) =>
  Effect.gen(function* () {
    const moderator = yield* discord.user("moderator")
    const roles = new Set<string>()
    for (const entry of (yield* discord.log).filter(FakeDiscord.is("Request"))) {
      const match = /^\/guilds\/\d+\/members\/(\d+)\/roles\/(\d+)$/.exec(entry.path)
      if (entry.method === "PUT" && entry.status === 204 && match?.[2] === role) roles.add(match[1] ?? "")
    }
    const channels = guilds.map(({ channelId }) => channelId)
    const inModerators = yield* snapshots(moderator, { channel: moderators })
    const inChannels = (yield* Effect.forEach(channels, (channel) => snapshots(moderator, { channel }))).flat()
    const everywhere = [...inModerators, ...inChannels]
    for (const begun of ledger.begun) {
      const direct = yield* snapshots(begun.user, { direct: true })
      checks[begun.kind](ledger, begun, { moderators: inModerators, channels: inChannels, direct, roles })
      everywhere.push(...(begun.kind === "onboarding" ? direct : []))
    }
    for (const { buttons, content } of everywhere) {
      if (buttons.some(({ disabled }) => !disabled)) ledger.problem(`“${content}” can still be clicked`)
    }
    for (const { detail, rule } of yield* discord.violations) ledger.problem(`violation of ${rule}: ${detail}`)
  })
