/** What a Dockerfile of the templates builds, in a folder instead of an image. */
import { Effect } from "effect"
import { mkdirSync, readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { expect, run } from "./processes.ts"

/** An image: its working directory, and how its program is started. */
export interface Image {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly command: string
  readonly args: ReadonlyArray<string>
}

const variables = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(text.split(" ").map((part) => part.split("=") as [string, string]))

/**
 * Runs the instructions of a project's Dockerfile, each as it is written. Nothing but `dist` may be in the image. The image is `cwd`, and a stage before it has a
 * folder beside it.
 */
export const build = Effect.fnUntraced(function* (project: string, cwd: string) {
  const stages = new Map<string, string>()
  let at = cwd
  let env: Record<string, string> = {}
  let started: ReadonlyArray<string> = []
  for (const line of readFileSync(join(project, "Dockerfile"), "utf8").split("\n")) {
    const [, instruction, rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? []
    if (instruction === "FROM") {
      const stage = / AS (\w+)$/.exec(rest)?.[1]
      at = stage === undefined ? cwd : `${cwd} ${stage}`
      if (stage !== undefined) stages.set(stage, at)
      env = {}
      mkdirSync(at)
    }
    if (instruction === "COPY") {
      const [, stage, paths = rest] = /^--from=(\w+) (.*)$/.exec(rest) ?? []
      const [to = "", ...from] = paths.split(" ").toReversed()
      // What a stage has is in the folder that all of them work in.
      const source = (name: string) =>
        stage === undefined ? join(project, name) : join(stages.get(stage) ?? "", relative("/app", name))
      yield* run("cp", ["-r", ...from.map(source), join(at, to)], { cwd: at })
    }
    if (instruction === "RUN") yield* run("sh", ["-c", rest], { cwd: at, env })
    if (instruction === "ENV") Object.assign(env, variables(rest))
    if (instruction === "CMD") started = JSON.parse(rest) as ReadonlyArray<string>
  }
  const has = readdirSync(cwd)
  yield* expect(has.join() === "dist", () => `expected nothing but dist in ${cwd}, found ${has.join(", ")}`)
  const [command = "", ...args] = started
  return { cwd, env, command, args } satisfies Image
})
