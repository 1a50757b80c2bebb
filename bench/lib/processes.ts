/** Starts the processes of the benchmark, and communicates with them. */
import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { FromClient, FromLoad, Job, LoadSettings, ToClient, ToLoad } from "./protocol.ts"

const file = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))

type Op = { readonly op: string }
type Reply<M extends Op, K extends M["op"]> = Extract<M, { readonly op: K }>

/** The next message of one kind. Fails if the process ends before that, or takes longer than `seconds`. */
const next = <M extends Op, K extends M["op"]>(child: ChildProcess, op: K, seconds: number): Promise<Reply<M, K>> =>
  new Promise((resolve, reject) => {
    const settle = (done: () => void) => {
      clearTimeout(timer)
      child.off("message", onMessage).off("exit", onExit)
      done()
    }
    const onMessage = (message: M) => {
      if (message.op === op) settle(() => resolve(message as Reply<M, K>))
    }
    const onExit = (code: number | null) => settle(() => reject(new Error(`ended with ${code} instead of "${op}"`)))
    const timer = setTimeout(() => settle(() => reject(new Error(`no "${op}" in ${seconds} s`))), seconds * 1000)
    child.on("message", onMessage).on("exit", onExit)
  })

const stop = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once("exit", () => resolve())
    child.kill("SIGKILL")
  })

/** The load generator. */
export interface Load extends AsyncDisposable {
  readonly port: number
  readonly ask: <K extends ToLoad["op"]>(
    message: Extract<ToLoad, { readonly op: K }>,
    seconds?: number
  ) => Promise<Reply<FromLoad, K>>
}

/** Starts a load generator. */
export const startLoad = async (): Promise<Load> => {
  const child = fork(file("load.ts"), { execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] })
  const { port } = await next<FromLoad, "listening">(child, "listening", 20)
  return {
    port,
    ask: (message, seconds = 60) => {
      const answer = next<FromLoad, typeof message.op>(child, message.op, seconds)
      child.send(message)
      return answer as never
    },
    [Symbol.asyncDispose]: () => stop(child)
  }
}

/** One client process. */
export interface ClientProcess extends AsyncDisposable {
  /** Time from its start until all shards are connected, without its imports. */
  readonly readyAfter: number
  /** Counts from now on, and completes when the last event of a flood was handled `lasts` times. */
  readonly count: (lasts: number) => Promise<{ readonly counted: Promise<Reply<FromClient, "counted">> }>
  readonly heap: () => Promise<number>
  /** Microseconds of CPU so far. */
  readonly cpu: () => Promise<number>
  /** Runs `f`. If a file is given, writes a CPU profile of the client to it. */
  readonly profiled: <A>(file: string | undefined, f: () => Promise<A>) => Promise<A>
}

/** The options of a client process. */
export interface ClientOptions extends LoadSettings {
  readonly client: string
  readonly library: string
  readonly mode: Job["mode"]
  readonly members?: Job["members"]
  /** Seconds in which all shards must be connected. */
  readonly patience?: number
  /** Further arguments for Node. */
  readonly nodeArguments?: ReadonlyArray<string>
}

// What clients print matters only when they fail.
const printed = (child: ChildProcess): (() => string) => {
  let text = ""
  const keep = (part: Buffer) => {
    text = (text + part.toString()).slice(-2000)
  }
  child.stdout?.on("data", keep)
  child.stderr?.on("data", keep)
  return () => text
}

/** Starts a client against a load generator, and waits until it is connected. */
export const startClient = async (load: Load, options: ClientOptions): Promise<ClientProcess> => {
  const { client, compression, guilds, library, maxConcurrency, members, mode, shards } = options
  await load.ask({ op: "configure", compression, guilds, maxConcurrency, shards })
  const job: Job = {
    client,
    compression,
    gateway: `ws://127.0.0.1:${load.port}`,
    http: `http://127.0.0.1:${load.port}`,
    library,
    members,
    mode,
    shards
  }
  const child = fork(file("client.ts"), {
    env: { ...process.env, BENCH_JOB: JSON.stringify(job) },
    execArgv: ["--expose-gc", ...(options.nodeArguments ?? [])],
    stdio: ["ignore", "pipe", "pipe", "ipc"]
  })
  const output = printed(child)
  try {
    const { milliseconds } = await next<FromClient, "ready">(child, "ready", options.patience ?? 30)
    return {
      readyAfter: milliseconds,
      count: async (lasts) => {
        const counting = next<FromClient, "counting">(child, "counting", 10)
        child.send({ op: "count", lasts } satisfies ToClient)
        await counting
        const counted = next<FromClient, "counted">(child, "counted", 60)
        // The promise is awaited later, and rejects there.
        counted.catch(() => {})
        return { counted }
      },
      heap: async () => {
        const answer = next<FromClient, "heap">(child, "heap", 20)
        child.send({ op: "heap" } satisfies ToClient)
        return (await answer).bytes
      },
      cpu: async () => {
        const answer = next<FromClient, "cpu">(child, "cpu", 20)
        child.send({ op: "cpu" } satisfies ToClient)
        return (await answer).cpu
      },
      profiled: async (file, f) => {
        if (file === undefined) return f()
        const profile = async (file: string | undefined) => {
          const answer = next<FromClient, "profile">(child, "profile", 60)
          child.send({ op: "profile", file } satisfies ToClient)
          await answer
        }
        await profile(undefined)
        const result = await f()
        await profile(file)
        return result
      },
      [Symbol.asyncDispose]: () => stop(child)
    }
  } catch (error) {
    await stop(child)
    throw new Error(`${client}: ${String(error)}\n${output()}`, { cause: error })
  }
}
