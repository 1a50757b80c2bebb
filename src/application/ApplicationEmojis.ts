/**
 * The emojis that an application owns, by name. Those that Discord does not have yet are uploaded when the bot starts;
 * the others stay as they are. A bot may use them everywhere, without a permission.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { ApplicationEmojis, Command, Reply } from "fibercord"
 * import { readFile } from "node:fs/promises"
 *
 * const emojis = ApplicationEmojis.define({
 *   yes: Effect.tryPromise(() => readFile("assets/yes.png")),
 *   no: new URL("https://example.org/no.png")
 * })
 *
 * const agree = Command.slash("agree", { description: "Agree" }, () =>
 *   Effect.flatMap(emojis.get("yes"), (yes) => Reply.send({ content: `${yes} agreed` }))
 * )
 * ```
 *
 * An emoji is known by its name: another image under the same name is not uploaded. Choose another name, or delete the
 * old one in the developer portal.
 *
 * Source: Discord, "Application-Owned Emoji" in "Emoji".
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { APIApplicationEmoji } from "../discord/DiscordApi.ts"
import * as limits from "../discord/limits.ts"
import type { DiscordRest } from "../rest/DiscordRest.ts"
import { problemOf } from "./internal/emojiImage.ts"
import * as Upload from "./internal/emojiUpload.ts"
import { textOf } from "../internal/thrown.ts"

/** An emoji of the application. In a text, `${emoji}` is its markup. Buttons and choices take it as their `emoji`. */
export class Emoji {
  readonly id: string
  readonly name: string
  readonly animated: boolean

  constructor(fields: { readonly id: string; readonly name: string; readonly animated: boolean }) {
    this.id = fields.id
    this.name = fields.name
    this.animated = fields.animated
  }

  /** How it is written in a text: `<:name:id>`, or `<a:name:id>` if it is animated. Source: Discord, "Message Formatting". */
  get markup(): string {
    return `<${this.animated ? "a" : ""}:${this.name}:${this.id}>`
  }

  /** How it is written in a text: {@link markup}. */
  toString(): string {
    return this.markup
  }
}

/** Emojis that Discord would refuse: all problems at once, found before Discord is asked. */
export class InvalidEmojis extends Schema.TaggedError<InvalidEmojis>("fibercord/InvalidEmojis")("InvalidEmojis", {
  /** Each emoji that cannot be used, and why; the name is empty where it is about all of them. */
  problems: Schema.Array(
    Schema.Struct({
      /** The name of the emoji; empty for all of them. */
      name: Schema.String,
      /** What Discord accepts, and what there is. */
      detail: Schema.String
    })
  )
}) {
  override get message() {
    const lines = this.problems.map(({ detail, name }) => `- ${name === "" ? "all emojis" : `"${name}"`}: ${detail}`)
    return ["The application's emojis cannot be used as they are. Correct them:", ...lines].join("\n")
  }
}

/** An emoji is not there: its image could not be read, Discord refuses it, or it was never defined. */
export class EmojiUnavailable extends Schema.TaggedError<EmojiUnavailable>("fibercord/EmojiUnavailable")(
  "EmojiUnavailable",
  {
    /** The name of the emoji. */
    name: Schema.String,
    /** Why it is not available. */
    detail: Schema.String
  }
) {
  override get message() {
    return `The emoji "${this.name}" is not available: ${this.detail}`
  }
}

/** The service: the emojis of one application. */
export class ApplicationEmojis extends Context.Service<
  ApplicationEmojis,
  {
    /** The emoji with this name. Waits until it has been found or uploaded. */
    readonly get: (name: string) => Effect.Effect<Emoji, EmojiUnavailable>
  }
>()("fibercord/application/ApplicationEmojis") {}

/**
 * Where an image comes from: its bytes, a URL of `http`, `https` or `data`, or an Effect that reads it. It is read only
 * if Discord does not have the emoji, and again if that fails, up to 5 times. PNG, JPEG, GIF, WebP or AVIF, at most
 * 256 KiB; Discord shows it at 128 by 128 pixels.
 */
export type Source<R = never> = Uint8Array | URL | Effect.Effect<Uint8Array, unknown, R>

/** Images by the names of their emojis: 2 to 32 letters, digits and underscores. */
export type Sources = Readonly<Record<string, Source<unknown>>>

/** What the sources need. */
export type Requirements<S> = {
  readonly [K in keyof S]: S[K] extends Effect.Effect<unknown, unknown, infer R> ? R : never
}[keyof S]

/** Emojis by name, and the layer that provides them. */
export interface Definition<in out Name extends string, out R = never> {
  readonly names: ReadonlyArray<Name>
  /**
   * One of these emojis. Waits until it has been found or uploaded, which it usually has been before the first user
   * comes. Fails with {@link EmojiUnavailable} when it has been given up.
   */
  readonly get: (name: Name) => Effect.Effect<Emoji, EmojiUnavailable, ApplicationEmojis>
  /** Waits until all of them are there. Fails with the first that has been given up. */
  readonly ready: Effect.Effect<void, EmojiUnavailable, ApplicationEmojis>
  /**
   * Finds the emojis with one request, and uploads what is missing, in the background. Each failure is logged. A
   * temporary one is retried after 1 second, then after twice as long each time, up to 5 minutes; an emoji that Discord
   * refuses is given up, and keeps no other from being uploaded. Fails with {@link InvalidEmojis}.
   *
   * A bot has one of these layers: `define({ ...some, ...others })` joins the sources of its parts.
   */
  readonly layer: Layer.Layer<ApplicationEmojis, InvalidEmojis, DiscordRest | R>
}

const namePattern = /^[A-Za-z0-9_]+$/

const nameProblem = (name: string): string | undefined => {
  const { max, min } = limits.applicationEmoji.name
  return name.length < min || name.length > max || !namePattern.test(name)
    ? `expected a name of ${min} to ${max} letters, digits and underscores, got ${name.length} characters`
    : undefined
}

/** What Discord would refuse, as far as it is known before an image is read. */
const problemsOf = (sources: Sources): InvalidEmojis["problems"] => {
  const entries = Object.entries(sources)
  const { max } = limits.applicationEmoji.count
  return [
    ...(entries.length > max ? [{ name: "", detail: `expected at most ${max}, got ${entries.length}` }] : []),
    ...entries.flatMap(([name, source]) => {
      const image = source instanceof Uint8Array ? problemOf(source) : undefined
      return [nameProblem(name), image === undefined ? undefined : `expected ${image}`].flatMap((detail) =>
        detail === undefined ? [] : [{ name, detail }]
      )
    })
  ]
}

class DownloadFailed extends Data.TaggedError("DownloadFailed")<{ readonly message: string }> {}

const download = (url: URL): Effect.Effect<Uint8Array, DownloadFailed> =>
  Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(url, { signal })
      if (!response.ok) throw new Error(`${url.origin}${url.pathname} answered ${response.status}`)
      return new Uint8Array(await response.arrayBuffer())
    },
    catch: (cause) => new DownloadFailed({ message: textOf(cause) })
  })

const read = <R>(source: Source<R>): Effect.Effect<Uint8Array, unknown, R> => {
  if (source instanceof Uint8Array) return Effect.succeed(source)
  return source instanceof URL ? download(source) : source
}

const makers: Upload.Makers = {
  emoji: ({ animated = false, id, name }: APIApplicationEmoji) => new Emoji({ id, name, animated }),
  unavailable: (name, detail) => new EmojiUnavailable({ name, detail })
}

const make = Effect.fnUntraced(function* (sources: Sources) {
  const problems = problemsOf(sources)
  if (problems.length > 0) return yield* new InvalidEmojis({ problems })
  const context = yield* Effect.context<unknown>()
  const all = new Map(
    Object.entries(sources).map(([name, source]) => [
      name,
      { image: Effect.provideContext(read(source), context), found: Deferred.makeUnsafe<Emoji, EmojiUnavailable>() }
    ])
  )
  yield* Upload.run(all, makers).pipe(
    // Nobody waits for what does not come: the bot ends.
    Effect.ensuring(Effect.forEach(all.values(), ({ found }) => Deferred.interrupt(found), { discard: true })),
    Effect.forkScoped
  )
  return ApplicationEmojis.of({
    get: (name) => {
      const one = all.get(name)
      return one === undefined
        ? Effect.fail(makers.unavailable(name, "it is not among the emojis of the layer"))
        : Deferred.await(one.found)
    }
  })
})

/** Emojis with their images. */
export const define = <const S extends Sources>(sources: S): Definition<Extract<keyof S, string>, Requirements<S>> => {
  type Name = Extract<keyof S, string>
  const names = Object.keys(sources) as Array<Name>
  const find = (name: Name) => ApplicationEmojis.use((emojis) => emojis.get(name))
  return {
    names,
    get: find,
    ready: Effect.forEach(names, find, { discard: true }),
    layer: Layer.effect(ApplicationEmojis, make(sources)) as Layer.Layer<
      ApplicationEmojis,
      InvalidEmojis,
      DiscordRest | Requirements<S>
    >
  }
}

/**
 * An emoji by a name that is not known to the compiler. Fails with {@link EmojiUnavailable} if there is none.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { ApplicationEmojis } from "fibercord"
 *
 * const logo = ApplicationEmojis.get("logo")
 * ```
 */
export const get = (name: string): Effect.Effect<Emoji, EmojiUnavailable, ApplicationEmojis> =>
  ApplicationEmojis.use((emojis) => emojis.get(name))
