/**
 * The fields of what bots send to Discord, as `discord-api-types` publishes them: `test/discord/fields.json`. A test
 * compares them with what the library sends, so that a new field of a new version is noticed. `--check` fails when the
 * file and the installed package differ; otherwise it is written.
 *
 * An object is listed under the name of its type, and so is every object that it can hold. A field is listed with what
 * it can hold: names of objects, and the numbers that tell objects of a union from each other. Beside them are the names of
 * events and of message flags.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import ts from "typescript-5.9"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const file = `${root}/test/discord/fields.json`

/** Lists of names with their values: the events that a bot gets, and the flags of messages. */
const lists = ["GatewayDispatchEvents", "MessageFlags"] as const

/** What bots send, by what it is called here. */
const sent = {
  command: "RESTPostAPIApplicationCommandsJSONBody",
  "message.create": "RESTPostAPIChannelMessageJSONBody",
  "message.edit": "RESTPatchAPIChannelMessageJSONBody",
  "message.thread": "RESTPostAPIChannelMessagesThreadsJSONBody",
  "thread.start": "RESTPostAPIChannelThreadsJSONBody",
  "thread.post": "RESTPostAPIGuildForumThreadsJSONBody",
  "interaction.callback": "RESTPostAPIInteractionCallbackJSONBody",
  "interaction.followUp": "RESTPostAPIInteractionFollowupJSONBody",
  "interaction.edit": "RESTPatchAPIInteractionOriginalResponseJSONBody",
  "webhook.create": "RESTPostAPIChannelWebhookJSONBody",
  "webhook.execute": "RESTPostAPIWebhookWithTokenJSONBody",
  "webhook.execute?": "RESTPostAPIWebhookWithTokenQuery",
  "webhook.edit": "RESTPatchAPIWebhookWithTokenMessageJSONBody",
  "emoji.create": "RESTPostAPIApplicationEmojiJSONBody",
  "roleConnection.metadata": "RESTPutAPIApplicationRoleConnectionMetadataJSONBody",
  "roleConnection.update": "RESTPutAPICurrentUserApplicationRoleConnectionJSONBody",
  gateway: "GatewaySendPayload"
} as const

// By these, the objects of a union are told apart.
const kinds = new Set(["op", "style", "type"])

type Field = ReadonlyArray<string | number>

interface Extract {
  readonly version: string
  readonly roots: Readonly<Record<string, ReadonlyArray<string>>>
  readonly objects: Readonly<Record<string, Readonly<Record<string, Field>>>>
  readonly lists: Readonly<Record<string, Readonly<Record<string, string | number>>>>
}

const packageFolder = `${root}/node_modules/discord-api-types`

const sorted = <A>(record: ReadonlyMap<string, A>): Array<[string, A]> =>
  [...record].toSorted(([a], [b]) => inOrder(a, b))

const inOrder = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0)

const programOf = () => {
  const entry = `${root}/scripts/fields.entry.ts`
  const text = `import type * as Api from "discord-api-types/v10"\nexport interface Sent {\n${Object.entries(sent)
    .map(([name, type]) => `  ${JSON.stringify(name)}: Api.${type}`)
    .join("\n")}\n}\nexport interface Lists {\n${lists.map((name) => `  ${name}: Api.${name}`).join("\n")}\n}\n`
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: []
  }
  const host = ts.createCompilerHost(options)
  const { fileExists, getSourceFile } = host
  host.fileExists = (name) => name === entry || fileExists.call(host, name)
  host.getSourceFile = (name, ...rest) =>
    name === entry ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true) : getSourceFile(name, ...rest)
  const program = ts.createProgram([entry], options, host)
  const problems = ts.getPreEmitDiagnostics(program)
  if (problems.length > 0) throw new Error(ts.formatDiagnostics(problems, host))
  return { checker: program.getTypeChecker(), source: program.getSourceFile(entry) as ts.SourceFile }
}

/** Reads the members of the enums. */
const readLists = (checker: ts.TypeChecker, source: ts.SourceFile): Extract["lists"] => {
  const holder = source.statements.filter(ts.isInterfaceDeclaration)[1] as ts.InterfaceDeclaration
  const valuesOf = (each: ts.Symbol) => {
    const type = checker.getTypeOfSymbolAtLocation(each, source)
    const members = type.isUnion() ? type.types : [type]
    return members.map((member) => [member.symbol.name, (member as ts.LiteralType).value as string | number] as const)
  }
  return Object.fromEntries(
    checker
      .getPropertiesOfType(checker.getTypeAtLocation(holder))
      .map((each) => [each.name, Object.fromEntries(valuesOf(each).toSorted(([a], [b]) => inOrder(a, b)))])
  )
}

/** Reads the types of the package. */
const read = (): Extract => {
  const { checker, source } = programOf()
  const objects = new Map<string, Map<string, Set<string | number>>>()
  const seen = new Map<ts.Type, string>()

  const nameOf = (type: ts.Type, path: string): string => {
    const alias = type.aliasSymbol?.name
    const symbol = type.getSymbol()?.name
    const named = symbol !== undefined && !symbol.startsWith("__") ? symbol : alias
    return named === undefined || /^(Omit|Pick|Partial|AddUndefined|StrictPartial|_)/.test(named) ? path : named
  }

  // Names of the objects, and numbers, that a value of this type is or holds in lists.
  const partsOf = (type: ts.Type, path: string): ReadonlyArray<string | number> => {
    if (type.isUnion()) return type.types.flatMap((each) => partsOf(each, path))
    if (type.isNumberLiteral()) return [type.value]
    if (checker.isArrayType(type)) {
      return partsOf(checker.getTypeArguments(type as ts.TypeReference)[0] as ts.Type, path)
    }
    if ((type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) === 0) return []
    // What is any text or number, or a translation per language, has no fields of its own.
    const isPrimitive = type.isIntersection() && type.types.some((each) => (each.flags & ts.TypeFlags.Object) === 0)
    const fields = isPrimitive ? [] : checker.getPropertiesOfType(type)
    const declared = fields[0]?.declarations?.[0]?.getSourceFile().fileName ?? ""
    if (fields.length === 0 || fields.some(({ name }) => name === "en-US") || !declared.includes("discord-api-types")) {
      return []
    }
    const first = seen.get(type)
    if (first !== undefined) return [first]
    const name = nameOf(type, path)
    // Changes are written with copies of objects that are listed under their own names.
    if (name.startsWith("interaction.edit.")) return []
    seen.set(type, name)
    const known = objects.get(name) ?? new Map<string, Set<string | number>>()
    objects.set(name, known)
    for (const field of fields) {
      const found = known.get(field.name) ?? new Set()
      known.set(field.name, found)
      const parts = partsOf(checker.getTypeOfSymbolAtLocation(field, source), `${path}.${field.name}`)
      for (const part of parts) if (typeof part === "string" || kinds.has(field.name)) found.add(part)
    }
    return [name]
  }

  const holder = source.statements.find(ts.isInterfaceDeclaration) as ts.InterfaceDeclaration
  const roots = checker
    .getPropertiesOfType(checker.getTypeAtLocation(holder))
    .map(
      (each) =>
        [
          each.name,
          [...new Set(partsOf(checker.getTypeOfSymbolAtLocation(each, source), each.name))].map(String).toSorted()
        ] as const
    )
  return {
    version: JSON.parse(readFileSync(`${packageFolder}/package.json`, "utf8")).version,
    roots: Object.fromEntries(roots),
    objects: Object.fromEntries(
      sorted(objects).map(([name, fields]) => [
        name,
        Object.fromEntries(sorted(fields).map(([field, parts]) => [field, [...parts].toSorted(inOrder)]))
      ])
    ),
    lists: readLists(checker, source)
  }
}

const differences = (before: Extract, now: Extract): ReadonlyArray<string> => {
  const names = (extract: Extract) =>
    new Set(
      Object.entries({ ...extract.objects, ...extract.lists }).flatMap(([name, fields]) =>
        Object.keys(fields).map((each) => `${name}.${each}`)
      )
    )
  const [old, fresh] = [names(before), names(now)]
  return [
    ...[...fresh].filter((name) => !old.has(name)).map((name) => `new: ${name}`),
    ...[...old].filter((name) => !fresh.has(name)).map((name) => `gone: ${name}`)
  ]
}

if (import.meta.main) {
  const now = read()
  if (!process.argv.includes("--check")) writeFileSync(file, `${JSON.stringify(now, undefined, 2)}\n`)
  else {
    const before: Extract = JSON.parse(readFileSync(file, "utf8"))
    if (JSON.stringify(before) !== JSON.stringify(now)) {
      console.error(
        `test/discord/fields.json was written for discord-api-types ${before.version}, and ${now.version} is installed. Run \`npm run fields\`, and the test of it. ${differences(before, now).join(", ")}`
      )
      process.exitCode = 1
    }
  }
}
