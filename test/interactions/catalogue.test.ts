/** Texts in the languages of users, checked by the compiler. */
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Middleware from "../../src/interactions/definitions/Middleware.ts"
import * as Catalogue from "../../src/interactions/replies/Catalogue.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { withBot } from "./harness.ts"

const texts = Catalogue.make(
  "en",
  {
    hello: "Hello, {name}!",
    plain: "Plain",
    apples: { plural: "count", one: "One apple for {name}", other: "{count} apples for {name}" },
    place: { ordinal: "place", one: "{place}st", two: "{place}nd", few: "{place}rd", other: "{place}th" },
    share: "{part:percent} of {all:number}",
    since: "Since {when:date}, {when:time}",
    soon: "{when:relative}",
    team: "{names:list}",
    total: ({ items }: { readonly items: number }, { plural, write }) =>
      plural(items, { one: "one item", other: `${write("number", items)} items` }),
    only: "English",
    GuildOnly: "On servers.",
    Denied: "Not you.",
    Failed: "Broken ({reference})"
  },
  {
    de: {
      hello: "Hallo, {name}!",
      plain: "Schlicht",
      apples: { plural: "count", one: "Ein Apfel für {name}", other: "{count} Äpfel für {name}" },
      share: "{part:percent} von {all:number}",
      since: "Seit {when:date}",
      total: ({ items }, { write }) => `${write("number", items)} Dinge`,
      GuildOnly: "Auf Servern.",
      Denied: "Du nicht."
    },
    pl: { apples: { plural: "count", one: "{count} jabłko", few: "{count} jabłka", other: "{count} jabłek" } },
    pt: { plain: "Simples (pt)", hello: "Olá, {name}!" },
    "pt-BR": { plain: "Simples (BR)" },
    "en-GB": { plain: "Plain (GB)" },
    "es-ES": { plain: "Simple" }
  },
  { missing: "fallback", timeZone: "Europe/Berlin" }
)

const spring = new Date("2026-03-29T12:30:00Z")

describe("Catalogue", () => {
  it("fills in parameters, and writes numbers, dates and lists as the language has them", () => {
    const [en, de] = [texts.in("en-US"), texts.in("de")]
    assert.strictEqual(en("hello", { name: "Ann" }), "Hello, Ann!")
    assert.strictEqual(de("hello", { name: "Ann" }), "Hallo, Ann!")
    assert.strictEqual(en("share", { part: 0.255, all: 1234.5 }), "25.5% of 1,234.5")
    assert.strictEqual(de("share", { part: 0.255, all: 1234.5 }), "25,5\u00a0% von 1.234,5")
    assert.strictEqual(de("since", { when: spring }), "Seit 29. März 2026")
    // Summer time began on that day in Berlin.
    assert.match(en("since", { when: spring }), /^Since March 29, 2026, 2:30\sPM$/)
    assert.match(texts.in("en-GB")("since", { when: spring.getTime() }), /^Since 29 March 2026, 14:30$/)
    assert.strictEqual(en("soon", { when: spring }), `<t:${spring.getTime() / 1000}:R>`)
    assert.strictEqual(en("team", { names: ["a", "b", "c"] }), "a, b, and c")
    assert.strictEqual(de("total", { items: 1000 }), "1.000 Dinge")
    assert.strictEqual(en("total", { items: 1 }), "one item")
  })

  it("chooses the form of a number by the language's own rules", () => {
    const [en, pl] = [texts.in("en-US"), texts.in("pl")]
    assert.strictEqual(en("apples", { count: 1, name: "Ann" }), "One apple for Ann")
    assert.strictEqual(en("apples", { count: 1000, name: "Ann" }), "1,000 apples for Ann")
    const counted = [1, 2, 5, 22].map((count) => pl("apples", { count, name: "" }))
    assert.deepStrictEqual(counted, ["1 jabłko", "2 jabłka", "5 jabłek", "22 jabłka"])
    const places = [1, 2, 3, 4, 11, 22].map((place) => en("place", { place }))
    assert.deepStrictEqual(places, ["1st", "2nd", "3rd", "4th", "11th", "22nd"])
  })

  it("looks in the language with its region, without it, in Discord's fallback, and in the first one", () => {
    const plain = (locale: string | undefined) => texts.in(locale)("plain")
    assert.strictEqual(plain("pt-BR"), "Simples (BR)")
    assert.strictEqual(texts.in("pt-BR")("hello", { name: "Ana" }), "Olá, Ana!")
    assert.strictEqual(texts.in("pt-BR")("only"), "English")
    assert.strictEqual(plain("es-419"), "Simple")
    assert.strictEqual(plain("en-GB"), "Plain (GB)")
    for (const locale of ["fr", "en-US", "xx-YY", "__proto__", "constructor", "", undefined, 42 as never]) {
      assert.strictEqual(plain(locale), "Plain", String(locale))
    }
  })

  it("a text in a foreign language has that language's numbers", () => {
    assert.strictEqual(texts.in("fr")("share", { part: 0.5, all: 1234 }), "50% of 1,234")
  })

  it("leaves a placeholder as it is if its value is missing or of another kind, and never throws", () => {
    const loose = texts.in("en-US") as unknown as (key: string, params?: unknown) => string
    assert.strictEqual(loose("hello"), "Hello, {name}!")
    assert.strictEqual(loose("hello", { toString: 1 }), "Hello, {name}!")
    assert.strictEqual(loose("soon", { when: NaN }), "{when:relative}")
    assert.strictEqual(loose("soon", { when: "now" }), "{when:relative}")
    assert.strictEqual(loose("apples", {}), "{count} apples for {name}")
    assert.strictEqual(texts.in("en-US")("hello", { name: "{name} $& $1" }), "Hello, {name} $& $1!")
  })

  it("gives translations to commands, for each of Discord's languages that it has", () => {
    const of = texts.localizations("plain")
    assert.deepStrictEqual(of, {
      de: "Schlicht",
      "en-GB": "Plain (GB)",
      "en-US": "Plain",
      "es-419": "Simple",
      "es-ES": "Simple",
      "pt-BR": "Simples (BR)"
    } as typeof of)
  })

  it("parameters and keys are checked", () => {
    const t = texts.in("de")
    expectTypeOf<Parameters<typeof t<"plain">>>().toEqualTypeOf<["plain"]>()
    expectTypeOf<Catalogue.Params<"{a} {b:number} {c:date}">>().toEqualTypeOf<{
      readonly a: string
      readonly b: number | bigint
      readonly c: Date | number
    }>()
    // @ts-expect-error: no such key
    assert.strictEqual(t("missing"), "missing")
    // @ts-expect-error: a parameter is missing
    t("hello")
    // @ts-expect-error: a parameter has another type
    t("share", { part: "a", all: 1 })
    // @ts-expect-error: there is no such parameter
    t("hello", { name: "a", other: "b" })
    // @ts-expect-error: the number of a plural
    t("apples", { name: "a" })
  })

  it("a translation that is missing, has too much or other parameters does not compile", () => {
    const base = { a: "A {x}", b: "B" } as const
    const fine = Catalogue.make("en", base, { de: { a: "{x} a", b: "b" } })
    assert.strictEqual(fine.in("de")("a", { x: "1" }), "1 a")
    Catalogue.make("en", base, { de: { a: "a", b: "b" } })
    // @ts-expect-error: `b` is missing
    Catalogue.make("en", base, { de: { a: "a {x}" } })
    Catalogue.make("en", base, { de: { a: "a {x}" } }, { missing: "fallback" })
    // The language without the region has the rest.
    Catalogue.make("en", base, { pt: { a: "a {x}", b: "b" }, "pt-BR": { b: "c" }, "en-GB": {} })
    // @ts-expect-error: there is no `pt`
    Catalogue.make("en", base, { "pt-BR": { b: "c" } })
    // @ts-expect-error: a parameter that the first language does not have
    Catalogue.make("en", base, { de: { a: "a {y}", b: "b" } })
    // @ts-expect-error: the same in a plural
    Catalogue.make("en", base, { de: { a: { plural: "n", other: "{n}" }, b: "b" } })
    // @ts-expect-error: a message that the first language does not have
    Catalogue.make("en", base, { de: { a: "a", b: "b", c: "c" } })
    // @ts-expect-error: Discord does not know this language
    Catalogue.make("en", base, { xx: { a: "a", b: "b" } })
    // @ts-expect-error: the first language again
    Catalogue.make("en", base, { en: { a: "a", b: "b" } })
    // A message without parameters can be a function, too, and one of many can be a function in one language only.
    const called = Catalogue.make(
      "en",
      { a: () => "A", b: ({ x }: { readonly x: number }) => `${x}`, c: "{x}" },
      { de: { a: (_, { locale }) => `A (${locale})`, b: ({ x }) => `${x + 1}`, c: ({ x }) => x.toUpperCase() } }
    )
    assert.strictEqual(called.in("de")("a"), "A (de)")
    assert.strictEqual(called.in("de")("b", { x: 1 }), "2")
    assert.strictEqual(called.in("de")("c", { x: "c" }), "C")
    // @ts-expect-error: there is no such kind
    Catalogue.make("en", { a: "{x:money}" }, {}).in("en")("a", { x: 1 })
  })
})

describe("a bot with a catalogue", () => {
  const hello = Command.slash(
    "hello",
    { description: "…", descriptionLocalizations: texts.localizations("plain") },
    () =>
      Effect.gen(function* () {
        const own = yield* texts.text("hello", { name: "Ann" })
        yield* Reply.send({ content: `${own} ${yield* texts.guildText("plain")}` })
      })
  )
  const refused = Command.slash("refused", { description: "…" }, () => Effect.void).pipe(
    Middleware.guard(() => false, { denied: texts.by("hello", { name: "Bob" }) })
  )
  const guilds = Command.slash("guilds", { description: "…" }, () => Effect.void).pipe(Middleware.guildOnly())
  const dies = Command.slash("dies", { description: "…" }, () => Effect.die("no"))
  const denies = Command.slash("denies", { description: "…" }, () =>
    Effect.flatMap(texts.text("Denied"), (text) => Reply.send({ content: text }))
  )

  it.live("speaks the language of the user, and of the guild, in its own texts and in the library's", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const anna = yield* discord.user("anna", { locale: "de" })
      const ann = yield* discord.user("ann", { locale: "fr" })
      const said = (user: FakeDiscord.User, name: string, direct = false) =>
        Effect.flatMap(user.slash(name, {}, { direct }), ({ content }) => content)
      assert.strictEqual(yield* said(anna, "hello"), "Hallo, Ann! Plain")
      assert.strictEqual(yield* said(anna, "hello", true), "Hallo, Ann! Schlicht")
      assert.strictEqual(yield* said(ann, "hello"), "Hello, Ann! Plain")
      assert.strictEqual(yield* said(anna, "refused"), "Hallo, Bob!")
      assert.strictEqual(yield* said(anna, "denies"), "Du nicht.")
      assert.strictEqual(yield* said(anna, "guilds", true), "Auf Servern.")
      assert.match(yield* said(anna, "dies"), /^Broken \(\w{6}\)$/)
    }).pipe(
      withBot({
        interactions: [hello, refused, guilds, dies, denies],
        texts: texts.replies
      })
    )
  )
})
