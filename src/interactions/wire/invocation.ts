/** Reads which command or subcommand a user ran, and with which options. */
import type { APIApplicationCommandInteractionDataBasicOption } from "../../discord/DiscordApi.ts"
import { interactionType, optionType } from "../../discord/numbers.ts"
import type { RawInteraction } from "./rawInteraction.ts"
import type { Resolved } from "./resolved.ts"

/** The options that a user filled in; one of them is focused while Discord asks for suggestions. */
export type Picked = ReadonlyArray<APIApplicationCommandInteractionDataBasicOption & { readonly focused?: boolean }>

/** A use of a slash command. */
export interface Invocation {
  /** The command, the group and the subcommand as users see them: `config roles add`. */
  readonly name: string
  /** The names of group and subcommand. */
  readonly path: ReadonlyArray<string>
  readonly picked: Picked
  readonly resolved: Resolved
}

interface Node {
  readonly name: string
  readonly type: number
  readonly options?: ReadonlyArray<Node>
}

const walk = (options: ReadonlyArray<Node>, path: ReadonlyArray<string>): Pick<Invocation, "path" | "picked"> => {
  const [first] = options
  return first?.type === optionType.subcommand || first?.type === optionType.subcommandGroup
    ? walk(first.options ?? [], [...path, first.name])
    : { path, picked: options as unknown as Picked }
}

// The name is asked for only when something is wrong.
class Use implements Invocation {
  readonly #command: string
  readonly path: ReadonlyArray<string>
  readonly picked: Picked
  readonly resolved: Resolved

  constructor(command: string, { path, picked }: Pick<Invocation, "path" | "picked">, resolved: Resolved) {
    this.#command = command
    this.path = path
    this.picked = picked
    this.resolved = resolved
  }

  get name(): string {
    return [this.#command, ...this.path].join(" ")
  }
}

/** Reads a use of a slash command, or a request for its suggestions. */
export const invocationOf = (raw: RawInteraction): Invocation => {
  // The router calls the handler of a slash command only for slash commands.
  const data = raw.data as {
    readonly name: string
    readonly options?: ReadonlyArray<Node>
    readonly resolved?: Exclude<Resolved, undefined>
  }
  return new Use(data.name, walk(data.options ?? [], []), data.resolved)
}

/** The command of an interaction as users see it: `config roles add`; `undefined` for any other interaction. */
export const commandNameOf = (raw: RawInteraction): string | undefined =>
  raw.type === interactionType.command ? invocationOf(raw).name : undefined
