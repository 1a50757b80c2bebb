/** The types of the fields of commands. Source: Discord, "Application Command Object". */
import { optionType as Type } from "../../discord/numbers.ts"
import type { Json } from "./json.ts"
import {
  boolean,
  choice,
  decimal,
  dictionary,
  integer,
  list,
  model,
  modelBy,
  needed,
  permissions,
  set,
  type Shape,
  text
} from "./shapes.ts"
import type { Path, Problems } from "./validate.ts"

const texts = {
  name: needed(text),
  name_localizations: dictionary(text),
  description: text,
  description_localizations: dictionary(text)
}

// Source: Discord, "Channel Types".
const channelTypes = list(choice(0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16))

const values: Readonly<Record<number, Shape>> = {
  [Type.string]: text,
  [Type.integer]: integer,
  [Type.number]: decimal
}

const anything: Shape = () => undefined

// The value of a choice has the type of its option.
const choicesOf = (type: number): Shape =>
  list(model({ name: needed(text), name_localizations: dictionary(text), value: needed(values[type] ?? anything) }))

const optionOf = (type: number): Shape =>
  model({
    ...texts,
    type: needed(choice(...Object.values(Type))),
    required: boolean,
    autocomplete: boolean,
    choices: choicesOf(type),
    channel_types: channelTypes,
    min_value: values[type] === integer ? integer : decimal,
    max_value: values[type] === integer ? integer : decimal,
    min_length: integer,
    max_length: integer,
    file_types: list(text),
    options: (problems, value, path) => options(problems, value, path)
  })

const byType = new Map(Object.values(Type).map((type) => [Number(type), optionOf(type)]))
const ofNoType = optionOf(0)

const option: Shape = modelBy(({ type }) => byType.get(Number(type)) ?? ofNoType)

const options = list(option)

const command = model({
  ...texts,
  type: choice(1, 2, 3, 4),
  options,
  default_member_permissions: permissions,
  dm_permission: boolean,
  default_permission: boolean,
  nsfw: boolean,
  // Source: Discord, "Application Integration Types" and "Interaction Context Types".
  integration_types: set(choice(0, 1)),
  contexts: set(choice(0, 1, 2)),
  handler: choice(1, 2)
})

/** Checks the types of a command that a bot registers. */
export const checkCommandShape = (problems: Problems, body: Json, path: Path): void => command(problems, body, path)
