/** Plays steps on Node: the same block, with the fake that the package has. */
import { Effect, Layer, Logger } from "effect"
import { FakeDiscord, VirtualClock } from "fibercord/testing"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { type Block, botOf } from "../../../docs/.vitepress/theme/live/botOf.ts"
import { root, writeBlocks } from "../../../scripts/documents.ts"
import { type Example, exposed } from "../../../scripts/live.ts"
import { type Seen, seen, type Sight, type Step, type User, type Values } from "./steps.ts"

const folder = join(root, ".cache/blocks/live")

const load = (example: Example): Promise<Block> => {
  writeBlocks(folder, example.document)
  const file = join(folder, example.document, `${example.id}.exposed.ts`)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, exposed(readFileSync(join(folder, example.document, example.file), "utf8")))
  return import(/* @vite-ignore */ file)
}

type People = Readonly<Record<User, FakeDiscord.User>>

const valueOf = (people: People, value: string | number): string | number | { readonly id: string } =>
  value === "alice" || value === "bob" ? people[value] : value

const valuesOf = (people: People, values: Values = {}): FakeDiscord.OptionValues =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, valueOf(people, value)]))

const idOf = (people: People, choice: string): string => {
  const value = valueOf(people, choice)
  return typeof value === "object" ? value.id : String(value)
}

const play = Effect.fn("play")(function* (people: People, steps: ReadonlyArray<Step>) {
  const clock = yield* VirtualClock.VirtualClock
  let last: FakeDiscord.Response | undefined
  for (const step of steps) {
    if ("later" in step) {
      yield* clock.advance("15 minutes")
      continue
    }
    const user = people[step.user]
    const newest = (yield* user.messages()).at(-1)
    if ("slash" in step) last = yield* user.slash(step.slash, valuesOf(people, step.values))
    else if ("say" in step) yield* user.say(step.say)
    else if ("menuOf" in step && step.menuOf !== "message") {
      last = yield* user.contextMenu(step.command, people[step.menuOf])
    } else if ("submit" in step) {
      if (last === undefined) throw new Error("No form is open")
      const choices = Object.entries(step.choices ?? {}).map(([label, choice]) => [label, [idOf(people, choice)]])
      const fields = { ...step.submit, ...Object.fromEntries(choices) }
      last = yield* user.submit(yield* last.modal, fields as FakeDiscord.FieldValues)
    } else if (newest === undefined) throw new Error(`${step.user} sees no message`)
    else if ("click" in step) last = yield* user.click(newest, step.click)
    else if ("menuOf" in step) last = yield* user.contextMenu(step.command, newest)
    else last = yield* user.select(newest, step.select, [idOf(people, step.choice)])
    // What follows the initial response arrives before this ends.
    yield* clock.advance("1 millis")
  }
})

const sightOf = Effect.fnUntraced(function* (user: FakeDiscord.User) {
  const messages = yield* user.messages()
  const all = yield* Effect.forEach(messages, (message) => message.raw)
  return all.map((raw): Seen => seen(raw))
})

/** What both users see after the steps. */
export const onNode = (example: Example, steps: ReadonlyArray<Step>): Effect.Effect<Sight> =>
  Effect.gen(function* () {
    const fake = yield* FakeDiscord.FakeDiscord
    const people = { alice: yield* fake.user("alice"), bob: yield* fake.user("bob", { locale: "de" }) }
    yield* Layer.build(botOf(yield* Effect.promise(() => load(example))))
    yield* play(people, steps)
    return { alice: yield* sightOf(people.alice), bob: yield* sightOf(people.bob) }
  }).pipe(
    Effect.scoped,
    Effect.provide(
      FakeDiscord.layer({ identifyInterval: 0 }).pipe(
        Layer.provideMerge(VirtualClock.layer),
        Layer.provideMerge(Logger.layer([]))
      )
    ),
    Effect.orDie
  )
