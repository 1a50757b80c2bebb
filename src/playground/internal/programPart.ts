/** A program of `fibercord/testing`, as the page sees it. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { object } from "../../testing/internal/json.ts"
import type * as Program from "../../testing/Program.ts"
import type { Program as Part } from "../Parts.ts"
import type * as Protocol from "../Protocol.ts"
import { follow } from "./follow.ts"

const states: Readonly<Record<Program.State["_tag"], Protocol.ProgramView["state"]>> = {
  Idle: "starting",
  Starting: "starting",
  Running: "running",
  Stopping: "stopping",
  Ended: "ended"
}

/** Where the page finds the inspector. */
const inspectorPath = "/inspector"

const view = (file: string, state: Program.State, hasInspector: boolean): Protocol.ProgramView => ({
  state: states[state._tag],
  file,
  pid: state._tag === "Idle" || state._tag === "Ended" ? undefined : state.pid,
  starts: state.starts,
  end: state._tag === "Ended" ? state.end.message : undefined,
  inspector: hasInspector ? inspectorPath : undefined
})

/** A bot that is part of the program that started the playground. */
export const own = (hasInspector: boolean): Protocol.ProgramView => ({
  state: "none",
  starts: 0,
  inspector: hasInspector ? inspectorPath : undefined
})

/** Follows a program until the scope closes. */
export const make = Effect.fnUntraced(function* (
  program: Program.Program["Service"]
): Effect.fn.Return<Part, never, Scope.Scope> {
  const listeners = new Set<(lines: ReadonlyArray<string>) => void>()
  const output = (yield* program.lines).map(({ text }) => text)
  let state = yield* program.state
  let inspector: string | undefined
  const tell = (lines: ReadonlyArray<string>): void => {
    for (const listener of listeners) listener(lines)
  }
  yield* follow(program.changes, (next) => {
    state = next
    if (next._tag === "Starting" || next._tag === "Ended") inspector = undefined
    tell([])
  })
  yield* follow(program.output, ({ text }) => {
    if (output.push(text) > 1000) output.shift()
    tell([text])
  })
  yield* follow(program.messages, (message) => {
    const port = object(message)["inspector"]
    if (typeof port !== "number") return
    inspector = `http://127.0.0.1:${port}`
    tell([])
  })
  return {
    view: () => view(program.file, state, inspector !== undefined),
    output: () => output,
    listen: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    // That it ended again is what its state says.
    restart: (kill) => Effect.ignore(program.restart({ kill })),
    inspector: () => inspector
  }
})
