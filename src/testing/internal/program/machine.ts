/** The processes of one program, one after the other, and what is known of them. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import { ProgramEnded } from "../../ProgramError.ts"
import type { Line, State } from "../../ProgramState.ts"
import type { Setup } from "./messages.ts"
import { Readers } from "../../../internal/Readers.ts"
import { type Command, Process } from "./process.ts"

const keptLines = 1000
const quotedLines = 20

/** Everything that a program says, for as many as listen. */
export const makeChannels = Effect.gen(function* () {
  return {
    states: yield* PubSub.unbounded<State>({ replay: 1 }),
    output: new Readers<Line>(4096),
    loads: yield* PubSub.unbounded<ReadonlyArray<string>>(),
    messages: yield* PubSub.unbounded<unknown>()
  }
})

type Channels = Effect.Success<typeof makeChannels>

/** A process and what is known of it. */
interface Run {
  readonly process: Process
  readonly hello: Deferred.Deferred<void, ProgramEnded>
  readonly end: Deferred.Deferred<ProgramEnded>
  readonly files: Set<string>
  /** Its last lines. */
  readonly lines: Array<string>
}

/** The machine of a program. */
export class Machine {
  readonly lines: Array<Line> = []
  readonly #channels: Channels
  readonly #command: Omit<Command, "setup">
  #state: State = { _tag: "Idle", starts: 0 }
  #running: Run | undefined
  #last: Run | undefined

  constructor(channels: Channels, command: Omit<Command, "setup">) {
    this.#channels = channels
    this.#command = command
    this.#become(this.#state)
  }

  get state(): State {
    return this.#state
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  get files(): Iterable<string> {
    return this.#last?.files ?? []
  }

  /** Waits until nothing runs. */
  get end(): Effect.Effect<void> {
    return this.#running === undefined ? Effect.void : Effect.asVoid(Deferred.await(this.#running.end))
  }

  /** Waits for the end of the last process. */
  get ended(): Effect.Effect<ProgramEnded> {
    return this.#last === undefined ? Effect.never : Deferred.await(this.#last.end)
  }

  #become(state: State): void {
    this.#state = state
    PubSub.publishUnsafe(this.#channels.states, state)
  }

  #onLine(run: Run, line: Line): void {
    if (run.lines.push(line.text) > quotedLines) run.lines.shift()
    if (this.lines.push(line) > keptLines) this.lines.shift()
    this.#channels.output.tell(line)
  }

  #onFiles(run: Run, loaded: ReadonlyArray<string>): void {
    const files = loaded.filter((file) => !run.files.has(file))
    for (const file of files) run.files.add(file)
    if (files.length > 0) PubSub.publishUnsafe(this.#channels.loads, files)
  }

  #onEnd(run: Run, code: number | undefined, signal: string | undefined): void {
    const end = new ProgramEnded({ file: this.#command.file, code, signal, lines: run.lines })
    this.#running = undefined
    this.#become({ _tag: "Ended", end, starts: this.#state.starts })
    Deferred.doneUnsafe(run.hello, Effect.fail(end))
    Deferred.doneUnsafe(run.end, Effect.succeed(end))
  }

  /** Starts a process, and waits until it has begun. Nothing may run. */
  start(setup: Setup): Effect.Effect<void, ProgramEnded> {
    const starts = this.#state.starts + 1
    const process = new Process(
      { ...this.#command, setup },
      {
        onHello: () => {
          if (this.#state._tag === "Starting") this.#become({ _tag: "Running", pid: process.pid, starts })
          Deferred.doneUnsafe(run.hello, Effect.void)
        },
        onLine: (text, stream) => this.#onLine(run, { stream, text }),
        onFiles: (files) => this.#onFiles(run, files),
        onMessage: (message) => void PubSub.publishUnsafe(this.#channels.messages, message),
        onEnd: (code, signal) => this.#onEnd(run, code, signal)
      }
    )
    const run: Run = {
      process,
      hello: Deferred.makeUnsafe(),
      end: Deferred.makeUnsafe(),
      files: new Set(),
      lines: []
    }
    this.#running = run
    this.#last = run
    this.#become({ _tag: "Starting", pid: process.pid, starts })
    return Deferred.await(run.hello)
  }

  /** Presses Ctrl-C. */
  stop(): void {
    if (this.#running === undefined) return
    const { process } = this.#running
    this.#become({ _tag: "Stopping", pid: process.pid, starts: this.#state.starts })
    process.kill("SIGINT")
  }

  /** Ends it, and waits until nothing runs. */
  kill(): Effect.Effect<void> {
    this.#running?.process.kill("SIGKILL")
    return this.end
  }

  /** Moves its time to this many milliseconds ahead. */
  move(ahead: number): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      if (this.#running === undefined) return resume(Effect.void)
      this.#running.process.move(ahead, () => resume(Effect.void))
    })
  }
}
