import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import { FakeDiscord } from "../../src/testing/index.ts"
import { button, call, connect, respond, row, webhook } from "./client.ts"

const counter = { name: "counter", description: "Counts", options: [{ type: 4, name: "start", description: "First" }] }

const started = (options: FakeDiscord.Options = {}) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make(options)
    const client = yield* connect(discord)
    yield* client.identify()
    yield* call(discord, "PUT", `/applications/${discord.applicationId}/commands`, [counter])
    return { discord, client }
  })

describe("users", () => {
  it.live("run commands and click, and see how the bot responds", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      const alice = yield* discord.user("alice")
      const running = yield* Effect.forkChild(alice.slash("counter", { start: 41 }))
      const command = yield* client.event("INTERACTION_CREATE")
      assert.deepStrictEqual(command.d.data.options, [{ name: "start", type: 4, value: 41 }])
      assert.strictEqual(command.d.member.user.username, "alice")
      assert.strictEqual(command.d.guild_id, discord.guild.id)
      const components = [row(button("+1", "more"))]
      const done = yield* respond(discord, command, { type: 4, data: { content: "41", components } })
      assert.strictEqual(done.status, 204)
      const message = yield* Fiber.join(running)
      assert.strictEqual(yield* message.content, "41")
      assert.strictEqual(message.kind, "message")
      assert.deepStrictEqual(
        (yield* message.buttons).map(({ customId, disabled, label }) => ({ customId, disabled, label })),
        [{ customId: "more", disabled: false, label: "+1" }]
      )

      const clicking = yield* Effect.forkChild(message.click("+1"))
      const click = yield* client.event("INTERACTION_CREATE")
      assert.strictEqual(click.d.data.custom_id, "more")
      assert.strictEqual(click.d.message.id, yield* message.id)
      yield* respond(discord, click, { type: 7, data: { content: "42" } })
      const clicked = yield* Fiber.join(clicking)
      assert.strictEqual(clicked.kind, "update")
      assert.strictEqual(yield* message.content, "42")
      assert.strictEqual(yield* clicked.content, "42")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.live("see when the bot does not respond in time, and a late response is refused", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started({ interactionDeadline: "100 millis" })
      const alice = yield* discord.user("alice")
      const error = yield* Effect.flip(alice.slash("counter"))
      assert.strictEqual(error._tag, "NoAnswer")
      const late = yield* respond(discord, yield* client.event("INTERACTION_CREATE"), {
        type: 4,
        data: { content: "" }
      })
      assert.deepStrictEqual([late.status, late.body.code], [404, 10062])
    })
  )

  it.live("cannot click a button that is absent, disabled, or visible to another user only", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const running = yield* Effect.forkChild(alice.slash("counter"))
      const components = [row(button("on", "a"), button("off", "b", { disabled: true }))]
      const data = { content: "hi", flags: 64, components }
      yield* respond(discord, yield* client.event("INTERACTION_CREATE"), { type: 4, data })
      const message = yield* Fiber.join(running)
      assert.strictEqual(yield* message.ephemeral, true)
      const absent = yield* Effect.flip(message.click("nothing"))
      assert.strictEqual(absent._tag, "NotUsable")
      assert.include(absent.message, '"nothing" is absent; there was: "on", "off" (disabled)')
      assert.include((yield* Effect.flip(message.click("off"))).message, "disabled")
      assert.include((yield* Effect.flip(bob.click(message, "on"))).message, "invisible")
    })
  )

  it.live("can only run registered commands, with options that fit", () =>
    Effect.gen(function* () {
      const { discord } = yield* started({ patience: "50 millis" })
      const alice = yield* discord.user("alice")
      assert.include((yield* Effect.flip(alice.slash("other"))).message, "registered are: counter")
      assert.include((yield* Effect.flip(alice.slash("counter", { stop: 1 }))).message, "no option stop")
      assert.include((yield* Effect.flip(alice.slash("counter", { start: 1.5 }))).message, "integer")
    })
  )
})

describe("responses", () => {
  it.live("are accepted once per interaction", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      const alice = yield* discord.user("alice")
      const running = yield* Effect.forkChild(alice.slash("counter"))
      const command = yield* client.event("INTERACTION_CREATE")
      const early = yield* webhook(discord, command, "POST", "", { content: "too early" })
      assert.deepStrictEqual([early.status, early.body.code], [404, 10015])
      const first = yield* respond(discord, command, { type: 4, data: { content: "a" } }, "?with_response=true")
      assert.strictEqual(first.status, 200)
      assert.strictEqual(first.body.resource.message.content, "a")
      const second = yield* respond(discord, command, { type: 4, data: { content: "b" } })
      assert.deepStrictEqual([second.status, second.body.code], [400, 40060])
      assert.strictEqual(yield* (yield* Fiber.join(running)).content, "a")
    })
  )

  it.live("can be deferred, edited, followed up and deleted", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      const alice = yield* discord.user("alice")
      const running = yield* Effect.forkChild(alice.slash("counter"))
      const command = yield* client.event("INTERACTION_CREATE")
      yield* respond(discord, command, { type: 5 })
      const message = yield* Fiber.join(running)
      assert.strictEqual(message.kind, "deferred-message")
      assert.strictEqual(yield* message.pending, true)
      const reading = yield* Effect.forkChild(message.content)
      yield* webhook(discord, command, "PATCH", "/messages/@original", { content: "done" })
      assert.strictEqual(yield* Fiber.join(reading), "done")
      const extra = yield* webhook(discord, command, "POST", "", { content: "more", flags: 64 })
      assert.strictEqual(extra.status, 200)
      const followUp = yield* message.awaitFollowUp()
      assert.strictEqual(yield* followUp.content, "more")
      assert.strictEqual(yield* followUp.ephemeral, true)
      // An ephemeral message is accessible only with the token of the interaction.
      const hidden = yield* call(discord, "GET", `/channels/${discord.guild.channelId}/messages/${extra.body.id}`)
      assert.deepStrictEqual([hidden.status, hidden.body.code], [404, 10008])
      assert.strictEqual((yield* webhook(discord, command, "DELETE", "/messages/@original")).status, 204)
      assert.strictEqual(yield* message.deleted, true)
      assert.strictEqual((yield* webhook(discord, command, "GET", "/messages/@original")).body.code, 10008)
    })
  )

  it.live("can open a modal, which the user fills in", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      const alice = yield* discord.user("alice")
      const running = yield* Effect.forkChild(alice.slash("counter"))
      const input = { type: 4, style: 1, custom_id: "why", label: "Why", max_length: 5 }
      const data = { title: "Sure?", custom_id: "form", components: [row(input)] }
      yield* respond(discord, yield* client.event("INTERACTION_CREATE"), { type: 9, data })
      const opened = yield* Fiber.join(running)
      const modal = yield* opened.modal
      assert.strictEqual(modal.title, "Sure?")
      assert.strictEqual((yield* Effect.flip(opened.content))._tag, "NoResult")
      assert.strictEqual((yield* Effect.flip(modal.submit({ Why: "too long" })))._tag, "NotUsable")
      const submitting = yield* Effect.forkChild(alice.submit(modal, { Why: "so" }))
      const submitted = yield* client.event("INTERACTION_CREATE")
      assert.deepStrictEqual(submitted.d.data, {
        custom_id: "form",
        components: [{ type: 1, id: 1, components: [{ type: 4, id: 2, custom_id: "why", value: "so" }] }]
      })
      yield* respond(discord, submitted, { type: 4, data: { content: "ok" } })
      assert.strictEqual(yield* (yield* Fiber.join(submitting)).content, "ok")
    })
  )
})

describe("the token of an interaction", () => {
  it.live("expires after 15 minutes", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started({ tokenLifetime: 0 })
      const alice = yield* discord.user("alice")
      const running = yield* Effect.forkChild(alice.slash("counter"))
      const command = yield* client.event("INTERACTION_CREATE")
      yield* respond(discord, command, { type: 4, data: { content: "a" } })
      yield* Fiber.join(running)
      const late = yield* webhook(discord, command, "PATCH", "/messages/@original", { content: "b" })
      assert.deepStrictEqual([late.status, late.body.code], [401, 50027])
    })
  )
})

describe("the server", () => {
  it.live("is provided as a layer", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      assert.match(discord.apiUrl, /^http:\/\/127\.0\.0\.1:\d+\/api$/)
      assert.notStrictEqual(discord.gatewayUrl, discord.resumeUrl)
      assert.strictEqual(Redacted.value(discord.token), "other")
    }).pipe(Effect.provide(FakeDiscord.layerServer({ token: "other" })))
  )

  it.live("goes down and comes back on the same port", () =>
    Effect.gen(function* () {
      const { client, discord } = yield* started()
      yield* discord.stop()
      assert.strictEqual(yield* client.closed, 1006)
      const refused = yield* Effect.exit(Effect.promise(() => fetch(discord.apiUrl)))
      assert.strictEqual(refused._tag, "Failure")
      yield* discord.start()
      assert.strictEqual((yield* call(discord, "GET", "/gateway/bot")).body.url, discord.gatewayUrl)
    })
  )
})
