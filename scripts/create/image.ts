/** What a Dockerfile of the templates builds, in a folder instead of an image. */
import { Effect } from "effect"
import { mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { run } from "./processes.ts"

/** An image: its working directory, and how its program is started. */
export interface Image {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly command: string
  readonly args: ReadonlyArray<string>
}

const variables = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(text.split(" ").map((part) => part.split("=") as [string, string]))

/** Runs the instructions of a project's Dockerfile, each as it is written, in `cwd`. */
export const build = Effect.fnUntraced(function* (project: string, cwd: string) {
  mkdirSync(cwd)
  const env: Record<string, string> = {}
  let started: ReadonlyArray<string> = []
  for (const line of readFileSync(join(project, "Dockerfile"), "utf8").split("\n")) {
    const [, instruction, rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? []
    if (instruction === "COPY") {
      const [to = "", ...from] = rest.split(" ").toReversed()
      yield* run("cp", ["-r", ...from.map((name) => join(project, name)), join(cwd, to)], { cwd })
    }
    if (instruction === "RUN") yield* run("sh", ["-c", rest], { cwd, env })
    if (instruction === "ENV") Object.assign(env, variables(rest))
    if (instruction === "CMD") started = JSON.parse(rest) as ReadonlyArray<string>
  }
  const [command = "", ...args] = started
  return { cwd, env, command, args } satisfies Image
})
