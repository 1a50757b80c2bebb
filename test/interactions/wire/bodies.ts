/** Valid bodies, and bodies that are almost valid: one to three edits away, at the edges of Discord's limits. */
import type { Json } from "../../mutate.ts"

const text = (length: number): string => "x".repeat(length)

export const button = (custom_id: string, fields: Json = {}): Json => ({
  type: 2,
  style: 1,
  label: "go",
  custom_id,
  ...fields
})

export const row = (...components: ReadonlyArray<Json>): Json => ({ type: 1, components })

export const stringSelect = (custom_id: string, fields: Json = {}): Json => ({
  type: 3,
  custom_id,
  placeholder: "which?",
  options: [
    { label: "a", value: "a", description: "first" },
    { label: "b", value: "b" }
  ],
  ...fields
})

export const display = (content = "hello"): Json => ({ type: 10, content })

/** A message without Components V2. */
export const plainMessage = (): Json => ({
  content: "hello",
  embeds: [
    {
      title: "title",
      url: "https://x.y",
      color: 0xffffff,
      timestamp: "2026-11-26T22:00:00.000Z",
      image: { url: "https://x.y/z.png" },
      thumbnail: { url: "attachment://a.png" },
      description: "description",
      footer: { text: "footer" },
      author: { name: "author" },
      fields: [
        { name: "name", value: "value" },
        { name: "name", value: "value" }
      ]
    },
    { title: "second" }
  ],
  components: [
    row(button("1"), button("2", { emoji: { name: "🔥" } }), { type: 2, style: 5, label: "x", url: "https://x.y" }),
    row(stringSelect("3", { min_values: 0, max_values: 2 })),
    row({
      type: 5,
      custom_id: "4",
      min_values: 1,
      max_values: 2,
      default_values: [
        { id: "1", type: "user" },
        { id: "2", type: "user" }
      ]
    }),
    row({ type: 2, style: 6, sku_id: "123" })
  ],
  allowed_mentions: { parse: ["users"], roles: ["1", "2"], users: [] }
})

/** A message with a poll. */
export const pollMessage = (): Json => ({
  content: "hello",
  sticker_ids: ["1", "2", "3"],
  poll: {
    question: { text: text(300) },
    answers: [
      ...Array.from({ length: 9 }, () => ({ poll_media: { text: text(55) } })),
      { poll_media: { text: "b", emoji: { id: null, name: "🔥" } } }
    ],
    duration: 768,
    allow_multiselect: true
  }
})

/** A message with Components V2. It needs the files `a.png` and `b.txt`. */
export const v2Message = (): Json => ({
  flags: 1 << 15,
  content: null,
  embeds: [],
  components: [
    display(),
    row(button("1"), button("2")),
    { type: 9, components: [display(), display("second")], accessory: button("3") },
    {
      type: 9,
      components: [display()],
      accessory: { type: 11, media: { url: "https://x.y/z.png" }, description: "d" }
    },
    { type: 13, file: { url: "attachment://b.txt" } },
    { type: 14, divider: true, spacing: 1 },
    {
      type: 17,
      accent_color: 1,
      components: [
        display(),
        {
          type: 12,
          items: [{ media: { url: "attachment://a.png" }, description: "d" }, { media: { url: "http://x.y" } }]
        },
        row(stringSelect("4"))
      ]
    }
  ]
})

const label = (component: Json): Json => ({ type: 18, label: "label", description: "description", component })

const options = () => [
  { label: "a", value: "a", description: "first" },
  { label: "b", value: "b", default: true },
  { label: "c", value: "c" }
]

/** A form with texts, a menu and an upload. */
export const textForm = (): Json => ({
  title: "title",
  custom_id: "form",
  components: [
    label({ type: 4, custom_id: "a", style: 1, min_length: 1, max_length: 10, value: "abc", placeholder: "p" }),
    label({ type: 4, custom_id: "b", style: 2, required: false }),
    label(stringSelect("c", { required: false, min_values: 0, max_values: 1 })),
    label({ type: 19, custom_id: "d", min_values: 1, max_values: 3, file_types: ["audio", ".PDF"] }),
    display()
  ]
})

/** A form with choices. */
export const choiceForm = (): Json => ({
  title: "title",
  custom_id: "form",
  components: [
    label({ type: 21, custom_id: "a", options: options() }),
    label({ type: 22, custom_id: "b", options: options(), min_values: 0, max_values: 2, required: false }),
    label({ type: 23, custom_id: "c" }),
    label({ type: 7, custom_id: "d" })
  ]
})

const option = (name: string, fields: Json = {}): Json => ({ type: 3, name, description: "description", ...fields })

/** A slash command with options. */
export const slash = (): Json => ({
  type: 1,
  name: "slash",
  description: "description",
  name_localizations: { de: "schrägstrich", fr: null },
  description_localizations: { de: "beschreibung" },
  options: [
    option("text", { required: true, min_length: 1, max_length: 10 }),
    option("choice", {
      required: true,
      choices: [
        { name: "a", value: "a", name_localizations: { de: "b" } },
        { name: "b", value: "b" }
      ]
    }),
    option("whole", { type: 4, min_value: 1, max_value: 10, choices: [{ name: "one", value: 1 }] }),
    option("broken", { type: 10, min_value: -0.5, max_value: 0.5 }),
    option("suggested", { autocomplete: true }),
    option("where", { type: 7, name_localizations: { de: "wo" } }),
    option("file", { type: 11, file_types: ["image", ".pdf"] })
  ]
})

/** A slash command with subcommands and a group. */
export const parent = (): Json => ({
  name: "parent",
  description: "description",
  options: [
    option("show", { type: 1, options: [option("what")] }),
    option("roles", {
      type: 2,
      options: [option("add", { type: 1, options: [option("which", { type: 8, required: true })] })]
    })
  ]
})

/** A command of a context menu. */
export const contextMenu = (): Json => ({ type: 2, name: "Show Profile", name_localizations: { de: "Profil" } })

/** An entry point. */
export const entry = (): Json => ({
  type: 4,
  name: "Launch",
  description: "description",
  description_localizations: { de: "los" },
  handler: 2
})

/** A message whose embeds have nearly 6000 characters. */
export const longEmbeds = (): Json => ({
  embeds: [
    { description: text(3500), title: text(40), footer: { text: text(20) }, author: { name: text(20) } },
    { description: text(2300), fields: [{ name: text(20), value: text(80) }] }
  ]
})

/** A message with Components V2 that has nearly 4000 characters in 39 components. */
export const longV2 = (): Json => ({
  flags: 1 << 15,
  components: [
    display(text(3800)),
    { type: 17, components: [display(text(50)), display(text(50))] },
    { type: 9, components: [display(text(50))], accessory: button("1") },
    ...Array.from({ length: 32 }, () => ({ type: 14 }))
  ]
})

/** A command with nearly 8000 characters. */
export const longSlash = (): Json => ({
  name: "long",
  description: text(90),
  options: Array.from({ length: 8 }, (_, n) =>
    option(`o${n}`, {
      description: text(70),
      description_localizations: { de: text(90) },
      choices: Array.from({ length: 10 }, (_, at) => ({ name: text(40), value: `${at}${text(48)}` }))
    })
  )
})

const lengths = [0, 1, 3, 25, 32, 33, 45, 46, 80, 81, 100, 101, 150, 151, 256, 257, 512, 513, 1024, 1025, 2000, 2001]
const longer = [2048, 2049, 3000, 4000, 4001, 4096, 4097, 6000, 6001, 8000]
const sizes = [0, 1, 2, 3, 4, 5, 6, 10, 11, 15, 16, 25, 26, 40, 41, 100, 101]
const numbers = [-1, 0, 1, 1.5, 2, 3, 5, 6, 10, 11, 25, 26, 4000, 4001, 6000, 6001, 2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2]
const types = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 17, 18, 19, 21, 22, 23]
const additions: ReadonlyArray<readonly [string, unknown]> = [
  ["min_values", 0],
  ["min_values", 2],
  ["max_values", 2],
  ["max_values", 3],
  ["min_length", 4],
  ["max_length", 2],
  ["min_value", 2],
  ["max_value", 1],
  ["required", true],
  ["required", false],
  ["disabled", true],
  ["default", true],
  ["autocomplete", true],
  ["choices", [{ name: "a", value: "a" }]],
  ["options", []],
  ["name", "Upper"],
  ["name", "with space"],
  ["name", "naïve-名前"],
  ["description", ""],
  ["name_localizations", { de: "GROSS" }],
  ["name_localizations", { "en-AU": "mate" }],
  ["file_types", ["pdf"]],
  ["file_types", ["video", ".mkv"]],
  ["default_values", [{ id: "1", type: "role" }]],
  ["default_values", [{ id: "x", type: "user" }]],
  ["url", "ftp://x.y"],
  ["url", "discord://-/settings"],
  ["url", "attachment://missing.png"],
  ["url", "attachment://a.png"],
  ["label", ""],
  ["label", " ".repeat(300)],
  ["emoji", { name: "🔥" }],
  ["custom_id", "1"],
  ["value", "a"],
  ["content", "👍".repeat(2000)],
  ["content", " ".repeat(2001)],
  ["title", ` ${text(256)} `],
  ["title", "👍".repeat(250)],
  ["parse", ["users", "roles"]],
  ["users", ["1"]],
  ["handler", 1],
  ["timestamp", "2026-13-01T00:00:00Z"],
  ["timestamp", "yesterday"],
  ["timestamp", 1_700_000_000],
  ["style", 6],
  ["style", 5]
]

type Random = (below: number) => number

const pick = <A>(random: Random, list: ReadonlyArray<A>): A => list[random(list.length)] as A

/** All objects and arrays of a tree. */
const nodesOf = (node: unknown): ReadonlyArray<object> =>
  typeof node === "object" && node !== null ? [node, ...Object.values(node).flatMap(nodesOf)] : []

// Half of the copies have custom ids, names and values of their own, so that other limits come to light.
const copyOf = (random: Random, node: unknown, isOwn: boolean): unknown => {
  const copy = structuredClone(node)
  for (const each of isOwn ? nodesOf(copy) : []) {
    for (const field of ["custom_id", "value", "name"]) {
      if (typeof Reflect.get(each, field) === "string") Reflect.set(each, field, `own${random(1_000_000)}`)
    }
  }
  return copy
}

const edit = (random: Random, body: Json): void => {
  const nodes = nodesOf(body)
  const node = pick(random, nodes)
  if (Array.isArray(node)) {
    const size = pick(random, sizes)
    const sample: unknown = node[random(Math.max(1, node.length))]
    if (sample === undefined) return
    const isOwn = random(2) === 0
    if (size < node.length) node.length = size
    while (node.length < size) node.push(copyOf(random, sample, isOwn))
    return
  }
  const keys = Object.keys(node)
  const key = keys[random(Math.max(1, keys.length))]
  const value: unknown = key === undefined ? undefined : Reflect.get(node, key)
  const what = random(5)
  if (key === undefined || what === 0) {
    const [field, addition] = pick(random, additions)
    Reflect.set(node, field, structuredClone(addition))
  } else if (what === 1) Reflect.deleteProperty(node, key)
  else if (typeof value === "string") {
    Reflect.set(node, key, text(pick(random, random(3) === 0 ? longer : lengths)))
  } else if (key === "type") Reflect.set(node, key, pick(random, types))
  else if (typeof value === "number") Reflect.set(node, key, pick(random, numbers))
  else if (typeof value === "boolean") Reflect.set(node, key, !value)
}

/** A body that is up to three edits away from a valid one. */
export const almost = (random: Random, valid: () => Json): Json => {
  const body = valid()
  for (let edits = random(4); edits > 0; edits--) edit(random, body)
  return body
}
