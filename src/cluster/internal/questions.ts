/** The questions that this process answers, by their names. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { Question } from "../Question.ts"
import { UnknownQuestion } from "./protocol.ts"

type Handler = (payload: string) => Effect.Effect<string>

/** The questions of this process. */
export class Questions extends Context.Service<
  Questions,
  {
    /** Answers a question until the scope closes. */
    readonly add: <P, A>(
      question: Question<P, A>,
      handler: (payload: P) => Effect.Effect<A>
    ) => Effect.Effect<void, never, Scope.Scope>
    /** The answer to what was asked, both as JSON texts. */
    readonly answer: (question: string, payload: string) => Effect.Effect<string, UnknownQuestion>
  }
>()("fibercord/cluster/Questions") {}

/** Turns what is said into a JSON text and back. What cannot be turned is a defect of the program that says it. */
export const codec = <A>(schema: Schema.Codec<A, unknown>) => {
  const json = Schema.fromJsonString(Schema.toCodecJson(schema))
  const encode = Schema.encodeEffect(json)
  const decode = Schema.decodeUnknownEffect(json)
  return {
    encode: (value: A): Effect.Effect<string> => Effect.orDie(encode(value)),
    decode: (text: string): Effect.Effect<A> => Effect.orDie(decode(text))
  }
}

/** Knows no question yet. */
export const layer: Layer.Layer<Questions> = Layer.sync(Questions, () => {
  const handlers = new Map<string, Handler>()
  return Questions.of({
    add: (question, handler) => {
      const payload = codec(question.payload)
      const answer = codec(question.answer)
      const run: Handler = (text) => payload.decode(text).pipe(Effect.flatMap(handler), Effect.flatMap(answer.encode))
      return Effect.asVoid(
        Effect.acquireRelease(
          Effect.sync(() => handlers.set(question.name, run)),
          () => Effect.sync(() => handlers.get(question.name) === run && handlers.delete(question.name))
        )
      )
    },
    answer: (question, payload) =>
      Effect.suspend((): Effect.Effect<string, UnknownQuestion> => {
        const handler = handlers.get(question)
        return handler === undefined ? Effect.fail(new UnknownQuestion({ question })) : handler(payload)
      })
  })
})
