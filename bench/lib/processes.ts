/** Starts the processes of the benchmark, and communicates with them. */
import { type ChildProcess, fork } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { selfSigned } from "./certificate.ts"
import {
  type FromClient,
  type FromLoad,
  type Job,
  type LoadSettings,
  monotonic,
  type ToClient,
  type ToLoad
} from "./protocol.ts"
import { clientFile } from "./stripped.ts"

const file = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))

type Op = { readonly op: string }
type Reply<M extends Op, K extends M["op"]> = Extract<M, { readonly op: K }>

/** The next message of one kind. Fails if the process ends before that, or takes longer than `seconds`. */
const next = <M extends Op, K extends M["op"]>(
  child: ChildProcess,
  op: K,
  seconds: number,
  output = () => ""
): Promise<Reply<M, K>> =>
  new Promise((resolve, reject) => {
    const settle = (done: () => void) => {
      clearTimeout(timer)
      child.off("message", onMessage).off("exit", onExit)
      done()
    }
    const onMessage = (message: M) => {
      if (message.op === op) settle(() => resolve(message as Reply<M, K>))
    }
    const onExit = (code: number | null) =>
      settle(() => reject(new Error(`ended with ${code} instead of "${op}"\n${output()}`)))
    const timer = setTimeout(
      () => settle(() => reject(new Error(`no "${op}" in ${seconds} s\n${output()}`))),
      seconds * 1000
    )
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
  /** The file of its certificate, if it speaks TLS. */
  readonly certificate: string | undefined
  readonly ask: <K extends ToLoad["op"]>(
    message: Extract<ToLoad, { readonly op: K }>,
    seconds?: number
  ) => Promise<Reply<FromLoad, K>>
}

/** Starts a load generator, with or without TLS. */
export const startLoad = async (withTls = false): Promise<Load> => {
  const folder = withTls ? await mkdtemp(join(tmpdir(), "fibercord-bench-")) : undefined
  const env = { ...process.env }
  if (folder !== undefined) {
    const certificate = selfSigned()
    env["BENCH_CERTIFICATE"] = JSON.stringify(certificate)
    await writeFile(join(folder, "certificate.pem"), certificate.cert)
  }
  const child = fork(file("load.ts"), { env, execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] })
  const { port } = await next<FromLoad, "listening">(child, "listening", 20)
  return {
    port,
    certificate: folder && join(folder, "certificate.pem"),
    ask: (message, seconds = 60) => {
      const answer = next<FromLoad, typeof message.op>(child, message.op, seconds)
      child.send(message)
      return answer as never
    },
    [Symbol.asyncDispose]: async () => {
      await stop(child)
      if (folder !== undefined) await rm(folder, { recursive: true, force: true })
    }
  }
}

/** One client process. */
export interface ClientProcess extends AsyncDisposable {
  /** Time from its start until all shards are connected, without its imports. */
  readonly readyAfter: number
  /** Counts from now on, and completes when the last event of a flood was handled `lasts` times. */
  readonly count: (lasts: number) => Promise<{ readonly counted: Promise<Reply<FromClient, "counted">> }>
  /** Bytes of heap, after garbage collections. */
  readonly heap: () => Promise<number>
  /** Bytes of memory, as the operating system counts it. */
  readonly rss: () => Promise<number>
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

interface Spawned {
  readonly child: ChildProcess
  /** Milliseconds of the machine's monotonic clock. */
  readonly at: number
  readonly output: () => string
}

const spawn = async (load: Load, options: ClientOptions): Promise<Spawned> => {
  const { client, library, members, mode, nodeArguments = [], patience: _, ...settings } = options
  await load.ask({ op: "configure", ...settings })
  const s = load.certificate === undefined ? "" : "s"
  const job: Job = {
    client,
    compression: settings.compression,
    gateway: `ws${s}://127.0.0.1:${load.port}`,
    http: `http${s}://127.0.0.1:${load.port}`,
    library,
    members,
    mode,
    shards: settings.shards
  }
  const trusted = load.certificate === undefined ? {} : { NODE_EXTRA_CA_CERTS: load.certificate }
  const program = await clientFile(client, library)
  const at = monotonic()
  const child = fork(program, {
    env: { ...process.env, ...trusted, BENCH_JOB: JSON.stringify(job) },
    execArgv: ["--expose-gc", ...nodeArguments],
    stdio: ["ignore", "pipe", "pipe", "ipc"]
  })
  return { child, at, output: printed(child) }
}

// Asks a client for a figure, which is what it answers.
const figure = async <K extends "heap" | "cpu" | "rss">(child: ChildProcess, op: K): Promise<Reply<FromClient, K>> => {
  const answer = next<FromClient, K>(child, op, 20)
  child.send({ op } satisfies ToClient)
  return answer
}

const controls = ({ child, output }: Spawned, readyAfter: number): ClientProcess => ({
  readyAfter,
  count: async (lasts) => {
    const counting = next<FromClient, "counting">(child, "counting", 10)
    child.send({ op: "count", lasts } satisfies ToClient)
    await counting
    const counted = next<FromClient, "counted">(child, "counted", 60, output)
    // The promise is awaited later, and rejects there.
    counted.catch(() => {})
    return { counted }
  },
  heap: async () => (await figure(child, "heap")).bytes,
  rss: async () => (await figure(child, "rss")).bytes,
  cpu: async () => (await figure(child, "cpu")).cpu,
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
})

/** Starts a client against a load generator, and waits until it is connected. */
export const startClient = async (load: Load, options: ClientOptions): Promise<ClientProcess> => {
  const spawned = await spawn(load, options)
  try {
    const { milliseconds } = await next<FromClient, "ready">(
      spawned.child,
      "ready",
      options.patience ?? 30,
      spawned.output
    )
    return controls(spawned, milliseconds)
  } catch (error) {
    await stop(spawned.child)
    throw new Error(`${options.client}: ${String(error)}`, { cause: error })
  }
}

/** What a process has used until its first IDENTIFY, which must stay without an answer: milliseconds. */
export interface Start {
  readonly cpu: number
  readonly wall: number
}

/** Starts a client, and ends it after its first IDENTIFY. */
export const timeToIdentify = async (load: Load, options: ClientOptions): Promise<Start> => {
  const { at: startedAt, child, output } = await spawn(load, { ...options, silent: true })
  try {
    const { at } = await load.ask({ op: "identified" })
    if (at === undefined) throw new Error(`no IDENTIFY\n${output()}`)
    const { cpu } = await figure(child, "cpu")
    return { cpu: cpu / 1000, wall: at - startedAt }
  } finally {
    await stop(child)
  }
}
