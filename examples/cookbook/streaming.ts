/**
 * # An answer that is written while you watch
 *
 * Shows the answer of a language model as it comes, with one edit in a second and a half, and stops when the user says so.
 *
 * The model is a `Stream` of words. `groupedWithin` collects what came in that time, so the number of edits does not depend
 * on the number of words. The stream runs in a fiber of the [Runtime](../guide/runtimes.md#in-a-runtime), so that the
 * handler ends and the button can be clicked.
 *
 * ## What to watch out for
 *
 * - fibercord obeys Discord's rate limits by waiting. Edits for each word would be late, not lost.
 * - A message has at most 2000 characters. Cut the text, or go on in a follow-up.
 * - `Stream.interruptWhen` aborts the request to the model, so nobody pays for words that nobody reads. The end of the
 * Runtime does the same.
 * - What a model writes may mention people: `allowedMentions: { parse: [] }`.
 */
import { Context, Deferred, Effect, Schema, Stream } from "effect"
import { Button, Command, Options, Reply, Runtime } from "fibercord"

export class ModelFailed extends Schema.TaggedError<ModelFailed>()("ModelFailed", {}) {}

/** A language model, which answers piece by piece. */
export class Model extends Context.Service<
  Model,
  { readonly answer: (question: string) => Stream.Stream<string, ModelFailed> }
>()("cookbook/Model") {}

export const ask = Command.slash(
  "ask",
  {
    description: "Ask the model",
    options: { question: Options.string("What", { max: 500 }) },
    replies: { allowedMentions: { parse: [] } }
  },
  Effect.fn("ask")(function* ({ question }) {
    const model = yield* Model
    const stopped = yield* Deferred.make<void>()
    const stop = yield* Button.bound({ label: "Stop" }, () => Deferred.succeed(stopped, undefined), { by: "opener" })
    const sent = yield* Reply.send({ content: "…", components: [[stop]] })
    let text = ""
    const write = model.answer(question).pipe(
      Stream.interruptWhen(Deferred.await(stopped)),
      Stream.groupedWithin(1000, "1500 millis"),
      Stream.runForEach((words) => {
        text = `${text}${words.join("")}`.slice(0, 1900)
        return sent.edit({ content: text })
      }),
      Effect.andThen(Effect.suspend(() => sent.edit({ content: text || "No answer.", components: [] }))),
      Effect.catchTag("ModelFailed", () => sent.edit({ content: `${text}\nThe model has failed.`, components: [] }))
    )
    yield* Runtime.fork(Effect.ignore(write, { log: "Warn" }))
  })
)
