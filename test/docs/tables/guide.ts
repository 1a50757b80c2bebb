/** The tables of docs/guide. */
import {
  Expiration,
  GatewayEvents,
  Intents,
  Layout,
  LinkedRoles,
  Messages,
  Middleware,
  OAuth2,
  Options,
  Field,
  Permissions,
  Reply,
  Runtime,
  RuntimeEvents,
  Threads,
  Webhook
} from "fibercord"
import { Dialogues, Durable } from "fibercord/durable"
import { both, type Entry, names, namesIn, prose, rows, tested, written } from "./entry.ts"
import {
  emitted,
  fieldsByReason,
  flagsOf,
  functionsOf,
  membersOf,
  objectOf,
  pairsOf,
  propertiesOf,
  reasonsOf
} from "./facts.ts"

const wrong = (column = "what"): Entry => prose(column, "what can go wrong, and what to do")

const faults = () => membersOf("src/testing/Faults.ts", "Faults")

/** The intents that a kind of the cache needs, besides `Guilds`. */
const cacheIntents = rows("kind", (all) => {
  const needed = objectOf("src/cache/GuildCache.ts", "intents")
  return all.flatMap(([kind = "", , intent = ""]) => {
    const [name = ""] = namesIn(kind)
    const expected = needed[name]?.filter((each) => each !== "Guilds") ?? []
    return expected.join() === namesIn(intent).join() ? [] : [`says that ${name} needs ${intent}`]
  })
})

/** Names of intents, and which are privileged. */
const intents = rows("to hear of", (all) =>
  all.flatMap(([, cell = ""]) => {
    const [own = ""] = namesIn(cell)
    const isPrivileged = Intents.privileged.some((name) => name === own)
    return [
      ...namesIn(cell).flatMap((name) => (Object.hasOwn(Intents.bits, name) ? [] : [`there is no intent ${name}`])),
      ...(isPrivileged === cell.includes("privileged") ? [] : [`is wrong about whether ${own} is privileged`])
    ]
  })
)

/** What the reasons of DiscordRestError have. */
const restReasons = rows("reason", (all) => {
  const fields = fieldsByReason("src/rest/DiscordRestError.ts", "DiscordRestError")
  return all.flatMap(([reason = "", , has = ""]) => {
    const own = fields.get(namesIn(reason)[0] ?? "") ?? []
    return namesIn(has).flatMap((name) => (own.includes(name) ? [] : [`${reason} has no ${name}`]))
  })
})

export const guide: Readonly<Record<string, ReadonlyArray<Entry>>> = {
  "docs/guide/bot.md": [
    written("option"),
    prose("what", "in which fibers things run, told in words"),
    prose("what becomes of it", "what another process may answer, told in words"),
    wrong()
  ],
  "docs/guide/cache.md": [
    both(names("kind", { expected: () => Object.keys(objectOf("src/cache/GuildCache.ts", "intents")) }), cacheIntents),
    written("option"),
    prose("what happens", "what events do to the cache, told in words"),
    wrong()
  ],
  "docs/guide/commands.md": [written("option"), written("option"), wrong()],
  "docs/guide/components.md": [
    prose("kind", "a comparison of three kinds"),
    written("option"),
    written("option"),
    wrong("what a user sees")
  ],
  "docs/guide/durable-collect.md": [written("option"), wrong()],
  "docs/guide/durable-crashes.md": [
    prose("the process dies", "what a crash costs at each moment, told in words"),
    prose("on a machine of two busy cores", "what was measured"),
    wrong()
  ],
  "docs/guide/durable.md": [
    prose("", "a comparison with Runtimes"),
    prose("do", "rules of replay, told in words"),
    names("step", {
      expected: () => functionsOf(Durable),
      namespace: "Durable",
      without: {
        channel: "docs/guide/durable.md",
        dm: "docs/guide/durable.md",
        reply: "docs/guide/durable.md",
        make: "docs/guide/durable.md",
        message: "docs/guide/durable.md",
        slash: "docs/guide/durable.md",
        start: "docs/guide/durable.md",
        user: "docs/guide/durable.md",
        versions: "docs/guide/durable.md"
      }
    }),
    written("option"),
    names("destination", {
      expected: () => functionsOf({ channel: Durable.channel, dm: Durable.dm, reply: Durable.reply }),
      namespace: "Durable"
    }),
    names("method", { expected: () => membersOf("src/durable/Dialogues.ts", "Dialogues") }),
    names("layer", {
      expected: () => functionsOf(Dialogues).filter((name) => name.startsWith("layer")),
      namespace: "Dialogues"
    }),
    wrong("what goes wrong")
  ],
  "docs/guide/emojis.md": [wrong()],
  "docs/guide/errors.md": [written("text"), tested("error", "test/docs/guide/errorsTable.test.ts"), wrong()],
  "docs/guide/events.md": [
    both(
      names("function", {
        expected: () => functionsOf(GatewayEvents),
        namespace: "GatewayEvents",
        without: { layer: "docs/operating/shards.md", requireIntents: "docs/guide/events.md" },
        beside: ["next", "collect", "WebhookEvents"]
      }),
      rows("function", (all) => {
        const cells = all.flatMap(([cell = ""]) => (cell.includes("RuntimeEvents.") ? [cell] : []))
        const lacking = functionsOf(RuntimeEvents).filter((name) => !cells.some((each) => each.includes(name)))
        return lacking.map((name) => `lacks RuntimeEvents.${name}`)
      })
    ),
    intents,
    wrong()
  ],
  "docs/guide/examples.md": [
    prose("file", "links, each of which is checked"),
    prose("file", "links, each of which is checked")
  ],
  "docs/guide/faults.md": [names("fault", { expected: faults, without: { clear: "docs/guide/faults.md" } }), wrong()],
  "docs/guide/files.md": [prose("where", "where files come from, told in words"), written("option"), wrong()],
  "docs/guide/forms.md": [names("field", { expected: () => functionsOf(Field), namespace: "Field" }), wrong()],
  "docs/guide/http.md": [prose("request", "what requests get, played by its test"), written("option"), wrong()],
  "docs/guide/inspector.md": [
    written("option"),
    tested("part", "test/docs/guide/inspector.test.ts"),
    prose("request", "the addresses of the inspector, told in words"),
    wrong()
  ],
  "docs/guide/keyed-runtimes.md": [
    names("function", { expected: () => membersOf("src/runtime/Runtimes.ts", "Keyed") }),
    wrong()
  ],
  "docs/guide/lifetimes.md": [
    names("strategy", { expected: () => functionsOf(Expiration), namespace: "Expiration" }),
    prose("what", "how long Discord accepts what, told in words"),
    wrong()
  ],
  "docs/guide/limits.md": [
    prose("what", "when checks run, told in words"),
    tested("limit", "test/discord/limits.test.ts")
  ],
  "docs/guide/linked-roles.md": [
    rows("function", (all) => {
      const found = new Set(all.flatMap(([cell = ""]) => namesIn(cell)))
      const expected = [
        ...functionsOf(LinkedRoles).map((name) => `LinkedRoles.${name}`),
        ...functionsOf(OAuth2).map((name) => `OAuth2.${name}`),
        ...membersOf("src/application/LinkedRoles.ts", "Definition").map((name) => `linked.${name}`),
        ...membersOf("src/application/OAuth2.ts", "OAuth2").map((name) => `oauth2.${name}`)
      ].filter((name) => !["LinkedRoles.define", "OAuth2.make"].includes(name))
      return [
        ...expected.filter((name) => !found.has(name)).map((name) => `lacks ${name}`),
        ...[...found].filter((name) => !expected.includes(name)).map((name) => `has ${name}`)
      ]
    }),
    wrong()
  ],
  "docs/guide/localisation.md": [
    rows("message", (all) => {
      const text = all.map(([cell = ""]) => cell).join(" ")
      const kinds = membersOf("src/interactions/replies/Catalogue.ts", "Kinds").filter((kind) => kind !== "text")
      return [
        ...kinds.filter((kind) => !new RegExp(`[:\`]${kind}\\b`).test(text)).map((kind) => `lacks ${kind}`),
        ...[...text.matchAll(/\{\w+:(\w+)\}/g)].flatMap(([, kind = ""]) =>
          kinds.includes(kind) ? [] : [`has the kind ${kind}`]
        )
      ]
    }),
    names("function", {
      expected: () => membersOf("src/interactions/replies/Catalogue.ts", "Catalogue"),
      namespace: "texts"
    }),
    wrong()
  ],
  "docs/guide/messages.md": [
    both(
      names("function", {
        expected: () => functionsOf(Messages),
        namespace: "Messages",
        beside: ["send", "sent", "fromUrl"]
      }),
      rows("function", (all) =>
        functionsOf(Webhook)
          .filter((name) => !all.some(([cell = ""]) => cell.includes("Webhook.") && cell.includes(name)))
          .map((name) => `lacks Webhook.${name}`)
      )
    ),
    names("function", { expected: () => functionsOf(Threads), namespace: "Threads" }),
    names("reason", { expected: () => reasonsOf("src/interactions/replies/MessageError.ts", "MessageError") })
  ],
  "docs/guide/middleware.md": [
    names("middleware", {
      expected: () => functionsOf(Middleware),
      without: { checkPermissions: "docs/guide/middleware.md", checkBotPermissions: "docs/guide/middleware.md" }
    }),
    wrong()
  ],
  "docs/guide/options.md": [
    names("option", {
      expected: () => functionsOf(Options),
      namespace: "Options",
      without: {
        autocomplete: "docs/guide/options.md",
        localize: "docs/guide/commands.md",
        optional: "docs/guide/options.md",
        schema: "docs/guide/options.md"
      }
    }),
    wrong()
  ],
  "docs/guide/permissions.md": [
    names("function", {
      expected: () => functionsOf(Permissions),
      without: { isThread: "of the library's own" }
    }),
    wrong()
  ],
  "docs/guide/playground-page.md": [
    rows("keys", (all) => {
      const known = pairsOf("src/playground/page/shell/FcHelp.ts", "shortcuts").join(" ")
      const keys = all.map(([cell = ""]) => cell.replaceAll("`", ""))
      return keys.flatMap((cell) => (cell.split(" ").every((key) => known.includes(key)) ? [] : [`has ${cell}`]))
    }),
    names("property", { expected: () => propertiesOf("src/playground/page/message/FcMessage.ts") }),
    rows("event", (all) => {
      const found = all.flatMap(([cell = ""]) => [...cell.matchAll(/`([\w-]+)`/g)].map(([, name = ""]) => name))
      const fired = ["act", ...emitted("src/playground/page/message")]
      return [
        ...fired.filter((name) => !found.includes(name)).map((name) => `lacks ${name}`),
        ...found.filter((name) => !fired.includes(name)).map((name) => `has ${name}`)
      ]
    })
  ],
  "docs/guide/playground.md": [
    names("option", {
      expected: () => flagsOf("src/playground/internal/commandLine.ts"),
      without: { "--help": "what every command has", "--version": "what every command has" },
      beside: ["--"]
    }),
    written("option"),
    wrong()
  ],
  "docs/guide/questions.md": [prose("what asks", "a choice among functions of other pages"), wrong()],
  "docs/guide/replies.md": [
    names("function", {
      expected: () => functionsOf(Reply),
      namespace: "Reply",
      without: { answer: "docs/guide/questions.md" }
    }),
    written("option"),
    names("layout", { expected: () => functionsOf(Layout) }),
    wrong()
  ],
  "docs/guide/rest.md": [
    both(
      names("reason", { expected: () => reasonsOf("src/rest/DiscordRestError.ts", "DiscordRestError") }),
      restReasons
    ),
    written("option")
  ],
  "docs/guide/runtimes.md": [
    names("what", {
      expected: () => functionsOf(Runtime),
      namespace: "Runtime",
      without: { close: "docs/guide/lifetimes.md", extend: "docs/guide/lifetimes.md" }
    }),
    written("option"),
    wrong()
  ],
  "docs/guide/serverless.md": [prose("what", "a comparison with a server"), wrong()],
  "docs/guide/testing.md": [
    names("what a user does", {
      expected: () => membersOf("src/testing/User.ts", "User"),
      without: { id: "of the library's own", username: "of the library's own" }
    }),
    names("about", { expected: faults, at: 1 }),
    rows("limit", (all) => {
      const options = membersOf("src/testing/Options.ts", "Options")
      return all.flatMap(([, cell = ""]) => namesIn(cell).filter((name) => !options.includes(name)))
    }),
    prose("what is sent", "Discord's codes, each with a row and a test in the conformance"),
    wrong()
  ],
  "docs/guide/voice.md": [
    names("of a connection", {
      expected: () => membersOf("src/voice/Voice.ts", "Connection"),
      without: { guildId: "of the library's own" }
    }),
    written("option"),
    names("reason", { expected: () => reasonsOf("src/voice/VoiceError.ts", "VoiceError") }),
    wrong()
  ]
}
