import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createPublicKey, verify } from "node:crypto"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { FakeDiscord } from "../../src/testing/index.ts"
import { button, call, row } from "./client.ts"

type Discord = FakeDiscord.FakeDiscord["Service"]

/** JSON of which a test knows the shape. */
// oxlint-disable-next-line typescript/no-explicit-any
type Any = any

const spki = Buffer.from("302a300506032b6570032100", "hex")

const isSigned = (publicKey: string, request: IncomingMessage, body: string): boolean => {
  const key = createPublicKey({
    key: Buffer.concat([spki, Buffer.from(publicKey, "hex")]),
    format: "der",
    type: "spki"
  })
  const { "x-signature-ed25519": signature, "x-signature-timestamp": timestamp } = request.headers
  return verify(null, Buffer.from(`${timestamp}${body}`), key, Buffer.from(String(signature), "hex"))
}

const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { "content-type": "application/json" })
  response.end(JSON.stringify(body))
}

/** Milliseconds: less than Discord's, and more than a busy machine stands still. */
const deadline = 2_000

/** A bot over HTTP, without the library: it verifies signatures unless it is careless, and does what `act` says. */
const bot = (act: (interaction: Any, response: ServerResponse) => void) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make({ interactionDeadline: deadline, patience: "4 seconds" })
    yield* discord.registerCommands([
      { name: "weather", description: "a", options: [{ type: 3, name: "city", description: "b", autocomplete: true }] }
    ])
    const on = { isCareless: false, posted: 0 }
    const server = yield* Effect.acquireRelease(
      Effect.callback<Server>((resume) => {
        const made = createServer((request, response) => {
          const chunks: Array<Buffer> = []
          request.on("data", (chunk: Buffer) => chunks.push(chunk))
          request.on("end", () => {
            const body = Buffer.concat(chunks).toString()
            if (!on.isCareless && !isSigned(discord.publicKey, request, body)) return json(response, {}, 401)
            const interaction: Any = JSON.parse(body)
            if (interaction.type === 1) return json(response, { type: 1 })
            on.posted++
            act(interaction, response)
          })
        })
        made.listen(0, "127.0.0.1", () => resume(Effect.succeed(made)))
      }),
      (made) =>
        Effect.callback<void>((resume) => {
          made.closeAllConnections()
          made.close(() => resume(Effect.void))
        })
    )
    const endpoint = yield* discord.interactionsEndpoint(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    return { alice: yield* discord.user("alice"), discord, endpoint, on }
  })

const answer = (content: string) => ({ type: 4, data: { content } })

const postBack = (discord: Discord, interaction: Any, body: unknown) =>
  Effect.runPromise(call(discord, "POST", `/interactions/${interaction.id}/${interaction.token}/callback`, body, {}))

describe("a bot over HTTP", () => {
  it.live("gets what users do, signed, and answers in the response", () =>
    Effect.gen(function* () {
      const { alice, on } = yield* bot((interaction, response) => {
        const { custom_id: id, options } = interaction.data
        if (interaction.type === 4)
          return json(response, { type: 8, data: { choices: [{ name: "Rome", value: "r" }] } })
        if (interaction.type === 5) return json(response, answer(`form ${id}`))
        if (id === "form") {
          const field = { type: 4, custom_id: "text", style: 1 }
          const label = { type: 18, label: "Text", component: field }
          return json(response, { type: 9, data: { custom_id: "m", title: "Form", components: [label] } })
        }
        if (id === "size") return json(response, { type: 7, data: { content: interaction.data.values.join() } })
        const select = { type: 3, custom_id: "size", placeholder: "Size", options: [{ label: "Large", value: "l" }] }
        const components = [row(button("Form", "form")), row(select)]
        json(response, { type: 4, data: { content: `sun in ${options?.[0]?.value}`, components } })
      })
      const typed = yield* alice.autocomplete("weather", { city: "Ro" }, "city")
      assert.deepStrictEqual(
        (yield* typed.choices).map(({ value }) => value),
        ["r"]
      )
      const message = yield* alice.slash("weather", { city: "Rome" })
      assert.strictEqual(yield* message.content, "sun in Rome")
      const opened = yield* message.click("Form")
      const submitted = yield* (yield* opened.modal).submit({ Text: "hello" })
      assert.strictEqual(yield* submitted.content, "form m")
      yield* message.select("Size", ["Large"])
      assert.strictEqual(yield* message.content, "l")
      assert.strictEqual(on.posted, 5)
    })
  )

  it.live("may acknowledge with 202 and answer by REST, defer, and follow up", () =>
    Effect.gen(function* () {
      let discord: Discord | undefined
      const made = yield* bot((interaction, response) => {
        const fake = discord
        if (fake === undefined) throw new Error("too early")
        if (interaction.data.options?.[0]?.value === "202") {
          response.writeHead(202).end()
          void postBack(fake, interaction, answer("by REST"))
          return
        }
        json(response, { type: 5 })
        const hook = `/webhooks/${fake.applicationId}/${interaction.token}`
        const edit = call(fake, "PATCH", `${hook}/messages/@original`, { content: "later" }, {})
        // The response has to arrive first.
        const edited = Effect.repeat(edit, { until: ({ status }) => status === 200 })
        void Effect.runPromise(Effect.andThen(edited, call(fake, "POST", hook, { content: "and more" }, {})))
      })
      discord = made.discord
      const direct = yield* made.alice.slash("weather", { city: "202" })
      assert.strictEqual(yield* direct.content, "by REST")
      const deferred = yield* made.alice.slash("weather", { city: "later" })
      assert.strictEqual(deferred.kind, "deferred-message")
      assert.strictEqual(yield* (yield* deferred.awaitFollowUp()).content, "and more")
      assert.strictEqual(yield* deferred.content, "later")
    })
  )

  it.live("has failed with any other status, content type or body, and after the deadline", () =>
    Effect.gen(function* () {
      const answers: Readonly<Record<string, (response: ServerResponse, interaction: Any) => void>> = {
        "the endpoint gave 500": (response) => json(response, answer("a"), 500),
        "the endpoint gave 204": (response) => void response.writeHead(204).end(),
        "the endpoint gave 401": (response) => json(response, {}, 401),
        'the endpoint gave 200 with the content type "text/html"': (response) => {
          response.writeHead(200, { "content-type": "text/html" })
          response.end(JSON.stringify(answer("a")))
        },
        'the endpoint gave 200 with the content type ""': (response) => void response.end(JSON.stringify(answer("a"))),
        "the endpoint gave 200 with what is no JSON object: hello": (response) => {
          response.writeHead(200, { "content-type": "application/json" })
          response.end("hello")
        },
        "50035 Invalid Form Body": (response) => json(response, { type: 99 }),
        "10062 Unknown interaction": (response) => void setTimeout(() => json(response, answer("late")), deadline + 100)
      }
      const wanted = Object.keys(answers)
      const { alice } = yield* bot((interaction, response) => {
        answers[interaction.data.options[0].value]?.(response, interaction)
      })
      const seen = (why: string) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(alice.slash("weather", { city: why }))
          assert.strictEqual(error._tag, "NoAnswer")
          // One that is late is noted after the user has seen the failure.
          if (!why.startsWith("10062")) assert.include(error.message, why)
        })
      yield* Effect.forEach(wanted, seen, { concurrency: "unbounded" })
    })
  )

  it.live("loses its endpoint when a routine check finds that it accepts forged signatures", () =>
    Effect.gen(function* () {
      const { alice, discord, endpoint, on } = yield* bot((_, response) => json(response, answer("a")))
      assert.strictEqual(yield* endpoint.check, undefined)
      yield* alice.slash("weather", { city: "a" })
      on.isCareless = true
      assert.include(yield* endpoint.check, "gave 200 to a forged signature, expected 401")
      const posted = on.posted
      yield* Effect.exit(discord.interaction({ type: 2, data: { name: "weather", type: 1 } }))
      assert.strictEqual(on.posted, posted)
      const refused = yield* Effect.flip(discord.interactionsEndpoint(discord.apiUrl))
      assert.include(refused.message, "to a PING, expected 200 with a PONG")
    })
  )
})

describe("follow-ups", () => {
  it.live("are five at most if only the user has installed the app", () =>
    Effect.gen(function* () {
      const statuses = (owners: object) =>
        Effect.gen(function* () {
          const made = yield* bot((_, response) => json(response, answer("a")))
          const { discord } = made
          const { interactionId } = yield* discord.interaction({ authorizing_integration_owners: owners })
          const hook = `/webhooks/${discord.applicationId}/${Buffer.from(`interaction:${interactionId}:fake`).toString("base64url")}`
          const replies = yield* Effect.forEach([1, 2, 3, 4, 5, 6], (n) =>
            call(discord, "POST", hook, { content: `${n}` }, {})
          )
          return replies.map(({ body, status }) => (status === 200 ? status : body.code))
        }).pipe(Effect.scoped)
      assert.deepStrictEqual(yield* statuses({ "1": "5" }), [200, 200, 200, 200, 200, 40094])
      assert.deepStrictEqual(yield* statuses({ "0": "7", "1": "5" }), [200, 200, 200, 200, 200, 200])
    })
  )
})

describe("a request with a body", () => {
  it.live("has one of three content types", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const send = (type: string) =>
        Effect.promise(async () => {
          const url = `${discord.apiUrl}/v10/channels/${discord.guild.channelId}/messages`
          const headers = { authorization: "Bot fake-token", "content-type": type }
          const response = await fetch(url, { method: "POST", headers, body: '{"content":"a"}' })
          const body: Any = await response.json()
          return [response.status, body.code]
        })
      assert.deepStrictEqual(yield* send("application/json"), [200, undefined])
      assert.deepStrictEqual(yield* send("application/json; charset=utf-8"), [200, undefined])
      assert.deepStrictEqual(yield* send("text/plain"), [400, 50035])
    })
  )
})
