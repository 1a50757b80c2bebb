/** Durable dialogues, read from where they are kept. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { Dialogues, Info } from "../../durable/Dialogues.ts"
import type { DialogueDetails, DialoguesView, DialogueView } from "../InspectorState.ts"
import { textOf } from "./text.ts"

type Source = Pick<Dialogues["Service"], "list" | "get">

const most = 200

const view = (info: Info): DialogueView => {
  const { channelId, endedAt, guildId, id, name, problem, startedAt, status, userId, version } = info
  return { id, name, version, status, problem, userId, channelId, guildId, startedAt, endedAt }
}

const isOpen = ({ status }: DialogueView): boolean => status === "running" || status === "held"

/** Lists them; `undefined` if the bot has none. */
export const list = (sources: ReadonlyArray<Source>): Promise<DialoguesView | undefined> => {
  if (sources.length === 0) return Promise.resolve(undefined)
  return Effect.runPromise(
    Effect.matchCause(
      Effect.forEach(sources, (source) => source.list({ limit: most })),
      {
        onFailure: (cause): DialoguesView => ({ list: [], problem: textOf(Cause.pretty(cause), 1000) }),
        onSuccess: (lists): DialoguesView => {
          const all = lists.flat().map(view)
          return { list: [...all.filter(isOpen), ...all.filter((one) => !isOpen(one))] }
        }
      }
    )
  )
}

/** One of them with its journal; `undefined` if there is none of this id. */
export const get = async (sources: ReadonlyArray<Source>, id: string): Promise<DialogueDetails | undefined> => {
  for (const source of sources) {
    const found = await Effect.runPromise(
      Effect.matchCause(source.get(id), { onFailure: () => undefined, onSuccess: (details) => details })
    )
    if (found === undefined) continue
    return {
      ...view(found),
      steps: found.steps.map(({ begunAt, kind, name }) => ({ kind, name, begunAt })),
      questions: found.questions.map(({ channelId, kind, messageId, step }) => ({ kind, step, channelId, messageId }))
    }
  }
  return undefined
}
