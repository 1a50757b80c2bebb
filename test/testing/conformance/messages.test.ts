/** What Discord refuses in messages. The rules have rows in `docs/conformance/messages.md`. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { FakeDiscord } from "../../../src/testing/index.ts"
import { button, call, connect, respond, row, webhook } from "../client.ts"
import { asBot, assertRefused, hold, long, many, type Rule, withoutLimits } from "./refusals.ts"

const messages = (discord: FakeDiscord.FakeDiscord["Service"]) => `/channels/${discord.guild.channelId}/messages`
const send = (body: object) => asBot("POST", messages, body)

const v2 = (...components: ReadonlyArray<object>) => ({ flags: 1 << 15, components })
const text = (content = "text") => ({ type: 10, content })
const embed = (fields: object) => ({ embeds: [{ title: "t", ...fields }] })
const poll = (fields: object) => ({
  poll: { question: { text: "q" }, answers: [{ poll_media: { text: "a" } }], ...fields }
})
const mentions = (allowed: object) => ({ content: "x", allowed_mentions: allowed })

const required = "BASE_TYPE_REQUIRED"
const tooLong = "BASE_TYPE_MAX_LENGTH"
const badLength = "BASE_TYPE_BAD_LENGTH"
const legacy = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"

const contents: ReadonlyArray<Rule> = [
  {
    rule: "content is text of at most 2000 characters",
    refused: [
      [{ content: long(2001) }, "content", tooLong],
      [{ content: { a: 1 } }, "content", "STRING_TYPE_CONVERT"],
      [{ content: ["a"] }, "content", "STRING_TYPE_CONVERT"]
    ],
    accepted: [{ content: long(2000) }, { content: "👍".repeat(2000) }]
  },
  {
    rule: "a nonce is an integer or a string of at most 25 characters",
    refused: [
      [{ content: "x", nonce: long(26) }, "nonce", tooLong],
      [{ content: "x", nonce: { a: 1 } }, "nonce", "STRING_TYPE_CONVERT"]
    ],
    accepted: [
      { content: "x", nonce: long(25) },
      { content: "x", nonce: 123 }
    ]
  },
  {
    rule: "tts and enforce_nonce are booleans",
    refused: [
      [{ content: "x", tts: "yes" }, "tts", "BOOLEAN_TYPE_CONVERT"],
      [{ content: "x", enforce_nonce: 1 }, "enforce_nonce", "BOOLEAN_TYPE_CONVERT"]
    ],
    accepted: [{ content: "x", tts: false, enforce_nonce: null }]
  },
  {
    rule: "flags are an integer",
    refused: [
      [{ content: "x", flags: "64" }, "flags", "NUMBER_TYPE_COERCE"],
      [{ content: "x", flags: 4.5 }, "flags", "NUMBER_TYPE_COERCE"]
    ],
    accepted: [
      { content: "x", flags: 4 },
      { content: "x", flags: 4.0 }
    ]
  },
  {
    rule: "a message has at most 3 stickers, by their ids",
    refused: [
      [{ sticker_ids: ["1", "2", "3", "4"] }, "sticker_ids", badLength],
      [{ sticker_ids: ["one"] }, "sticker_ids.0", "NUMBER_TYPE_COERCE"],
      [{ sticker_ids: "1" }, "sticker_ids", "LIST_TYPE_CONVERT"]
    ],
    accepted: [{ sticker_ids: ["1", "2", "3"] }]
  }
]

const embeds: ReadonlyArray<Rule> = [
  {
    rule: "a message has at most 10 embeds",
    refused: [
      [{ embeds: many(11, () => ({ title: "t" })) }, "embeds", badLength],
      [{ embeds: { title: "t" } }, "embeds", "LIST_TYPE_CONVERT"],
      [{ embeds: ["t"] }, "embeds.0", "MODEL_TYPE_CONVERT"]
    ],
    accepted: [{ embeds: many(10, () => ({ title: "t" })) }]
  },
  {
    rule: "texts of an embed have their limits, without white space at both ends",
    refused: [
      [embed({ title: long(257) }), "embeds.0.title", tooLong],
      [embed({ description: long(4097) }), "embeds.0.description", tooLong],
      [embed({ footer: { text: long(2049) } }), "embeds.0.footer.text", tooLong],
      [embed({ author: { name: long(257) } }), "embeds.0.author.name", tooLong],
      [embed({ fields: [{ name: long(257), value: "v" }] }), "embeds.0.fields.0.name", badLength],
      [embed({ fields: [{ name: "n", value: long(1025) }] }), "embeds.0.fields.0.value", badLength]
    ],
    accepted: [
      embed({ title: ` ${long(256)} `, fields: [{ name: long(256), value: ` ${long(1024)} ` }] }),
      embed({ description: long(4096), author: { name: long(256) } }),
      embed({ footer: { text: long(2048) } })
    ]
  },
  {
    rule: "an embed has at most 25 fields, each with a name and a value",
    refused: [
      [embed({ fields: many(26, () => ({ name: "n", value: "v" })) }), "embeds.0.fields", badLength],
      [embed({ fields: [{ name: "n" }] }), "embeds.0.fields.0.value", required],
      [embed({ fields: [{ name: " ", value: "v" }] }), "embeds.0.fields.0.name", required],
      [embed({ fields: [{ name: "n", value: "v", inline: "no" }] }), "embeds.0.fields.0.inline", "BOOLEAN_TYPE_CONVERT"]
    ],
    accepted: [embed({ fields: many(25, () => ({ name: "n", value: "v", inline: true })) })]
  },
  {
    rule: "embeds have at most 6000 characters together",
    refused: [
      [{ embeds: many(2, () => ({ description: long(3001) })) }, "embeds", "MAX_EMBED_SIZE_EXCEEDED"],
      [
        {
          embeds: [
            { title: long(256), description: long(4096), footer: { text: long(1600) } },
            { author: { name: long(40) }, fields: [{ name: long(8), value: long(1) }] }
          ]
        },
        "embeds",
        "MAX_EMBED_SIZE_EXCEEDED"
      ]
    ],
    accepted: [{ embeds: many(2, () => ({ description: ` ${long(3000)} ` })) }]
  },
  {
    rule: "an embed shows something",
    refused: [
      [{ embeds: [{}] }, "embeds.0.description", required],
      [{ content: "x", embeds: [{ color: 1 }] }, "embeds.0.description", required],
      [{ embeds: [{ title: "t" }, { description: " " }] }, "embeds.1.description", required]
    ],
    accepted: [{ embeds: [{ image: { url: "https://x.y/z.png" } }] }]
  },
  {
    rule: "the color of an embed is an integer of 24 bits",
    refused: [
      [embed({ color: -1 }), "embeds.0.color", "NUMBER_TYPE_RANGE"],
      [embed({ color: 0x1000000 }), "embeds.0.color", "NUMBER_TYPE_RANGE"],
      [embed({ color: "#ff0000" }), "embeds.0.color", "NUMBER_TYPE_COERCE"]
    ],
    accepted: [embed({ color: 0xffffff }), embed({ color: 0 })]
  },
  {
    rule: "the URL of an embed is on the web",
    refused: [
      [embed({ url: "ftp://x.y" }), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"],
      [embed({ url: "x.y" }), "embeds.0.url", "URL_TYPE_INVALID_URL"],
      [embed({ url: "http://" }), "embeds.0.url", "URL_TYPE_INVALID_URL"],
      [embed({ url: "https://x y" }), "embeds.0.url", "URL_TYPE_INVALID_URL"],
      [embed({ author: { name: "a", url: "attachment://a.png" } }), "embeds.0.author.url", "URL_TYPE_INVALID_SCHEME"]
    ],
    accepted: [embed({ url: "http://x.y", author: { name: "a", url: "HTTPS://x.y" } })]
  },
  {
    rule: "pictures of an embed are on the web or uploaded",
    refused: [
      [embed({ image: { url: "file:///a.png" } }), "embeds.0.image.url", "URL_TYPE_INVALID_SCHEME"],
      [embed({ image: {} }), "embeds.0.image.url", required],
      [embed({ thumbnail: { url: "" } }), "embeds.0.thumbnail.url", "URL_TYPE_INVALID_URL"],
      [embed({ thumbnail: "https://x.y" }), "embeds.0.thumbnail", "MODEL_TYPE_CONVERT"],
      [embed({ footer: { text: "f", icon_url: "data://x" } }), "embeds.0.footer.icon_url", "URL_TYPE_INVALID_SCHEME"],
      [embed({ author: { name: "a", icon_url: "x" } }), "embeds.0.author.icon_url", "URL_TYPE_INVALID_URL"]
    ],
    accepted: [embed({ image: { url: "attachment://a.png" }, thumbnail: { url: "https://x.y/z.png" } })]
  },
  {
    rule: "the footer of an embed has a text, its author a name",
    refused: [
      [embed({ footer: {} }), "embeds.0.footer.text", required],
      [embed({ author: { url: "https://x.y" } }), "embeds.0.author.name", required]
    ]
  },
  {
    rule: "the timestamp of an embed is a time in ISO 8601",
    refused: [
      [embed({ timestamp: "tomorrow" }), "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE"],
      [embed({ timestamp: 1_700_000_000 }), "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE"]
    ],
    accepted: [embed({ timestamp: "2026-08-06T12:00:00.000Z" }), embed({ timestamp: "2026-08-06T12:00:00+02:00" })]
  }
]

const others: ReadonlyArray<Rule> = [
  {
    rule: "a poll has a question of at most 300 characters and 1 to 10 answers of at most 55",
    refused: [
      [poll({ question: { text: long(301) } }), "poll.question.text", badLength],
      [poll({ question: undefined }), "poll.question", required],
      [poll({ answers: [] }), "poll.answers", badLength],
      [poll({ answers: many(11, () => ({ poll_media: { text: "a" } })) }), "poll.answers", badLength],
      [poll({ answers: [{ poll_media: { text: long(56) } }] }), "poll.answers.0.poll_media.text", badLength],
      [poll({ answers: [{}] }), "poll.answers.0.poll_media", required],
      [
        poll({ answers: [{ poll_media: { text: "a", emoji: { name: "smile" } } }] }),
        "poll.answers.0.poll_media.emoji.name",
        "BUTTON_COMPONENT_INVALID_EMOJI"
      ]
    ],
    accepted: [poll({ question: { text: long(300) }, answers: many(10, () => ({ poll_media: { text: long(55) } })) })]
  },
  {
    rule: "a poll is open for 1 to 768 hours, and has the default layout",
    refused: [
      [poll({ duration: 0 }), "poll.duration", "NUMBER_TYPE_RANGE"],
      [poll({ duration: 769 }), "poll.duration", "NUMBER_TYPE_RANGE"],
      [poll({ duration: 1.5 }), "poll.duration", "NUMBER_TYPE_RANGE"],
      [poll({ layout_type: 2 }), "poll.layout_type", "BASE_TYPE_CHOICES"],
      [poll({ allow_multiselect: "no" }), "poll.allow_multiselect", "BOOLEAN_TYPE_CONVERT"]
    ],
    accepted: [poll({ duration: 768, layout_type: 1, allow_multiselect: true })]
  },
  {
    rule: "allowed mentions are kinds to parse, or the ids of that kind, not both",
    refused: [
      [mentions({ parse: ["users"], users: ["1"] }), "allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"],
      [
        mentions({ parse: ["everyone", "roles"], roles: ["1"] }),
        "allowed_mentions",
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"
      ],
      [mentions({ parse: ["here"] }), "allowed_mentions.parse.0", "BASE_TYPE_CHOICES"],
      [mentions({ parse: "users" }), "allowed_mentions.parse", "LIST_TYPE_CONVERT"],
      [mentions({ replied_user: "yes" }), "allowed_mentions.replied_user", "BOOLEAN_TYPE_CONVERT"]
    ],
    accepted: [
      mentions({ parse: ["users", "roles", "everyone"], users: [], roles: null }),
      mentions({ parse: ["everyone"], users: ["1"], roles: ["2"] })
    ]
  },
  {
    rule: "allowed mentions have at most 100 ids of each kind",
    refused: [
      [mentions({ users: many(101, String) }), "allowed_mentions.users", badLength],
      [mentions({ roles: many(101, String) }), "allowed_mentions.roles", badLength],
      [mentions({ users: ["@alice"] }), "allowed_mentions.users.0", "NUMBER_TYPE_COERCE"]
    ],
    accepted: [mentions({ users: many(100, String), roles: many(100, String) })]
  },
  {
    rule: "a reply or a forward names its message",
    refused: [
      [{ content: "x", message_reference: {} }, "message_reference.message_id", required],
      [
        { content: "x", message_reference: { message_id: "one" } },
        "message_reference.message_id",
        "NUMBER_TYPE_COERCE"
      ],
      [
        { content: "x", message_reference: { message_id: "1", type: 2 } },
        "message_reference.type",
        "BASE_TYPE_CHOICES"
      ],
      [{ message_reference: { message_id: "1", type: 1 } }, "message_reference.channel_id", required],
      [{ content: "x", message_reference: { message_id: "1" } }, "message_reference", "REPLIES_UNKNOWN_MESSAGE"]
    ],
    accepted: [{ content: "x", message_reference: { message_id: "1", fail_if_not_exists: false } }]
  },
  {
    rule: "fields that are null are absent",
    refused: [],
    accepted: [
      { content: "x", poll: null, message_reference: null, allowed_mentions: null, nonce: null, enforce_nonce: true },
      { content: "x", embeds: null, components: null, attachments: null, sticker_ids: null, flags: null, tts: null },
      embed({ description: null, url: null, timestamp: null, color: null, footer: null, image: null, fields: null })
    ]
  },
  {
    rule: "a message of Components V2 has nothing but components",
    refused: [
      [{ ...v2(text()), content: "x" }, "content", legacy],
      [{ ...v2(text()), embeds: [{ title: "t" }] }, "embeds", legacy],
      [{ ...v2(text()), ...poll({}) }, "poll", legacy],
      [{ ...v2(text()), sticker_ids: ["1"] }, "sticker_ids", legacy],
      [{ ...v2(text()), shared_client_theme: { colors: [] } }, "shared_client_theme", legacy]
    ],
    accepted: [{ ...v2(text()), content: "", embeds: [], sticker_ids: [] }]
  }
]

const form = (body: unknown, files: ReadonlyArray<readonly [name: string, file: Blob, filename: string]>) => {
  const made = new FormData()
  made.set("payload_json", JSON.stringify(body))
  for (const [name, file, filename] of files) made.set(name, file, filename)
  return made
}

const upload = (size: number, filename = "a.txt", n: number | string = 0, type = "text/plain") =>
  [`files[${n}]`, new Blob([new Uint8Array(size)], { type }), filename] as const

const mebibyte = 1024 * 1024
const codeOf = ({ body, status }: { readonly status: number; readonly body: { readonly code: number } }) => [
  status,
  body.code
]

layer(FakeDiscord.layerServer(withoutLimits), { excludeTestServices: true })(
  "what Discord refuses in messages",
  (it) => {
    for (const each of [...contents, ...embeds, ...others]) it.effect(each.rule, () => hold(each, send))

    it.effect("a message is not empty, also if it has white space only", () =>
      Effect.gen(function* () {
        for (const body of [{}, { content: "" }, { content: " \n " }, v2(), { embeds: [], components: [] }]) {
          assert.deepStrictEqual(codeOf(yield* send(body)), [400, 50006], JSON.stringify(body))
        }
        // Files of Components V2 are seen through components only.
        assert.deepStrictEqual(codeOf(yield* send(form({ flags: 1 << 15 }, [upload(1)]))), [400, 50006])
        assert.strictEqual((yield* send(form({}, [upload(1)]))).status, 200)
      })
    )

    it.effect("a file has at most 10 MiB, a request 25 MiB", () =>
      Effect.gen(function* () {
        const tooLarge = [413, 40005]
        assert.deepStrictEqual(codeOf(yield* send(form({}, [upload(10 * mebibyte + 1)]))), tooLarge)
        const three = [0, 1, 2].map((n) => upload(9 * mebibyte, `${n}.txt`, n))
        assert.deepStrictEqual(codeOf(yield* send(form({}, three))), tooLarge)
        const fits = yield* send(form({}, [upload(10 * mebibyte)]))
        assert.strictEqual(fits.status, 200)
        const edit = form({}, [upload(10 * mebibyte + 1)])
        const edited = yield* asBot("PATCH", (discord) => `${messages(discord)}/${fits.body.id}`, edit)
        assert.deepStrictEqual(codeOf(edited), tooLarge)
      })
    )

    it.effect("a message has at most 10 files", () =>
      Effect.gen(function* () {
        const files = (count: number) => many(count, (n) => upload(1, `${n}.txt`, n))
        const body = form({}, files(11))
        assertRefused(yield* send(body), "attachments", tooLong, "eleven files")
        const ten = yield* send(form({}, files(10)))
        assert.strictEqual(ten.body.attachments.length, 10)
        const more = form({}, files(1))
        const edited = yield* asBot("PATCH", (discord) => `${messages(discord)}/${ten.body.id}`, more)
        assert.deepStrictEqual(codeOf(edited), [400, 30015])
      })
    )

    it.effect("attachments name uploads by the n of files[n], and nothing else", () =>
      Effect.gen(function* () {
        const named = { attachments: [{ id: 42, filename: "b.txt", description: "about b" }] }
        const made = yield* send(form(named, [upload(2, "a.txt", 7), upload(3, "x.txt", 42)]))
        const [file, ...rest] = made.body.attachments
        assert.deepStrictEqual([file.filename, file.size, file.description, rest], ["b.txt", 3, "about b", []])
        assert.deepStrictEqual(codeOf(yield* send({ content: "x", attachments: [{ id: "0" }] })), [400, 50146])
        const wrong = { content: "x", attachments: [{ id: "0", description: long(1025), is_spoiler: 1 }, {}] }
        const refused = yield* send(wrong)
        assertRefused(refused, "attachments.0.description", tooLong, wrong)
        assertRefused(refused, "attachments.0.is_spoiler", "BOOLEAN_TYPE_CONVERT", wrong)
        assertRefused(refused, "attachments.1.id", required, wrong)
      })
    )

    it.effect("an edit appends uploads; with attachments it keeps those that are named", () =>
      Effect.gen(function* () {
        const made = yield* send(form({}, [upload(1, "a.txt", 0), upload(1, "b.txt", 1)]))
        const [a, b] = made.body.attachments
        const edit = (body: unknown) => asBot("PATCH", (discord) => `${messages(discord)}/${made.body.id}`, body)
        const names = ({ body }: { readonly body: { readonly attachments: ReadonlyArray<{ filename: string }> } }) =>
          body.attachments.map(({ filename }) => filename)
        assert.deepStrictEqual(names(yield* edit({ content: "x" })), ["a.txt", "b.txt"])
        assert.deepStrictEqual(names(yield* edit(form({}, [upload(1, "c.txt")]))), ["a.txt", "b.txt", "c.txt"])
        const kept = yield* edit({ attachments: [{ id: b.id, description: "kept" }] })
        assert.deepStrictEqual([names(kept), kept.body.attachments[0].description], [["b.txt"], "kept"])
        const both = { attachments: [{ id: b.id }, { id: "0" }] }
        assert.deepStrictEqual(names(yield* edit(form(both, [upload(1, "d.txt")]))), ["b.txt", "d.txt"])
        assert.deepStrictEqual(codeOf(yield* edit({ attachments: [{ id: a.id }] })), [400, 50146])
        assert.deepStrictEqual(names(yield* edit({ attachments: [] })), [])
      })
    )

    it.effect("a sticker is of the server that the message is sent to", () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const made = (guild: string, name: string) => {
          const body = new FormData()
          for (const [field, value] of Object.entries({ name, description: "", tags: "wave" })) body.set(field, value)
          body.set("file", new File(["a"], "a.png"))
          return Effect.map(call(discord, "POST", `/guilds/${guild}/stickers`, body), (reply) => reply.body.id)
        }
        const here = yield* made(discord.guild.id, "here")
        const there = yield* made((yield* discord.addGuild("there")).id, "there")
        const sent = yield* send({ sticker_ids: [here] })
        assert.deepStrictEqual(sent.body.sticker_items, [{ id: here, name: "here", format_type: 1 }])
        assert.deepStrictEqual(codeOf(yield* send({ sticker_ids: [here, there] })), [400, 50081])
      })
    )

    it.effect("the first message of a post has neither a poll nor a reference", () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const forum = yield* discord.guild.channel("posts", { type: 15 })
        const post = (message: object) => asBot("POST", () => `/channels/${forum}/threads`, { name: "post", message })
        const made = yield* post({ content: "x", ...poll({}), message_reference: { message_id: "1" }, nonce: "1" })
        const { message } = made.body
        assert.deepStrictEqual(
          [made.status, message.poll, message.message_reference, message.nonce],
          [201, undefined, undefined, undefined]
        )
        assert.deepStrictEqual(codeOf(yield* post(poll({}))), [400, 50006])
      })
    )

    it.effect("a voice message is one recording with its metadata and nothing else, and is not edited", () =>
      Effect.gen(function* () {
        const flags = 1 << 13
        const about = { attachments: [{ id: 0, duration_secs: 1.5, waveform: "AAAA" }] }
        const recording = upload(10, "voice.ogg", 0, "audio/ogg")
        assert.deepStrictEqual(codeOf(yield* send(form({ flags, content: "x", ...about }, [recording]))), [400, 50159])
        assert.deepStrictEqual(codeOf(yield* send(form({ flags }, [upload(10)]))), [400, 50160])
        assert.deepStrictEqual(codeOf(yield* send(form({ flags }, [recording]))), [400, 50161])
        const made = yield* send(form({ flags, ...about }, [recording]))
        assert.strictEqual(made.status, 200)
        const edited = yield* asBot("PATCH", (discord) => `${messages(discord)}/${made.body.id}`, { content: "x" })
        assert.deepStrictEqual(codeOf(edited), [400, 50162])
      })
    )

    it.effect("the flag of Components V2 stays when it is set, and takes what the message had", () =>
      Effect.gen(function* () {
        const edit = (id: string, body: object) => asBot("PATCH", (discord) => `${messages(discord)}/${id}`, body)
        const plain = yield* send({ content: "x", embeds: [{ title: "t" }] })
        const still = yield* edit(plain.body.id, v2(text()))
        assertRefused(still, "content", legacy, "content stays")
        assertRefused(still, "embeds", legacy, "embeds stay")
        const turned = yield* edit(plain.body.id, { ...v2(text()), content: null, embeds: [] })
        assert.strictEqual(turned.body.flags & (1 << 15), 1 << 15)
        const back = yield* edit(plain.body.id, { flags: 0, components: [text("more")] })
        assert.strictEqual(back.body.flags & (1 << 15), 1 << 15)
        assertRefused(yield* edit(plain.body.id, { content: "x" }), "content", legacy, "content again")
      })
    )

    it.effect(
      "flags that a bot cannot set are ignored: EPHEMERAL in channels, others than EPHEMERAL in deferrals",
      () =>
        Effect.gen(function* () {
          const discord = yield* FakeDiscord.FakeDiscord
          const made = yield* send({ content: "x", flags: 64 | 4 | 1 | 128 | 4096 })
          assert.strictEqual(made.body.flags, 4 | 4096)
          const edited = yield* asBot("PATCH", () => `${messages(discord)}/${made.body.id}`, { flags: 64 | 4096 })
          assert.strictEqual(edited.body.flags & (64 | 4), 0)
          const client = yield* connect(discord)
          yield* client.identify()
          const alice = yield* discord.user("alice")
          yield* Effect.forkChild(alice.slash("any", {}, { unregistered: true }))
          const interaction = yield* client.event("INTERACTION_CREATE")
          yield* respond(discord, interaction, { type: 5, data: { flags: (1 << 15) | 4 | 64 } })
          const waiting = yield* webhook(discord, interaction, "GET", "/messages/@original")
          assert.strictEqual(waiting.body.flags, 64 | 128)
        }).pipe(Effect.scoped)
    )
  }
)

const invalid = { content: long(2001), components: [row(button("x", ""))] }

layer(FakeDiscord.layerServer(withoutLimits), { excludeTestServices: true })("wherever a message goes", (it) => {
  it.effect("it is checked: in channels, forums, webhooks, replies, updates and follow-ups, new and changed", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { guild } = discord
      const check = (reply: Parameters<typeof assertRefused>[0], at = "") => {
        assertRefused(reply, `${at}content`, tooLong, "the same everywhere")
        assertRefused(reply, `${at}components.0.components.0.custom_id`, required, "the same everywhere")
      }
      const made = yield* send({ content: "x" })
      check(yield* send(invalid))
      check(yield* asBot("PATCH", () => `${messages(discord)}/${made.body.id}`, invalid))
      const forum = yield* guild.channel("forum", { type: 15 })
      const post = { name: "post", message: invalid }
      check(yield* asBot("POST", () => `/channels/${forum}/threads`, post), "message.")

      const hook = yield* asBot("POST", () => `/channels/${guild.channelId}/webhooks`, { name: "hook" })
      const path = `/webhooks/${hook.body.id}/${hook.body.token}`
      check(yield* call(discord, "POST", path, invalid))
      const sent = yield* call(discord, "POST", `${path}?wait=true`, { content: "x" })
      check(yield* call(discord, "PATCH", `${path}/messages/${sent.body.id}`, invalid))

      const client = yield* connect(discord)
      yield* client.identify()
      const alice = yield* discord.user("alice")
      const running = yield* Effect.forkChild(alice.slash("any", {}, { unregistered: true }))
      const interaction = yield* client.event("INTERACTION_CREATE")
      check(yield* respond(discord, interaction, { type: 4, data: invalid }), "data.")
      const first = { content: "x", components: [row(button("go", "go"))] }
      yield* respond(discord, interaction, { type: 4, data: first })
      check(yield* webhook(discord, interaction, "PATCH", "/messages/@original", invalid))
      check(yield* webhook(discord, interaction, "POST", "", invalid))
      const message = yield* Fiber.join(running)
      yield* Effect.forkChild(message.click("go"))
      const click = yield* client.event("INTERACTION_CREATE")
      check(yield* respond(discord, click, { type: 7, data: invalid }), "data.")
    }).pipe(Effect.scoped)
  )

  it.effect("a webhook's message has a name of at most 80 characters without Discord in it", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const hook = yield* asBot("POST", () => `/channels/${discord.guild.channelId}/webhooks`, { name: "hook" })
      const post = (body: object) =>
        call(discord, "POST", `/webhooks/${hook.body.id}/${hook.body.token}?wait=true`, body)
      const cases = [
        [{ username: long(81) }, "username", badLength],
        [{ username: "Discord news" }, "username", "USERNAME_INVALID_CONTAINS"],
        [{ username: "xClydex" }, "username", "USERNAME_INVALID_CONTAINS"],
        [{ avatar_url: "nowhere" }, "avatar_url", "URL_TYPE_INVALID_URL"]
      ] as const
      for (const [body, at, code] of cases) assertRefused(yield* post({ content: "x", ...body }), at, code, body)
      const fits = yield* post({ content: "x", username: long(80), avatar_url: "https://x.y/z.png" })
      assert.strictEqual(fits.body.author.username, long(80))
    })
  )
})
