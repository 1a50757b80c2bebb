/**
 * Application commands. Each use of a command opens a Runtime, in which its handler is the first to run.
 *
 * Source: Discord, "Application Commands".
 */
import type { APIChatInputApplicationCommandInteractionData } from "discord-api-types/v10"
import type * as Effect from "effect/Effect"
import type { Expiration } from "../runtime/Expiration.ts"
import type { Definition } from "./Definition.ts"
import { Interaction } from "./Interaction.ts"
import * as Options from "./Options.ts"

/** Types of commands. Source: Discord, "Application Command Types". */
export const commandType = { chatInput: 1, user: 2, message: 3 } as const satisfies Record<string, number>

/** What a slash command is, beside its name and its handler. */
export interface SlashOptions<F extends Options.Fields> {
  /** What users read under the name, 1 to 100 characters. */
  readonly description: string
  /** The options, by name: 1 to 32 lower-case characters each. Default: none. */
  readonly options?: F | undefined
  /** Lifetime of the Runtimes of this command. Default: the bot's. */
  readonly expiration?: Expiration | undefined
}

/** The key under which the router finds a command. */
export const keyOf = (type: number, name: string): string => `${type}:${name}`

/**
 * A slash command. The handler is given the options' values; its errors and requirements stay in the type.
 *
 * ```ts
 * const greet = Command.slash(
 *   "greet",
 *   { description: "Say hello", options: { who: Options.user("Whom") } },
 *   ({ who }) => Reply.send({ content: `Hello, ${who.username}` })
 * )
 * ```
 */
export const slash = <E, R, const F extends Options.Fields = Readonly<Record<never, never>>>(
  name: string,
  options: SlashOptions<F>,
  handler: (values: Options.Values<F>) => Effect.Effect<unknown, E, R>
): Definition<E, R | Interaction> => {
  const fields = options.options ?? ({} as F)
  return {
    kind: "Command",
    name: keyOf(commandType.chatInput, name),
    expiration: options.expiration,
    command: {
      type: commandType.chatInput,
      name,
      description: options.description,
      options: Options.toData(fields)
    },
    handler: Interaction.use(({ raw }) => {
      // The router calls a slash command's handler for nothing else.
      const data = raw.data as APIChatInputApplicationCommandInteractionData
      const picked = (data.options ?? []) as Parameters<typeof Options.decode>[2]
      return handler(Options.decode(name, fields, picked, data.resolved))
    })
  }
}
