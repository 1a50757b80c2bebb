/**
 * Discord's numbers on the side of interactions, in one place. Those of the gateway are in `gatewayNumbers.ts`, and
 * close codes in `gateway/CloseCode.ts`.
 */

/** Source: Discord, "Interaction Type". */
export const interactionType = {
  ping: 1,
  command: 2,
  component: 3,
  autocomplete: 4,
  modalSubmit: 5
} as const satisfies Record<string, number>

/** Source: Discord, "Interaction Callback Type". */
export const callbackType = {
  message: 4,
  deferMessage: 5,
  deferUpdate: 6,
  update: 7,
  choices: 8,
  modal: 9
} as const satisfies Record<string, number>

/** Source: Discord, "Application Command Types". */
export const commandType = { chatInput: 1, user: 2, message: 3, entryPoint: 4 } as const satisfies Record<
  string,
  number
>

/** Source: Discord, "Application Command Option Type". */
export const optionType = {
  subcommand: 1,
  subcommandGroup: 2,
  string: 3,
  integer: 4,
  boolean: 5,
  user: 6,
  channel: 7,
  role: 8,
  mentionable: 9,
  number: 10,
  attachment: 11
} as const satisfies Record<string, number>

/** Where a command can be used. Source: Discord, "Interaction Context Types". */
export const contextType = { guild: 0, botDm: 1, privateChannel: 2 } as const satisfies Record<string, number>

/** Source: Discord, "Application Integration Types". */
export const integrationType = { guild: 0, user: 1 } as const satisfies Record<string, number>

/** Source: Discord, "Component Types". */
export const componentType = {
  actionRow: 1,
  button: 2,
  stringSelect: 3,
  textInput: 4,
  userSelect: 5,
  roleSelect: 6,
  mentionableSelect: 7,
  channelSelect: 8,
  section: 9,
  textDisplay: 10,
  thumbnail: 11,
  mediaGallery: 12,
  file: 13,
  separator: 14,
  container: 17,
  label: 18,
  fileUpload: 19,
  radioGroup: 21,
  checkboxGroup: 22,
  checkbox: 23
} as const satisfies Record<string, number>

/** Source: Discord, "Button Styles". */
export const buttonStyle = {
  primary: 1,
  secondary: 2,
  success: 3,
  danger: 4,
  link: 5,
  premium: 6
} as const satisfies Record<string, number>

/** Source: Discord, "Text Input Styles". */
export const textInputStyle = { short: 1, paragraph: 2 } as const satisfies Record<string, number>

/** Source: Discord, "Message Flags". */
export const messageFlag = {
  suppressEmbeds: 1 << 2,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  silent: 1 << 12,
  componentsV2: 1 << 15
} as const satisfies Record<string, number>

/** Source: Discord, "JSON Error Codes". */
export const errorCode = {
  unknownMessage: 10_008,
  unknownWebhook: 10_015,
  unknownInteraction: 10_062,
  alreadyAcknowledged: 40_060
} as const satisfies Record<string, number>

/** Source: Discord, "Receiving and Responding". */
export const interactionLifetime = {
  /** Milliseconds within which Discord expects the initial response. */
  initialResponse: 3_000,
  /** Milliseconds for which an interaction's token is valid. */
  token: 15 * 60_000
} as const
