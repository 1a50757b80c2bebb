/** One message of every kind, and some that Discord does not have. */
import type { MessageView } from "../../../../src/playground/Protocol.ts"

type Make = (raw: object, view?: Partial<MessageView>, at?: number) => MessageView
type Users = Readonly<Record<"alice" | "bob" | "bot", object>>

const markdown = [
  "# Heading\n## Second\n### Third\n-# subtext",
  "**bold** *italic* __underline__ ~~strike~~ ||spoiler|| `code` ***both***",
  "> a quote\n> of two lines\nand after",
  "- one\n- two\n  - deeper\n1. first\n2. second",
  "```ts\nconst answer: number = 42 // yes\n```",
  "[masked](https://example.com) <https://example.org> https://example.net/a_b_c [bad](javascript:alert(1))",
  "<@1100000000000000003> <@&1100000000000000040> <#1100000000000000021> </counter:1100000000000000099> @everyone <:party:1100000000000000055>",
  "<t:1767614400:R> <t:1767614400:F> <t:1767614400>"
].join("\n")

const row = (...components: ReadonlyArray<object>) => ({ type: 1, components })
const button = (style: number, label: string, more: object = {}) => ({
  type: 2,
  style,
  label,
  custom_id: label,
  ...more
})

const buttons = [
  row(
    button(1, "Primary"),
    button(2, "Secondary"),
    button(3, "Success", { emoji: { name: "✅" } }),
    button(4, "Danger"),
    { type: 2, style: 5, label: "Link", url: "https://example.com" }
  ),
  row(
    button(1, "Disabled", { disabled: true }),
    { type: 2, style: 6, sku_id: "1" },
    { type: 2, style: 2, emoji: { name: "🎉" }, custom_id: "party" },
    button(2, "fails"),
    button(2, "slow")
  )
]

const selects = [3, 5, 6, 7, 8].map((type) =>
  row({
    type,
    custom_id: `select${type}`,
    placeholder: `Select of type ${type}`,
    max_values: 2,
    ...(type === 3
      ? {
          options: [
            { label: "Red", value: "red", description: "warm" },
            { label: "Blue", value: "blue", default: true, emoji: { name: "💙" } }
          ]
        }
      : {})
  })
)

const v2 = [
  {
    type: 17,
    accent_color: 0x3498db,
    components: [
      { type: 10, content: "## A container\nwith **text**" },
      {
        type: 9,
        components: [
          { type: 10, content: "A section" },
          { type: 10, content: "and more of it" }
        ],
        accessory: { type: 11, media: { url: "https://example.com/a.png" }, description: "a thumbnail" }
      },
      { type: 14, divider: true, spacing: 2 },
      { type: 9, components: [{ type: 10, content: "With a button" }], accessory: button(2, "Accessory") },
      {
        type: 12,
        items: [
          { media: { url: "https://example.com/1.png" }, description: "one" },
          { media: { url: "https://example.com/2.png" }, spoiler: true }
        ]
      },
      { type: 13, file: { url: "attachment://report.txt" }, name: "report.txt", size: 4321 },
      row(button(1, "In the container"))
    ]
  },
  { type: 77, what: "a component of the future" }
]

const embed = {
  type: "rich",
  title: "An embed",
  url: "https://example.com",
  description: "With **markdown**",
  color: 0xe74c3c,
  timestamp: "2026-01-05T12:00:00Z",
  author: { name: "Author", icon_url: "https://example.com/i.png" },
  footer: { text: "Footer" },
  thumbnail: { url: "https://example.com/t.png" },
  image: { url: "https://example.com/big.png" },
  fields: [1, 2, 3, 4]
    .map((value) => ({ name: `Inline ${value}`, value: `\`${value}\``, inline: true }))
    .concat([{ name: "Whole", value: "row", inline: false }])
}

const poll = (answered: boolean) => ({
  question: { text: "Tea or coffee?" },
  expiry: "2099-01-01T00:00:00Z",
  allow_multiselect: !answered,
  layout_type: 1,
  answers: [
    { answer_id: 1, poll_media: { text: "Tea", emoji: { name: "🍵" } } },
    { answer_id: 2, poll_media: { text: "Coffee" } }
  ],
  results: {
    is_finalized: false,
    answer_counts: [
      { id: 1, count: 3, me_voted: answered },
      { id: 2, count: 1, me_voted: false }
    ]
  }
})

const file = (filename: string, content_type: string, more: object = {}) => ({
  id: "1",
  filename,
  content_type,
  size: 12_345,
  url: `http://127.0.0.1:9/attachments/1/${filename}`,
  proxy_url: "",
  ...more
})

const result = (id: string | undefined, text: string | undefined) => ({
  type: "poll_result",
  fields: Object.entries({
    poll_question_text: "Tea or coffee?",
    victor_answer_votes: "3",
    total_votes: id === undefined ? "6" : "4",
    ...(id === undefined ? {} : { victor_answer_id: id, victor_answer_text: text, victor_answer_emoji_name: "🍵" })
  }).map(([name, value]) => ({ name, value, inline: false }))
})

export const gallery = (make: Make, { alice, bob, bot }: Users, start: number): ReadonlyArray<MessageView> => {
  let at = start
  const next = () => (at += 15_000)
  const make2 = (raw: object, view?: Partial<MessageView>) => make(raw, view, next())
  const closed = make2({ author: bot, poll: poll(false) })
  return [
    make2({ content: markdown }),
    make2({ content: "😀 🎉" }),
    make2({ content: "edited", author: bob, edited_timestamp: "2026-01-05T12:10:00Z", pinned: true }),
    make2({
      content: "a reply",
      author: bob,
      type: 19,
      message_reference: { message_id: "1" },
      referenced_message: { author: alice, content: "the **original**" }
    }),
    make2(
      {
        content: "Hi <@1100000000000000002>",
        author: bot,
        type: 20,
        mentions: [alice],
        interaction: { name: "counter", user: alice }
      },
      { interaction: "1100000000000000077" }
    ),
    make2({ content: "", author: bot, type: 20, interaction: { name: "slow", user: bob } }, { pending: true }),
    make2({ content: "Only for you", author: bot }, { visibleTo: "1100000000000000002" }),
    make2({ content: "Embeds", author: bot, embeds: [embed, { type: "hologram", title: "?" }] }),
    make2({ content: "Buttons", author: bot, components: buttons }),
    make2({ content: "Selects", author: bot, components: selects }),
    make2({ author: bot, flags: 1 << 15, components: v2, attachments: [file("report.txt", "text/plain")] }),
    make2({
      content: "Files",
      attachments: [
        file("a.png", "image/png", { width: 200, height: 100, description: "a picture" }),
        file("SPOILER_b.png", "image/png", { width: 200, height: 100 }),
        file("c.mp3", "audio/mpeg"),
        file("d.zip", "application/zip")
      ]
    }),
    closed,
    make2({
      author: bot,
      poll: poll(true),
      reactions: [
        { emoji: { id: null, name: "👍" }, count: 2, me: true },
        { emoji: { id: "1100000000000000055", name: "party" }, count: 1, me: false }
      ]
    }),
    make2({
      content: "a sticker",
      sticker_items: [{ id: "1", name: "Wave", format_type: 1 }],
      thread: { id: "1100000000000000030", name: "a thread" }
    }),
    make2({ author: bob, type: 7 }),
    make2({ author: bob, type: 6, message_reference: { message_id: "1", channel_id: "2" } }),
    make2({ author: bob, type: 9, content: "3" }),
    make2({ author: bob, type: 12, content: "News #updates" }),
    make2({
      author: bob,
      type: 18,
      content: "a thread",
      message_reference: { channel_id: "1100000000000000030" }
    }),
    make2({ author: bob, type: 21, referenced_message: { author: alice, content: "where it **began**" } }),
    make2({
      author: bob,
      type: 24,
      embeds: [
        {
          type: "auto_moderation_message",
          description: "a bad word",
          fields: [
            { name: "rule_name", value: "No bad words" },
            { name: "channel_id", value: "1100000000000000021" },
            { name: "keyword", value: "bad" }
          ]
        }
      ]
    }),
    make2({ author: bob, type: 27, content: "Town hall" }),
    make2({
      author: bot,
      type: 46,
      message_reference: { message_id: closed.raw.id, channel_id: closed.raw.channel_id },
      embeds: [result("1", "Tea")]
    }),
    make2({ author: bot, type: 46, embeds: [result(undefined, undefined)] }),
    make2({ author: bob, type: 250, content: "from the future" })
  ]
}
