/** Slash commands as they are completed. */
import type { APIApplicationCommand, APIApplicationCommandOption } from "../../../discord/DiscordApi.ts"

/** A command, or a subcommand of it, that can be run. */
export interface Runnable {
  readonly id: string
  /** With the names of the group and the subcommand: `config set`. */
  readonly name: string
  readonly description: string
  readonly options: ReadonlyArray<APIApplicationCommandOption>
  /** Whether it is the entry point, which is launched at once. */
  readonly launches?: boolean
}

type Options = ReadonlyArray<APIApplicationCommandOption> | undefined

const isSub = ({ type }: APIApplicationCommandOption): boolean => type === 1 || type === 2

const flatten = (id: string, name: string, description: string, options: Options): ReadonlyArray<Runnable> => {
  const subs = (options ?? []).filter(isSub)
  if (subs.length === 0) return [{ id, name, description, options: options ?? [] }]
  return subs.flatMap((sub) =>
    flatten(id, `${name} ${sub.name}`, sub.description, (sub as { options?: Options }).options)
  )
}

/** Everything that can be run with a slash, subcommands one by one. */
export const runnables = (commands: ReadonlyArray<APIApplicationCommand>): ReadonlyArray<Runnable> =>
  commands
    .filter(({ type }) => type === 1)
    .flatMap(({ description, id, name, options }) => flatten(id, name, description, options))

const entryPoint = 4

/** What stands in the App Launcher: the application's entry point. Source: Discord, "Entry Point Commands". */
export const launchers = (commands: ReadonlyArray<APIApplicationCommand>): ReadonlyArray<Runnable> =>
  commands
    .filter(({ type }) => (type as number) === entryPoint)
    .map(({ description, id, name }) => ({ id, name, description, options: [], launches: true }))

/** Commands that go with what was typed after the slash; names that begin with it come first. */
export const matchCommands = (all: ReadonlyArray<Runnable>, typed: string): ReadonlyArray<Runnable> => {
  const wanted = typed.trim().toLowerCase()
  const rank = ({ description, name }: Runnable): number => {
    if (name.startsWith(wanted)) return 0
    if (name.includes(wanted)) return 1
    return description.toLowerCase().includes(wanted) ? 2 : 3
  }
  return all
    .map((command) => ({ command, rank: rank(command) }))
    .filter(({ rank }) => rank < 3)
    .toSorted((a, b) => a.rank - b.rank || a.command.name.localeCompare(b.command.name))
    .map(({ command }) => command)
}

/** Required options come first, as Discord demands of commands. */
export const firstShown = ({ options }: Runnable): ReadonlyArray<string> =>
  options.filter(({ required }) => required === true).map(({ name }) => name)
