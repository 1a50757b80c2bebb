/** What Discord refuses in components of messages and of modals. The rules have rows in `docs/conformance/components.md`. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { FakeDiscord } from "../../../src/testing/index.ts"
import { button, type Client, connect, respond, row } from "../client.ts"
import { asBot, assertRefused, hold, long, many, type Refused, type Rule, withoutLimits } from "./refusals.ts"

const send = (body: object) => asBot("POST", (discord) => `/channels/${discord.guild.channelId}/messages`, body)

const v2 = (...components: ReadonlyArray<object>) => ({ flags: 1 << 15, components })
const rows = (...inside: ReadonlyArray<object>) => ({ components: [row(...inside)] })
const text = (content = "text") => ({ type: 10, content })
const link = (fields: object = {}) => ({ type: 2, style: 5, label: "x", url: "https://x.y", ...fields })
const premium = (fields: object = {}) => ({ type: 2, style: 6, sku_id: "1", ...fields })
const options = (count: number) => many(count, (n) => ({ label: `l${n}`, value: `v${n}` }))
const select = (fields: object = {}) => ({ type: 3, custom_id: "s", options: options(2), ...fields })
const users = (fields: object = {}) => ({ type: 5, custom_id: "s", ...fields })
const tooWide = "COMPONENT_LAYOUT_WIDTH_EXCEEDED"
const section = (fields: object = {}) => ({ type: 9, components: [text()], accessory: button("x", "x"), ...fields })
const gallery = (...items: ReadonlyArray<unknown>) => ({ type: 12, items })
const picture = (url: string, fields: object = {}) => ({ media: { url }, ...fields })
const container = (...components: ReadonlyArray<object>) => ({ type: 17, components })

const required = "BASE_TYPE_REQUIRED"
const tooLong = "BASE_TYPE_MAX_LENGTH"
const badLength = "BASE_TYPE_BAD_LENGTH"
const wrongPlace = "UNION_TYPE_CHOICES"
const range = "NUMBER_TYPE_RANGE"
const emoji = "BUTTON_COMPONENT_INVALID_EMOJI"

const first = "components.0"
const inRow = "components.0.components.0"

const anatomy: ReadonlyArray<Rule> = [
  {
    rule: "a custom id has 1 to 100 characters, and no other component of the message has it",
    refused: [
      [rows(button("x", "")), `${inRow}.custom_id`, required],
      [rows(button("x", long(101))), `${inRow}.custom_id`, badLength],
      [rows(button("x", "x", { custom_id: 5 })), `${inRow}.custom_id`, "STRING_TYPE_CONVERT"],
      [
        rows(button("x", "a"), button("y", "a")),
        "components.0.components.1.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED"
      ],
      [
        v2(section({ accessory: button("x", "a") }), container(row(button("y", "a")))),
        "components.1.components.0.components.0.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED"
      ]
    ],
    accepted: [rows(button("x", long(100)))]
  },
  {
    rule: "the id of a component is an integer of 32 bits that no other one has; 0 is none",
    refused: [
      [v2({ ...text(), id: 7 }, { ...text(), id: 7 }), "components.1.id", "COMPONENT_ID_DUPLICATED"],
      [v2({ ...section(), id: 3 }, { ...container(text()), id: 3 }), "components.1.id", "COMPONENT_ID_DUPLICATED"],
      [v2({ ...text(), id: 2 ** 31 }), "components.0.id", range],
      [v2({ ...text(), id: "a" }), "components.0.id", "NUMBER_TYPE_COERCE"]
    ],
    accepted: [v2({ ...text(), id: 0 }, { ...text(), id: 0 }, { ...text(), id: 2 ** 31 - 1 })]
  },
  {
    rule: "components are objects with a type",
    refused: [
      [{ content: "x", components: {} }, "components", "LIST_TYPE_CONVERT"],
      [{ content: "x", components: ["row"] }, "components.0", "MODEL_TYPE_CONVERT"],
      [{ content: "x", components: [{}] }, "components.0.type", required],
      [v2({ type: 99 }), "components.0.type", wrongPlace],
      [{ content: "x", components: [{ type: 1, components: {} }] }, "components.0.components", "LIST_TYPE_CONVERT"]
    ]
  },
  {
    rule: "without Components V2 a message has at most 5 rows, and nothing else",
    refused: [
      [{ components: many(6, (n) => row(button("x", `${n}`))) }, "components", tooLong],
      [{ components: [button("x", "x")] }, "components.0.type", wrongPlace],
      [{ components: [text()] }, "components.0.type", wrongPlace]
    ],
    accepted: [{ components: many(5, (r) => row(...many(5, (b) => button("x", `${r} ${b}`)))) }]
  },
  {
    rule: "a row has 1 to 5 buttons, or one select menu",
    refused: [
      [rows(), "components.0.components", badLength],
      [rows(...many(6, (n) => button("x", `${n}`))), "components.0.components", badLength],
      [rows(select(), button("x", "x")), "components.0.components.1", tooWide],
      [rows(button("x", "x"), button("y", "y"), select()), "components.0.components.2", tooWide],
      [rows(select(), select({ custom_id: "t" })), "components.0.components.1", tooWide],
      [rows(text()), `${inRow}.type`, wrongPlace],
      [rows({ type: 4, custom_id: "x", style: 1, label: "x" }), `${inRow}.type`, wrongPlace]
    ],
    accepted: [rows(select())]
  },
  {
    rule: "a message has at most 40 components, those inside of others included",
    refused: [
      [v2(...many(41, () => text())), "components", tooLong],
      [v2(container(...many(38, () => text())), section()), "components", tooLong]
    ],
    accepted: [v2(...many(40, () => text())), v2(container(...many(36, () => text())), section())]
  },
  {
    rule: "text displays have at most 4000 characters together",
    refused: [
      [v2(text(long(4001))), "components", "COMPONENT_MAX_TOTAL_TEXT_LENGTH_EXCEEDED"],
      [
        v2(text(long(2000)), container(text(long(1000)), section({ components: [text(long(1001))] }))),
        "components",
        "COMPONENT_MAX_TOTAL_TEXT_LENGTH_EXCEEDED"
      ],
      [v2(text("")), "components.0.content", required],
      [v2({ type: 10 }), "components.0.content", required],
      [v2({ type: 10, content: 5 }), "components.0.content", "STRING_TYPE_CONVERT"]
    ],
    accepted: [v2(text(long(2000)), container(text(long(2000))))]
  }
]

const buttons: ReadonlyArray<Rule> = [
  {
    rule: "a button has one of six styles, and a label of at most 80 characters or an emoji",
    refused: [
      [rows(button("x", "x", { style: 7 })), `${inRow}.style`, "BASE_TYPE_CHOICES"],
      [rows(button("x", "x", { style: undefined })), `${inRow}.style`, required],
      [rows(button(long(81), "x")), `${inRow}.label`, tooLong],
      [rows(button("", "x")), inRow, "BUTTON_COMPONENT_INVALID_EMOJI_OR_LABEL"],
      [rows(button("x", "x", { disabled: "yes" })), `${inRow}.disabled`, "BOOLEAN_TYPE_CONVERT"]
    ],
    accepted: [
      rows(button(long(80), "x", { disabled: true }), { type: 2, style: 4, custom_id: "y", emoji: { name: "🔥" } })
    ]
  },
  {
    rule: "a button that is neither a link nor premium has a custom id, no URL and no SKU",
    refused: [
      [rows({ type: 2, style: 1, label: "x" }), `${inRow}.custom_id`, required],
      [rows(button("x", "x", { url: "https://x.y" })), inRow, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"],
      [rows(button("x", "x", { sku_id: "1" })), `${inRow}.sku_id`, "BUTTON_COMPONENT_UNEXPECTED_SKU"]
    ]
  },
  {
    rule: "a link has a URL of http, https or discord of at most 512 characters, and no custom id",
    refused: [
      [rows(link({ url: undefined })), `${inRow}.url`, required],
      [rows(link({ url: "ftp://x.y" })), `${inRow}.url`, "URL_TYPE_INVALID_SCHEME"],
      [rows(link({ url: "javascript:alert(1)" })), `${inRow}.url`, "URL_TYPE_INVALID_URL"],
      [rows(link({ url: "x.y" })), `${inRow}.url`, "URL_TYPE_INVALID_URL"],
      [rows(link({ url: "https://" })), `${inRow}.url`, "URL_TYPE_INVALID_URL"],
      [rows(link({ url: `https://x.y/${long(501)}` })), `${inRow}.url`, badLength],
      [rows(link({ custom_id: "x" })), inRow, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"],
      [rows(link({ sku_id: "1" })), `${inRow}.sku_id`, "BUTTON_COMPONENT_UNEXPECTED_SKU"]
    ],
    accepted: [
      rows(
        link({ url: `https://x.y/${long(500)}` }),
        link({ url: "discord://-/settings" }),
        link({ url: "HTTP://x.y" })
      )
    ]
  },
  {
    rule: "a premium button has a SKU, and no custom id, label, URL or emoji",
    refused: [
      [rows(premium({ sku_id: undefined })), `${inRow}.sku_id`, required],
      [rows(premium({ sku_id: "gold" })), `${inRow}.sku_id`, "NUMBER_TYPE_COERCE"],
      [rows(premium({ custom_id: "x" })), `${inRow}.custom_id`, "BUTTON_COMPONENT_INVALID_PREMIUM"],
      [rows(premium({ url: "https://x.y" })), `${inRow}.url`, "BUTTON_COMPONENT_INVALID_PREMIUM"],
      [rows(premium({ label: "x" })), inRow, "BUTTON_COMPONENT_INVALID_PREMIUM"],
      [rows(premium({ emoji: { name: "🔥" } })), inRow, "BUTTON_COMPONENT_INVALID_PREMIUM"]
    ],
    accepted: [rows(premium())]
  },
  {
    rule: "an emoji is one of Unicode by its name, or one that the bot knows by its id",
    refused: [
      [rows(button("x", "x", { emoji: { name: "smile" } })), `${inRow}.emoji.name`, emoji],
      [rows(button("x", "x", { emoji: { name: "🔥🔥" } })), `${inRow}.emoji.name`, emoji],
      [rows(button("x", "x", { emoji: { name: "1" } })), `${inRow}.emoji.name`, emoji],
      [rows(button("x", "x", { emoji: {} })), `${inRow}.emoji.name`, emoji],
      [rows(button("x", "x", { emoji: { id: "1", name: "gone" } })), `${inRow}.emoji.name`, emoji],
      [rows(button("x", "x", { emoji: { id: "fire" } })), `${inRow}.emoji.id`, "NUMBER_TYPE_COERCE"],
      [rows(button("x", "x", { emoji: "🔥" })), `${inRow}.emoji`, "MODEL_TYPE_CONVERT"],
      [
        rows(select({ options: [{ label: "l", value: "v", emoji: { name: "smile" } }] })),
        `${inRow}.options.0.emoji.name`,
        emoji
      ]
    ],
    accepted: ["🔥", "❤", "❤️", "👍🏽", "👨‍👩‍👧", "🇩🇪", "🇦", "1️⃣"].map((name) =>
      rows(button("x", "x", { emoji: { id: null, name } }))
    )
  }
]

const menus: ReadonlyArray<Rule> = [
  {
    rule: "a string select has 1 to 25 options with labels and values of 1 to 100 characters, no value twice",
    refused: [
      [rows(select({ options: [] })), `${inRow}.options`, badLength],
      [rows(select({ options: options(26) })), `${inRow}.options`, badLength],
      [rows(select({ options: [{ label: "", value: "v" }] })), `${inRow}.options.0.label`, required],
      [rows(select({ options: [{ label: "l", value: long(101) }] })), `${inRow}.options.0.value`, badLength],
      [rows(select({ options: [{ label: "l", value: 5 }] })), `${inRow}.options.0.value`, "STRING_TYPE_CONVERT"],
      [
        rows(select({ options: [{ label: "l", value: "v", description: long(101) }] })),
        `${inRow}.options.0.description`,
        tooLong
      ],
      [
        rows(select({ options: [...options(1), ...options(1)] })),
        `${inRow}.options.1.value`,
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"
      ]
    ],
    accepted: [rows(select({ options: options(25), max_values: 25 }))]
  },
  {
    rule: "what can be selected is 0 to 25 things, the minimum no more than the maximum",
    refused: [
      [rows(users({ min_values: -1 })), `${inRow}.min_values`, range],
      [rows(users({ min_values: 26 })), `${inRow}.min_values`, range],
      [rows(users({ max_values: 0 })), `${inRow}.max_values`, range],
      [rows(users({ max_values: 26 })), `${inRow}.max_values`, range],
      [rows(users({ max_values: "2" })), `${inRow}.max_values`, "NUMBER_TYPE_COERCE"],
      [rows(users({ min_values: 2 })), `${inRow}.min_values`, "SELECT_COMPONENT_MIN_OVER_MAX"],
      [rows(users({ min_values: 3, max_values: 2 })), `${inRow}.min_values`, "SELECT_COMPONENT_MIN_OVER_MAX"],
      [rows(select({ max_values: 3 })), `${inRow}.max_values`, "SELECT_COMPONENT_MAX_VALUES_OVER_OPTIONS"]
    ],
    accepted: [rows(users({ min_values: 0, max_values: 25 })), rows(select({ min_values: 2, max_values: 2 }))]
  },
  {
    rule: "the placeholder of a menu has at most 150 characters",
    refused: [[rows(users({ placeholder: long(151) })), `${inRow}.placeholder`, tooLong]],
    accepted: [rows(users({ placeholder: long(150) }))]
  },
  {
    rule: "defaults of a menu are of its kind, and as many as can be selected",
    refused: [
      [
        rows(users({ default_values: [{ id: "1", type: "role" }] })),
        `${inRow}.default_values.0.type`,
        "BASE_TYPE_CHOICES"
      ],
      [
        rows(users({ default_values: [{ id: "x", type: "user" }] })),
        `${inRow}.default_values.0.id`,
        "NUMBER_TYPE_COERCE"
      ],
      [
        rows(users({ default_values: many(2, (n) => ({ id: `${n}`, type: "user" })) })),
        `${inRow}.default_values`,
        badLength
      ],
      [
        rows({ ...users({ default_values: [{ id: "1", type: "user" }] }), type: 8 }),
        `${inRow}.default_values.0.type`,
        "BASE_TYPE_CHOICES"
      ]
    ],
    accepted: [
      rows({
        ...users({
          default_values: [
            { id: "1", type: "user" },
            { id: "2", type: "role" }
          ],
          max_values: 2
        }),
        type: 7
      })
    ]
  },
  {
    rule: "a channel select has types of channels",
    refused: [
      [rows({ ...users({ channel_types: [99] }), type: 8 }), `${inRow}.channel_types.0`, "BASE_TYPE_CHOICES"],
      [rows({ ...users({ channel_types: 0 }), type: 8 }), `${inRow}.channel_types`, "LIST_TYPE_CONVERT"]
    ],
    accepted: [rows({ ...users({ channel_types: [0, 2, 15] }), type: 8 })]
  }
]

const layout: ReadonlyArray<Rule> = [
  {
    rule: "a section has 1 to 3 texts, and a button or a thumbnail beside them",
    refused: [
      [v2(section({ components: [] })), "components.0.components", badLength],
      [v2(section({ components: many(4, () => text()) })), "components.0.components", badLength],
      [v2(section({ components: [button("x", "y")] })), `${inRow}.type`, wrongPlace],
      [v2(section({ accessory: undefined })), "components.0.accessory", required],
      [v2(section({ accessory: text() })), "components.0.accessory.type", wrongPlace],
      [v2(section({ accessory: { type: 11 } })), "components.0.accessory.media", required]
    ],
    accepted: [
      v2(section({ components: many(3, () => text()), accessory: { type: 11, ...picture("https://x.y/z.png") } }))
    ]
  },
  {
    rule: "a gallery has 1 to 10 items with descriptions of at most 1024 characters",
    refused: [
      [v2(gallery()), "components.0.items", badLength],
      [v2(gallery(...many(11, () => picture("https://x.y")))), "components.0.items", badLength],
      [v2(gallery(picture("https://x.y", { description: long(1025) }))), "components.0.items.0.description", tooLong],
      [v2(gallery(picture("https://x.y", { spoiler: "yes" }))), "components.0.items.0.spoiler", "BOOLEAN_TYPE_CONVERT"],
      [v2(gallery({})), "components.0.items.0.media", required]
    ],
    accepted: [v2(gallery(...many(10, () => picture("https://x.y", { description: long(1024), spoiler: true }))))]
  },
  {
    rule: "media are on the web, or uploaded with the message",
    refused: [
      [v2(gallery(picture("ftp://x.y"))), "components.0.items.0.media.url", "URL_TYPE_INVALID_SCHEME"],
      [v2(gallery(picture("x.png"))), "components.0.items.0.media.url", "URL_TYPE_INVALID_URL"],
      [
        v2(gallery(picture("attachment://a.png"))),
        "components.0.items.0.media.url",
        "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
      ],
      [
        v2(section({ accessory: { type: 11, ...picture("attachment://a.png") } })),
        "components.0.accessory.media.url",
        "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
      ]
    ]
  },
  {
    rule: "a file component shows a file that is uploaded with the message",
    refused: [
      [v2({ type: 13, file: { url: "https://x.y/a.txt" } }), "components.0.file.url", "URL_TYPE_INVALID_SCHEME"],
      [
        v2({ type: 13, file: { url: "attachment://a.txt" } }),
        "components.0.file.url",
        "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
      ],
      [v2({ type: 13 }), "components.0.file", required]
    ]
  },
  {
    rule: "a separator has small or large spacing",
    refused: [
      [v2(text(), { type: 14, spacing: 3 }), "components.1.spacing", "BASE_TYPE_CHOICES"],
      [v2(text(), { type: 14, divider: 1 }), "components.1.divider", "BOOLEAN_TYPE_CONVERT"]
    ],
    accepted: [v2({ type: 14, spacing: 2, divider: false })]
  },
  {
    rule: "a container has something in it, and no other container",
    refused: [
      [v2(container()), "components.0.components", badLength],
      [v2(container(container(text()))), `${inRow}.type`, wrongPlace],
      [v2(container(button("x", "x"))), `${inRow}.type`, wrongPlace],
      [v2({ ...container(text()), accent_color: 0x1000000 }), "components.0.accent_color", range],
      [v2({ ...container(text()), spoiler: "no" }), "components.0.spoiler", "BOOLEAN_TYPE_CONVERT"]
    ],
    accepted: [v2({ ...container(row(button("x", "y")), text(), section(), { type: 14 }), accent_color: null })]
  },
  {
    rule: "components of modals are not for messages",
    refused: [4, 18, 19, 21, 22, 23].flatMap((type): ReadonlyArray<Refused> => [
      [v2({ type, custom_id: "x" }), `${first}.type`, wrongPlace],
      [rows({ type, custom_id: "x" }), `${inRow}.type`, wrongPlace]
    ])
  }
]

layer(FakeDiscord.layerServer(withoutLimits), { excludeTestServices: true })(
  "what Discord refuses in components",
  (it) => {
    for (const each of [...anatomy, ...buttons, ...menus, ...layout]) it.effect(each.rule, () => hold(each, send))

    it.effect("the emojis of the bot's guilds and its own are known", () =>
      Effect.gen(function* () {
        const { applicationId, guild } = yield* FakeDiscord.FakeDiscord
        const ofGuild = yield* guild.emoji("party")
        const image = "data:image/png;base64,iVBORw0KGgo="
        const own = yield* asBot("POST", () => `/applications/${applicationId}/emojis`, { name: "tick", image })
        for (const id of [ofGuild, own.body.id]) {
          const sent = yield* send(rows(button("x", "x", { emoji: { id } })))
          assert.strictEqual(sent.status, 200, JSON.stringify(sent.body))
        }
      })
    )

    it.effect("uploads are found by the names that they get", () =>
      Effect.gen(function* () {
        const form = new FormData()
        const file = { type: 13, file: { url: "attachment://a.txt" } }
        form.set("payload_json", JSON.stringify(v2(file, gallery(picture("attachment://b.png")))))
        form.set("files[0]", new Blob(["a"]), "a.txt")
        form.set("files[1]", new Blob(["b"]), "b.png")
        assert.strictEqual((yield* send(form)).status, 200)
      })
    )
  }
)

const label = (component: object, fields: object = {}) => ({ type: 18, label: "l", component, ...fields })
const input = (fields: object = {}) => ({ type: 4, custom_id: "i", style: 1, ...fields })
const modal = (...components: ReadonlyArray<object>) => ({ title: "t", custom_id: "m", components })
const field = (component: object) => modal(label(component))
const radio = (fields: object = {}) => ({ type: 21, custom_id: "r", options: options(2), ...fields })
const boxes = (fields: object = {}) => ({ type: 22, custom_id: "c", options: options(2), ...fields })
const files = (fields: object = {}) => ({ type: 19, custom_id: "f", ...fields })

const inLabel = "data.components.0.component"

const modals: ReadonlyArray<Rule> = [
  {
    rule: "a modal has a title of at most 45 characters, a custom id and 1 to 5 components",
    refused: [
      [{ ...field(input()), title: "" }, "data.title", required],
      [{ ...field(input()), title: long(46) }, "data.title", badLength],
      [{ ...field(input()), custom_id: undefined }, "data.custom_id", required],
      [{ ...field(input()), custom_id: long(101) }, "data.custom_id", badLength],
      [modal(), "data.components", badLength],
      [modal(...many(6, (n) => label(input({ custom_id: `${n}` })))), "data.components", badLength],
      [
        modal(label(input()), label(input())),
        "data.components.1.component.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED"
      ],
      [modal({ ...label(input()), id: 2 }, { ...text(), id: 2 }), "data.components.1.id", "COMPONENT_ID_DUPLICATED"]
    ]
  },
  {
    rule: "a label has a text of at most 45 characters, a description of at most 100, and a field",
    refused: [
      [modal(label(input(), { label: "" })), "data.components.0.label", required],
      [modal(label(input(), { label: long(46) })), "data.components.0.label", badLength],
      [modal(label(input(), { description: long(101) })), "data.components.0.description", tooLong],
      [modal({ type: 18, label: "l" }), inLabel, required],
      [field(button("x", "x")), `${inLabel}.type`, wrongPlace],
      [field(text()), `${inLabel}.type`, wrongPlace]
    ]
  },
  {
    rule: "components of messages are not for modals",
    refused: [2, 9, 12, 13, 14, 17].map((type): Refused => [modal({ type }), "data.components.0.type", wrongPlace])
  },
  {
    rule: "a text input has a style, and lengths of 0 to 4000 whose minimum is no more than the maximum",
    refused: [
      [field(input({ style: 3 })), `${inLabel}.style`, "BASE_TYPE_CHOICES"],
      [field(input({ style: undefined })), `${inLabel}.style`, required],
      [field(input({ min_length: -1 })), `${inLabel}.min_length`, range],
      [field(input({ min_length: 4001 })), `${inLabel}.min_length`, range],
      [field(input({ max_length: 0 })), `${inLabel}.max_length`, range],
      [field(input({ max_length: 4001 })), `${inLabel}.max_length`, range],
      [field(input({ min_length: 3, max_length: 2 })), `${inLabel}.min_length`, "TEXT_INPUT_MIN_OVER_MAX"],
      [field(input({ value: long(4001) })), `${inLabel}.value`, tooLong],
      [field(input({ placeholder: long(101) })), `${inLabel}.placeholder`, tooLong],
      [field(input({ required: "yes" })), `${inLabel}.required`, "BOOLEAN_TYPE_CONVERT"]
    ]
  },
  {
    rule: "a radio group has 2 to 10 options, no value twice",
    refused: [
      [field(radio({ options: options(1) })), `${inLabel}.options`, badLength],
      [field(radio({ options: options(11) })), `${inLabel}.options`, badLength],
      [
        field(radio({ options: [...options(1), ...options(1)] })),
        `${inLabel}.options.1.value`,
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"
      ],
      [
        field(radio({ options: [{ label: "l", value: long(101) }, ...options(1)] })),
        `${inLabel}.options.0.value`,
        badLength
      ]
    ]
  },
  {
    rule: "a checkbox group has 1 to 10 options, of which as many are chosen as there are",
    refused: [
      [field(boxes({ options: [] })), `${inLabel}.options`, badLength],
      [field(boxes({ options: options(11) })), `${inLabel}.options`, badLength],
      [field(boxes({ max_values: 0 })), `${inLabel}.max_values`, range],
      [field(boxes({ max_values: 11 })), `${inLabel}.max_values`, range],
      [field(boxes({ max_values: 3 })), `${inLabel}.max_values`, "SELECT_COMPONENT_MAX_VALUES_OVER_OPTIONS"],
      [field(boxes({ min_values: 2, max_values: 1 })), `${inLabel}.min_values`, "SELECT_COMPONENT_MIN_OVER_MAX"],
      [field(boxes({ min_values: 3 })), `${inLabel}.min_values`, "SELECT_COMPONENT_MIN_OVER_MAX"]
    ]
  },
  {
    rule: "a file upload takes 0 to 10 files",
    refused: [
      [field(files({ min_values: 11 })), `${inLabel}.min_values`, range],
      [field(files({ max_values: 0 })), `${inLabel}.max_values`, range],
      [field(files({ max_values: 11 })), `${inLabel}.max_values`, range],
      [field(files({ min_values: 3, max_values: 2 })), `${inLabel}.min_values`, "SELECT_COMPONENT_MIN_OVER_MAX"],
      [field(files({ file_types: ["pdf"] })), `${inLabel}.file_types.0`, "FILE_TYPE_INVALID"],
      [field(files({ file_types: ["constructor"] })), `${inLabel}.file_types.0`, "FILE_TYPE_INVALID"],
      [field(files({ file_types: many(11, (n) => `.x${n}`) })), `${inLabel}.file_types`, badLength]
    ]
  },
  {
    rule: "what is required has a minimum of at least 1",
    refused: [select(), users(), boxes(), files()].map((component): Refused => [
      field({ ...component, min_values: 0 }),
      `${inLabel}.min_values`,
      "NUMBER_TYPE_MIN"
    ])
  },
  {
    rule: "nothing in a modal is disabled",
    refused: [
      [field(select({ disabled: true })), `${inLabel}.disabled`, "COMPONENT_DISABLED_IN_MODAL"],
      [field(users({ disabled: true })), `${inLabel}.disabled`, "COMPONENT_DISABLED_IN_MODAL"]
    ]
  }
]

const fits = [
  modal(...many(5, (n) => label(input({ custom_id: `${n}` }), { label: long(45), description: long(100) }))),
  {
    ...field(input({ style: 2, min_length: 0, max_length: 4000, value: long(4000) })),
    title: long(45),
    custom_id: long(100)
  },
  modal(label(radio({ options: options(10) })), label(boxes({ options: options(10), min_values: 10 }))),
  modal(label(files({ min_values: 0, max_values: 10, required: false, file_types: ["image", ".PDF"] })), text()),
  modal(label({ type: 23, custom_id: "x", default: true }), label(select({ required: false, min_values: 0 }))),
  modal({ type: 1, components: [input({ label: long(45) })] })
]

/** An interaction that is still to be answered. */
const waiting = (client: Client) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const alice = yield* discord.user("alice")
    yield* Effect.forkDetach(Effect.exit(alice.slash("any", {}, { unregistered: true })))
    return yield* client.event("INTERACTION_CREATE")
  })

layer(FakeDiscord.layerServer(withoutLimits), { excludeTestServices: true })("what Discord refuses in modals", (it) => {
  it.effect("what just fits is opened", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const client = yield* connect(discord)
      yield* client.identify()
      for (const data of fits) {
        const reply = yield* respond(discord, yield* waiting(client), { type: 9, data })
        assert.strictEqual(reply.status, 204, `${JSON.stringify(data).slice(0, 500)} ${JSON.stringify(reply.body)}`)
      }
    }).pipe(Effect.scoped)
  )
})

// All cases are responses to one interaction, because what is refused is no response.
const withInteraction = FakeDiscord.layerServer({ ...withoutLimits, identifyInterval: 0 })

layer(withInteraction, { excludeTestServices: true })("a modal that is refused", (it) => {
  for (const { refused, rule } of modals) {
    it.effect(rule, () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const client = yield* connect(discord)
        yield* client.identify()
        const interaction = yield* waiting(client)
        for (const [data, path, code] of refused) {
          assertRefused(yield* respond(discord, interaction, { type: 9, data }), path, code, data)
        }
      }).pipe(Effect.scoped)
    )
  }
})
