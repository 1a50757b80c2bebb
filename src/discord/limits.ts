/**
 * Discord's limits on what a bot sends, all in one place. Every limit is a range with both ends included. Lengths are in
 * characters, which are code points: `"👍"` is one.
 *
 * `docs/guide/limits.md` lists them for users; a test compares the two.
 */

/** The least and the most that Discord accepts. */
export interface Range {
  readonly min: number
  readonly max: number
}

const upTo = (max: number): Range => ({ min: 0, max })
const between = (min: number, max: number): Range => ({ min, max })

/** How many commands of a type one scope has: all guilds, or one. Source: Discord, "Application Commands". */
export const commandCounts = {
  slash: upTo(100),
  user: upTo(15),
  message: upTo(15),
  entryPoint: upTo(1)
} as const

/** Source: Discord, "Application Command Object", "Application Command Option Structure" and "Slash Commands". */
export const command = {
  name: between(1, 32),
  description: between(1, 100),
  entryDescription: upTo(100),
  options: upTo(25),
  /** Subcommands of a command or of a group, and groups of a command. */
  children: between(1, 25),
  choices: upTo(25),
  choiceName: between(1, 100),
  choiceValue: between(1, 100),
  integer: between(-(2 ** 53) + 1, 2 ** 53 - 1),
  number: between(-(2 ** 53), 2 ** 53),
  minLength: upTo(6000),
  maxLength: between(1, 6000),
  fileTypes: upTo(10),
  /** Names, descriptions and values together, of each the longest translation. */
  total: upTo(8000)
} as const

/** Source: Discord, "Component Reference". */
export const component = {
  customId: between(1, 100),
  buttonLabel: upTo(80),
  url: between(1, 512),
  skuId: between(1, 20),
  placeholder: upTo(150),
  options: between(1, 25),
  optionLabel: between(1, 100),
  optionValue: between(1, 100),
  optionDescription: upTo(100),
  minValues: upTo(25),
  maxValues: between(1, 25),
  buttonsInRow: between(1, 5),
  sectionTexts: between(1, 3),
  galleryItems: between(1, 10),
  mediaDescription: upTo(1024),
  text: between(1, 4000),
  spacing: between(1, 2),
  accentColor: upTo(0xffffff)
} as const

/** Source: Discord, "Modal" in "Interactions", and "Label", "Text Input" and others in "Component Reference". */
export const form = {
  title: between(1, 45),
  fields: between(1, 5),
  label: between(1, 45),
  description: upTo(100),
  minLength: upTo(4000),
  maxLength: between(1, 4000),
  value: upTo(4000),
  placeholder: upTo(100),
  radioOptions: between(2, 10),
  checkboxOptions: between(1, 10),
  minChecked: upTo(10),
  maxChecked: between(1, 10),
  minFiles: upTo(10),
  maxFiles: between(1, 10),
  fileTypes: upTo(10)
} as const

/**
 * Source: Discord, "Create Message", "Embed Limits", "Allowed Mentions Object", "Component Reference", "Get Channel
 * Messages" and "Bulk Delete Messages".
 */
export const message = {
  content: upTo(2000),
  embeds: upTo(10),
  files: upTo(10),
  /** Rows of a message without Components V2. */
  rows: upTo(5),
  /** All components of a message with Components V2, nested ones included. */
  components: upTo(40),
  /** All texts of a message with Components V2 together. */
  texts: upTo(4000),
  mentionedRoles: upTo(100),
  mentionedUsers: upTo(100),
  stickers: upTo(3),
  nonce: between(1, 25),
  /** Messages that are read with a call. */
  listed: between(1, 100),
  /** Messages that are deleted with a call; one alone is deleted with another call. */
  deleted: between(2, 100)
} as const

/** Source: Discord, "Poll Create Request Object" and "Poll Media Object". */
export const poll = {
  question: between(1, 300),
  answers: between(1, 10),
  answer: between(1, 55),
  /** Hours. */
  duration: between(1, 768)
} as const

/** Source: Discord, "Emoji". */
export const applicationEmoji = {
  name: between(2, 32),
  /** Bytes of an image. */
  size: between(1, 256 * 1024),
  /** Emojis of one application. */
  count: upTo(2000)
} as const

/** Source: Discord, "Application Role Connection Metadata" and "Application Role Connection Structure". */
export const linkedRole = {
  fields: upTo(5),
  key: between(1, 50),
  name: between(1, 100),
  description: between(1, 200),
  platformName: upTo(50),
  platformUsername: upTo(100)
} as const

/** Source: Discord, "Embed Limits". White space at both ends does not count. */
export const embed = {
  title: upTo(256),
  description: upTo(4096),
  fields: upTo(25),
  fieldName: between(1, 256),
  fieldValue: between(1, 1024),
  footer: upTo(2048),
  author: upTo(256),
  color: between(0, 0xffffff),
  /** The texts of all embeds of a message together. */
  total: upTo(6000)
} as const
