/** Bad input: 10,000 interactions that are almost valid. None crashes or stops anything. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Ref from "effect/Ref"
import * as Runtimes from "../../src/runtime/Runtimes.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Field from "../../src/interactions/definitions/Field.ts"
import * as Interactions from "../../src/interactions/router/Interactions.ts"
import * as Menu from "../../src/interactions/definitions/Menu.ts"
import * as Middleware from "../../src/interactions/definitions/Middleware.ts"
import * as Modal from "../../src/interactions/definitions/Modal.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import * as Interaction from "../../src/interactions/replies/Interaction.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { escaped, type Json, makeRandom, mutate } from "../mutate.ts"

const base = {
  application_id: "100",
  token: "token",
  version: 1,
  locale: "en-US",
  guild_id: "7",
  channel: { id: "8", type: 0 },
  context: 0,
  guild_locale: "de",
  app_permissions: "8",
  attachment_size_limit: 10,
  authorizing_integration_owners: { 0: "7" },
  entitlements: [{ id: "5", sku_id: "6", type: 8, deleted: false, starts_at: null, ends_at: "2999-01-01T00:00:00Z" }],
  member: { user: { id: "9", username: "ann" }, permissions: "8", roles: [] }
}
const message = {
  id: "77",
  channel_id: "8",
  flags: 0,
  components: [{ type: 1, components: [{ type: 2, custom_id: "fc1b:zzzzzz1:0", label: "x", style: 2 }] }]
}
const resolved = { users: { 9: { id: "9", username: "ann" } }, members: { 9: {} }, roles: {}, channels: {} }
const option = (name: string, type: number, value: unknown) => ({ name, type, value })

/** Real shapes: one of each kind of interaction. */
const shapes: ReadonlyArray<Json> = [
  { type: 2, data: { id: "1", type: 1, name: "one", options: [option("who", 6, "9"), option("n", 4, 3)], resolved } },
  { type: 2, data: { id: "1", type: 1, name: "group", options: [{ name: "sub", type: 1, options: [] }] } },
  { type: 2, data: { id: "1", type: 2, name: "Greet", target_id: "9", resolved } },
  { type: 2, data: { id: "1", type: 4, name: "play" } },
  { type: 4, data: { id: "1", type: 1, name: "one", options: [{ ...option("q", 3, "x"), focused: true }] } },
  { type: 3, message, data: { component_type: 2, custom_id: 'fc1i:button:{"n":1}' } },
  { type: 3, message, data: { component_type: 3, custom_id: "fc1i:menu:", values: ["a"] } },
  { type: 3, message, data: { component_type: 2, custom_id: "fc1b:zzzzzz1:0" } },
  {
    type: 5,
    message,
    data: {
      custom_id: "fc1b:zzzzzz1:1",
      components: [{ type: 18, component: { type: 4, custom_id: "a", value: "b" } }]
    }
  },
  { type: 1 }
]

const description = "…"

const interactions = [
  Command.slash(
    "one",
    {
      description,
      options: {
        who: Options.user("…"),
        n: Options.optional(Options.integer("…")),
        q: Options.autocomplete(Options.string("…"), (query) => Effect.succeed([query.toUpperCase()])).pipe(
          Options.optional
        )
      }
    },
    ({ who }) => Reply.send({ content: who.username })
  ),
  Command.parent("group", { description }, { sub: Command.sub({ description }, () => Reply.send({ content: "…" })) }),
  Command.user("Greet", {}, ({ username }) => Reply.send({ content: username })),
  Command.entryPoint("play", { description, contexts: ["guild"] }, () =>
    Effect.flatMap(Interaction.inGuild, (it) =>
      Reply.send({
        content: [
          it.guildId,
          it.context,
          it.guildLocale,
          it.attachmentSizeLimit,
          it.authorizingIntegrationOwners
        ].join()
      })
    )
  ).pipe(Middleware.requireEntitlement("6")),
  Button.independent("button", {}, () =>
    Modal.show({ title: "…", fields: { a: Field.short("…") } }, () => Effect.void)
  ),
  Menu.independent("menu", { menu: Menu.string({ choices: ["a"] }) }, (value) => Reply.update({ content: value }))
]

describe("10,000 mutated interactions", () => {
  it.live(
    "get at most one response each, throw nothing, log each kind of problem once, and break no other interaction",
    () =>
      Effect.gen(function* () {
        const errors = yield* escaped
        const router = yield* Interactions.Interactions
        const answers = new Map<number, number>()
        const handle = (index: number, payload: Json) =>
          router.handle(payload as never, () =>
            Effect.sync(() => {
              answers.set(index, (answers.get(index) ?? 0) + 1)
              return undefined
            })
          )
        const random = makeRandom(20_261_121)
        for (let index = 0; index < 10_000; index++) {
          const shape = shapes[random(shapes.length)] ?? {}
          handle(index, mutate(random, { ...base, id: `${index + 1}`, ...shape }))
          if (index % 200 === 0) yield* Effect.sleep("1 millis")
        }
        // A valid one after all of them is handled as usual.
        const last = 10_000
        handle(last, { ...base, id: "20000", ...shapes[0] })
        yield* Effect.sleep("20 millis").pipe(Effect.repeat({ until: () => answers.has(last), times: 200 }))
        assert.strictEqual(answers.get(last), 1)
        assert.deepStrictEqual(
          [...answers.values()].filter((count) => count > 1),
          []
        )
        assert.isAbove(answers.size, 5_000)
        assert.deepStrictEqual(errors, [])
        assert.isUndefined(({} as Json)["polluted"])
        // Only the Runtimes that were opened remain.
        yield* Runtimes.Runtimes.use((runtimes) => runtimes.closeAll)
        const warnings = (yield* Ref.get(yield* Warnings)).filter((text) => text.includes("a malformed interaction"))
        assert.isAbove(warnings.length, 3)
        assert.strictEqual(new Set(warnings).size, warnings.length)
      }).pipe(
        Effect.provide(
          Layer.provideMerge(Interactions.layer({ interactions }), Layer.provideMerge(LoggerLive, FakeDiscord.layer()))
        )
      ),
    240_000
  )
})

class Warnings extends Context.Service<Warnings, Ref.Ref<ReadonlyArray<string>>>()("test/Warnings") {}

const LoggerLive = Layer.unwrap(
  Effect.map(Ref.make<ReadonlyArray<string>>([]), (lines) => {
    const collect = Logger.make(({ message }) => {
      Effect.runSync(Ref.update(lines, (all) => [...all, String(message)]))
    })
    return Layer.merge(Layer.succeed(Warnings, lines), Logger.layer([collect]))
  })
)
