/** Creates a bot: what is missing is asked for, the files are written, packages are installed. */
import { basename, relative, resolve } from "node:path"
import * as Ask from "./ask.ts"
import { example, type Request } from "./commandLine.ts"
import { CreateError, Interrupted } from "./CreateError.ts"
import { folderProblem, packageNameProblem, pathProblem, slugOf, typedProblem } from "./names.ts"
import { nextSteps } from "./nextSteps.ts"
import * as PackageManagers from "./packageManagers.ts"
import * as Project from "./project.ts"
import { makeRepository, run } from "./run.ts"
import * as Templates from "./templates.ts"
import { inspect, write } from "./write.ts"

/** Where the command runs. */
export interface Surroundings {
  readonly terminal: Ask.Terminal
  readonly cwd: string
  readonly platform: NodeJS.Platform
  readonly userAgent: string | undefined
  /** Says something, a line or more. */
  readonly say: (text: string) => void
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
}

const problemOfFolder = (folder: string, { cwd, platform }: Surroundings): string | undefined =>
  typedProblem(folder) ?? pathProblem(resolve(cwd, folder)) ?? folderProblem(basename(resolve(cwd, folder)), platform)

const askFolder = (surroundings: Surroundings): Promise<string> =>
  Ask.text(
    { ...surroundings.terminal, signal: surroundings.signal },
    {
      question: "Which folder?",
      fallback: Templates.placeholder,
      problemOf: (folder) => problemOfFolder(folder, surroundings)
    }
  )

const folderOf = async (request: Request, surroundings: Surroundings): Promise<string> => {
  const { folder } = request
  if (folder === undefined) {
    if (Ask.isInteractive(surroundings.terminal)) return askFolder(surroundings)
    throw new CreateError(`No folder was named, and there is no terminal to ask. Expected: ${example}`, 2)
  }
  const problem = problemOfFolder(folder, surroundings)
  if (problem !== undefined) throw new CreateError(`The folder ${JSON.stringify(folder)} ${problem}`, 2)
  return folder
}

const templateOf = async (request: Request, { signal, terminal }: Surroundings): Promise<Templates.Template> => {
  if (request.template !== undefined) return request.template
  if (!Ask.isInteractive(terminal)) {
    const known = Templates.names.join(", ")
    throw new CreateError(
      `No template was named, and there is no terminal to ask. Expected --template with one of ${known}: ${example}`,
      2
    )
  }
  const choices = Templates.names.map((name) => ({ value: name, label: name, hint: Templates.templates[name] }))
  return Ask.choose({ ...terminal, signal }, "Which bot?", choices)
}

/** The name in package.json: the folder's, if npm takes it. */
const nameOf = ({ name }: Request, target: string): string => {
  const folder = basename(target)
  return name ?? (packageNameProblem(folder) === undefined ? folder : slugOf(folder))
}

/** Installs packages. Fails if that fails: the files are there all the same. */
const install = async (
  packageManager: PackageManagers.Name,
  target: string,
  { say, signal }: Surroundings
): Promise<void> => {
  say(`Installing packages with ${packageManager}`)
  const args = PackageManagers.packageManagers[packageManager].install
  const command = `${packageManager} ${args.join(" ")}`
  const end = await run(packageManager, args, { cwd: target, signal })
  if (end._tag === "Interrupted") throw new Interrupted(`The files are in ${target}. To install packages: ${command}`)
  if (end._tag === "NotInstalled") {
    throw new CreateError(`${packageManager} is not installed. The files are in ${target}, without packages`)
  }
  if (end.code !== 0) {
    throw new CreateError(`${command} ended with code ${end.code}. The files are in ${target}: run it there again`)
  }
}

const repositoryLine = {
  made: "Made a git repository",
  "inside another": undefined,
  "not installed": "git is not installed, so there is no repository",
  failed: "git init failed, so there is no repository"
} as const

/** Does what the request says. Fails with `CreateError`, or with `Interrupted`. */
export const create = async (request: Request, surroundings: Surroundings): Promise<void> => {
  const { cwd, say, signal } = surroundings
  const folder = await folderOf(request, surroundings)
  const target = resolve(cwd, folder)
  await inspect(target)
  const template = await templateOf(request, surroundings)
  const name = nameOf(request, target)
  const packageManager = request.packageManager ?? PackageManagers.running(surroundings.userAgent)
  const { fibercord } = request
  const files = await Project.make({ template, name, target, cwd, packageManager, fibercord })
  await write(target, files, signal)
  say(`Created ${name} from the template ${template} in ${target}`)
  if (request.git) {
    const line = repositoryLine[await makeRepository(target, signal)]
    if (line !== undefined) say(line)
  }
  if (signal.aborted) throw new Interrupted(`The files are in ${target}`)
  if (request.install) await install(packageManager, target, surroundings)
  const place = relative(cwd, target)
  say(
    nextSteps({
      template,
      folder: place,
      packageManager,
      installed: request.install,
      platform: surroundings.platform,
      nodeVersion: process.versions.node
    })
  )
}
