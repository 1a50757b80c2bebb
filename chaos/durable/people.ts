/** What users do with the bots of `examples/durable`: they click again when nothing happens, as people do. */
import { Effect } from "effect"
import type { FakeDiscord } from "fibercord/testing"
import type { World } from "./World.ts"

/** What somebody wants to do with a message. */
interface Wish {
  readonly label: string
  readonly button: string
  readonly form?: { readonly [field: string]: string }
}

/** How often people try before they give up, which they must not have to. */
const patience = 500

const isOpen = ({ buttons }: FakeDiscord.Snapshot): boolean => buttons.some(({ disabled }) => !disabled)

// Discord's own deadline, and some time of a busy machine.
const longest = "20 seconds"

/** Does something with the bot. `undefined` if Discord got no response, which is a problem if the bot's process lives. */
const tried = <A, E>({ ledger, seats }: World, shard: number, what: string, act: Effect.Effect<A, E>) =>
  Effect.suspend(() => {
    const seat = seats[shard]
    const since = seat?.upSince()
    return Effect.matchEffect(act, {
      onSuccess: (answer): Effect.Effect<A | undefined> => Effect.succeed(answer),
      onFailure: (error) =>
        Effect.suspend(() => {
          if (since === undefined || seat?.upSince() !== since) ledger.excused++
          else {
            ledger.unanswered++
            ledger.problem(`${what}: no answer, although the process lives: ${String(error)}`)
          }
          return Effect.as(Effect.sleep(500 + Math.random() * 2500), undefined)
        })
    })
  })

const click = ({ button, form }: Wish, user: FakeDiscord.User, message: FakeDiscord.Message) =>
  Effect.gen(function* () {
    const response = yield* user.click(message, button, { stale: true })
    if (form === undefined || response.kind !== "modal") return response
    return yield* (yield* response.modal).submit(form)
  })

/** Clicks until the message shows that it counted. */
const insist = (world: World, shard: number, user: FakeDiscord.User, message: FakeDiscord.Message, wish: Wish) =>
  Effect.gen(function* () {
    for (let times = 0; times < patience; times++) {
      if (!isOpen(yield* message.snapshot)) return
      const response = yield* tried(world, shard, wish.label, click(wish, user, message))
      if (response?.kind === "deferred-update" && (yield* response.followUps).length === 0) {
        world.ledger.acknowledged.add(wish.label)
      }
      if (response === undefined) continue
      const closed = yield* Effect.option(
        message.awaitUntil((now) => !isOpen(now), { timeout: times < 3 ? "8 seconds" : longest })
      )
      if (closed._tag === "Some") return
    }
    world.ledger.problem(`${wish.label}: the question never closed`)
  }).pipe(Effect.catch((error) => Effect.sync(() => world.ledger.problem(`${wish.label}: ${String(error)}`))))

/** Three users enter a giveaway, each until the bot says that it knows. */
const enterAll = (world: World, shard: number, label: string, message: FakeDiscord.Message) =>
  Effect.forEach(
    ["first", "second", "third"],
    (name) =>
      Effect.gen(function* () {
        const user = yield* world.discord.user(`${name} entrant`)
        for (let times = 0; times < patience; times++) {
          const response = yield* tried(world, shard, label, user.click(message, "Enter", { stale: true }))
          if (response === undefined) continue
          if ((yield* response.ephemeral) && !(yield* response.content).includes("at once")) return
        }
        world.ledger.problem(`${label}: the ${name} entrant never entered`)
      }).pipe(Effect.catch((error) => Effect.sync(() => world.ledger.problem(`${label}: ${String(error)}`)))),
    { concurrency: "unbounded", discard: true }
  )

/** Looks at a place every moment, and does what it wants with what is open there. */
const watch = (
  world: World,
  user: FakeDiscord.User,
  shard: number,
  place: { readonly channel: string } | { readonly direct: true },
  wishOf: (content: string) => (Wish & { readonly user?: FakeDiscord.User }) | undefined,
  giveawayOf: (content: string) => string | undefined = () => undefined
) => {
  const known = new Set<string>()
  let over = 0
  return Effect.gen(function* () {
    const all = yield* user.messages(place)
    for (const message of all.slice(over)) {
      const now = yield* message.snapshot
      if (now.pending) break
      over++
      if (!isOpen(now) || known.has(now.id)) continue
      known.add(now.id)
      const wish = wishOf(now.content)
      if (wish !== undefined) yield* Effect.forkScoped(insist(world, shard, wish.user ?? user, message, wish))
      const label = giveawayOf(now.content)
      if (label !== undefined) yield* Effect.forkScoped(enterAll(world, shard, label, message))
    }
  }).pipe(Effect.orDie, Effect.andThen(Effect.sleep("50 millis")), Effect.forever)
}

/** The moderator decides as what is wanted says, and users cancel reminders that say so. Until the scope closes. */
export const begin = (world: World) =>
  Effect.gen(function* () {
    const { discord, guilds, moderators } = world
    const moderator = yield* discord.user("moderator")
    const decide = (content: string): Wish | undefined => {
      const [, label, wish] = /(tea \d+\.\d+ (\w+))$/.exec(content) ?? []
      if (label === undefined || wish === "none") return undefined
      return wish === "yes" ? { label, button: "Approve" } : { label, button: "Deny", form: { Reason: "because" } }
    }
    yield* Effect.forkScoped(watch(world, moderator, 0, { channel: moderators }, decide))
    for (const [shard, { channelId }] of guilds.entries()) {
      const cancel = (content: string) => {
        const [, label] = /(milk \d+\.\d+ cancel) in/.exec(content) ?? []
        const begun = world.ledger.begun.find((each) => each.label === label)
        return label === undefined || begun === undefined
          ? undefined
          : { label, button: "Never mind", user: begun.user }
      }
      const giveaway = (content: string) => /\*\*(plant \d+\.\d+ all)\*\*/.exec(content)?.[1]
      yield* Effect.forkScoped(watch(world, moderator, shard, { channel: channelId }, cancel, giveaway))
    }
  })

/** Uses a command until there is a response, each time for something else. */
const useUntilAnswered = (
  world: World,
  options: {
    readonly kind: "approval" | "reminder" | "giveaway"
    readonly thing: string
    readonly wish: string
    readonly n: number
    readonly use: (user: FakeDiscord.User, label: string, guild: FakeDiscord.Guild) => Effect.Effect<unknown, unknown>
  }
) =>
  Effect.gen(function* () {
    const { kind, n, thing, wish } = options
    const shard = n % world.guilds.length
    const guild = world.guilds[shard] ?? world.discord.guild
    const user = yield* world.discord.user(`${kind} ${n}`)
    for (let attempt = 1; ; attempt++) {
      const label = `${thing} ${n}.${attempt} ${wish}`
      const entry = { kind, label, user, wish, isAnswered: false }
      const at = world.ledger.begun.push(entry) - 1
      const response = yield* tried(world, shard, label, options.use(user, label, guild))
      world.ledger.begun[at] = { ...entry, isAnswered: response !== undefined }
      if (response !== undefined) return { user, label }
      if (attempt === patience) return yield* Effect.sync(() => world.ledger.problem(`${label}: never answered`))
    }
  })

const awaitDirect = (user: FakeDiscord.User, isLast: (content: string, isClosed: boolean) => boolean) =>
  user
    .awaitMessage((now) => isLast(now.content, !isOpen(now)), { direct: true, timeout: "60 seconds" })
    .pipe(
      Effect.asVoid,
      // The ledger says in the end what is missing.
      Effect.ignore
    )

/** Somebody requests something: `yes`, `no` or `none` is what the moderator does. */
const approval = (world: World, n: number, wish: string) =>
  Effect.gen(function* () {
    const used = yield* useUntilAnswered(world, {
      kind: "approval",
      thing: "tea",
      wish,
      n,
      use: (user, what, guild) => user.slash("request", { what }, { guild })
    })
    if (used === undefined) return
    const isLast = (content: string) =>
      [`How was the ${used.label}?`, `No ${used.label}: because`].includes(content) ||
      content.startsWith(`Nobody has decided about ${used.label}.`)
    yield* awaitDirect(used.user, isLast)
  })

/** Somebody wants to be reminded, and maybe thinks better of it: `fire` or `cancel`. */
const reminder = (world: World, n: number, wish: string) =>
  Effect.gen(function* () {
    const used = yield* useUntilAnswered(world, {
      kind: "reminder",
      thing: "milk",
      wish,
      n,
      use: (user, what, guild) =>
        user.slash("remind", { what, in: wish === "fire" ? "1 second" : "10 minutes" }, { guild })
    })
    if (used === undefined) return
    if (wish === "fire") return yield* awaitDirect(used.user, (text) => text.endsWith(used.label))
    const { channelId } = world.guilds[n % world.guilds.length] ?? world.discord.guild
    const isOver = (message: FakeDiscord.Snapshot) => message.content === `I will not remind you of ${used.label}.`
    yield* used.user.awaitMessage(isOver, { channel: channelId, timeout: "60 seconds" }).pipe(Effect.ignore)
  })

/** Somebody gives something away, for which three users enter, who are enough (`all`), or nobody until its time is over (`none`). */
const giveaway = (world: World, n: number, wish: string) =>
  Effect.gen(function* () {
    const used = yield* useUntilAnswered(world, {
      kind: "giveaway",
      thing: "plant",
      wish,
      n,
      use: (user, prize, guild) =>
        user.slash("giveaway", { prize, in: wish === "all" ? "10 minutes" : "2 seconds", limit: 3 }, { guild })
    })
    if (used === undefined) return
    const { channelId } = world.guilds[n % world.guilds.length] ?? world.discord.guild
    const isOver = ({ content }: FakeDiscord.Snapshot) =>
      content.endsWith(`won ${used.label}!`) || content === `Nobody wants ${used.label}.`
    yield* used.user.awaitMessage(isOver, { channel: channelId, timeout: "60 seconds" }).pipe(Effect.ignore)
  })

/** Somebody joins, and accepts the rules at `once`, when reminded (`again`), or `never`. */
const onboarding = (world: World, n: number, wish: string) =>
  Effect.gen(function* () {
    const user = yield* world.discord.user(`newcomer ${n} ${wish}`)
    const label = user.username
    world.ledger.begun.push({ kind: "onboarding", label, user, wish, isAnswered: true })
    const accept = (content: string) =>
      wish === "once" || (wish === "again" && !content.startsWith("Welcome!"))
        ? { label, button: "I accept" }
        : undefined
    yield* Effect.forkScoped(watch(world, user, 0, { direct: true }, accept))
    const { ledger, seats } = world
    const since = seats[0]?.upSince()
    yield* Effect.forkIn(
      Effect.delay(
        Effect.sync(() => {
          // Whether the process that heard of it was killed before it can have begun anything, or was not there.
          if (since === undefined || seats[0]?.upSince() !== since) ledger.unheard.add(label)
        }),
        "3 seconds"
      ),
      yield* Effect.scope
    )
    yield* world.discord.guild.addMember(user.id)
    // The time is over for those who cannot answer because there is no process.
    const isLast = (text: string, isClosed: boolean) =>
      text.startsWith("Thank you") || (text.startsWith("You have not") && (isClosed || wish === "never"))
    yield* awaitDirect(user, isLast)
  }).pipe(Effect.scoped)

/** What people do, and how it must end. */
export const stories = {
  "approval yes": (world: World, n: number) => approval(world, n, "yes"),
  "approval no": (world: World, n: number) => approval(world, n, "no"),
  "approval none": (world: World, n: number) => approval(world, n, "none"),
  "reminder fire": (world: World, n: number) => reminder(world, n, "fire"),
  "reminder cancel": (world: World, n: number) => reminder(world, n, "cancel"),
  "giveaway all": (world: World, n: number) => giveaway(world, n, "all"),
  "giveaway none": (world: World, n: number) => giveaway(world, n, "none"),
  "onboarding once": (world: World, n: number) => onboarding(world, n, "once"),
  "onboarding again": (world: World, n: number) => onboarding(world, n, "again"),
  "onboarding never": (world: World, n: number) => onboarding(world, n, "never")
} as const

/** The name of a story. */
export type Story = keyof typeof stories
