/** Rules of Discord's as cases: what is refused, with the error at its path, and what just fits. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { FakeDiscord } from "../../../src/testing/index.ts"
import { call, type Reply } from "../client.ts"

/** A body, the path of its invalid field, and Discord's code for what is wrong with that. */
export type Refused = readonly [body: object, path: string, code: string]

/** A rule, by the title of its test. */
export interface Rule {
  readonly rule: string
  readonly refused: ReadonlyArray<Refused>
  /** What the rule still allows. */
  readonly accepted?: ReadonlyArray<object>
}

/** `count` things. */
export const many = <A>(count: number, make: (index: number) => A): ReadonlyArray<A> =>
  Array.from({ length: count }, (_, index) => make(index))

/** Text of so many characters. */
export const long = (length: number): string => "x".repeat(length)

const codesAt = (reply: Reply, path: string): ReadonlyArray<string> => {
  const steps = path === "" ? [] : path.split(".")
  const found = steps.reduce<Reply["body"]>((at, step) => at?.[step], reply.body?.errors)
  return (found?._errors ?? []).map((error: { readonly code: string }) => error.code)
}

/** Fails unless the body was refused with this code at this path. */
export const assertRefused = (reply: Reply, path: string, code: string, body: unknown): void => {
  const shown = `${JSON.stringify(body).slice(0, 500)} → ${JSON.stringify(reply.body).slice(0, 1000)}`
  assert.deepStrictEqual([reply.status, reply.body.code], [400, 50035], shown)
  assert.include(codesAt(reply, path), code, shown)
}

type Send = (body: object) => Effect.Effect<Reply, never, FakeDiscord.FakeDiscord>

/** Sends the cases of a rule. */
export const hold = ({ accepted = [], refused }: Rule, send: Send) =>
  Effect.gen(function* () {
    for (const [body, path, code] of refused) assertRefused(yield* send(body), path, code, body)
    for (const body of accepted) {
      const reply = yield* send(body)
      assert.isTrue(reply.status < 300, `${JSON.stringify(body).slice(0, 500)} → ${JSON.stringify(reply.body)}`)
    }
  })

/** A call on the fake of the context, as a bot. */
export const asBot = (method: string, path: (discord: FakeDiscord.FakeDiscord["Service"]) => string, body?: unknown) =>
  Effect.flatMap(FakeDiscord.FakeDiscord, (discord) => call(discord, method, path(discord), body))

/** A fake for many requests at once. */
export const withoutLimits = { globalRateLimit: Infinity } as const
