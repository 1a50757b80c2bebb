/** The section of a public name: what it is for, its defaults, its errors, and an example. */
import { ts } from "./compiler.ts"
import { textOf } from "./doc.ts"
import { type Failure, failuresOf, middlewareFailuresOf, valueTypeOf } from "./failures.ts"
import { described, type Field, fieldsOfName, isOptions } from "./fields.ts"
import type { Name } from "./model.ts"
import { errorShapeOf, methodsOf } from "./shapes.ts"
import { helpersOf, signatureOf } from "./signature.ts"
import { tableOf } from "./table.ts"
import type { Example } from "./uses.ts"
import {
  code,
  fence,
  inCell,
  linkToName,
  markdown,
  markdownWithoutCode,
  memberAnchor,
  originLink,
  prose,
  sourceLink,
  type Writer
} from "./write.ts"

/** What pages know of others. */
export interface Relations {
  readonly example: (name: Name) => Example | undefined
  /** The names that fail with an error. */
  readonly failing: (error: Name) => ReadonlyArray<string>
  /** The error whose `reason` an error is. */
  readonly reasonOf: (error: Name) => Name | undefined
  /** The layers that provide a service. */
  readonly layers: (service: Name) => ReadonlyArray<Name>
}

const section = (title: string, text: string): ReadonlyArray<string> => (text === "" ? [] : [`**${title}**`, text])

const failureText = (writer: Writer, failure: Failure): string => {
  if (failure._tag === "Public") return `- ${linkToName(writer, failure.name)}: ${firstSentence(writer, failure.name)}`
  if (failure._tag === "Parameter") return `- ${code(failure.text)}: what your own code fails with`
  return `- ${code(failure.text)}`
}

const firstSentence = (writer: Writer, name: Name): string =>
  prose(
    writer,
    // What is in backticks has no end of a sentence.
    /^(?:`[^`]*`|[^`])*?[.:](?=\s|$)/
      .exec(textOf(name.doc))?.[0]
      .replaceAll(/\s*\n\s*/g, " ")
      .replace(/:$/, ".") ?? ""
  )

/** The errors of a type as a list; a sentence where there are none. */
const failureList = (writer: Writer, failures: ReadonlyArray<Failure> | undefined): string => {
  if (failures === undefined) return "None: it returns no Effect."
  if (failures.length === 0) return "None: it never fails."
  return failures.map((failure) => failureText(writer, failure)).join("\n")
}

/** The table of an options type. */
const fieldTable = (writer: Writer, fields: ReadonlyArray<Field>): string =>
  fields.length === 0
    ? ""
    : tableOf(
        ["option", "type", "default", "meaning"],
        fields.map((field) => {
          const { default: otherwise, meaning } = described({
            ...field,
            doc: { ...field.doc, parts: [inCell(writer, field.doc)] }
          })
          return [code(field.name), code(field.type), otherwise, meaning]
        })
      )

/** The table of a type that holds data; none where it would only repeat the type. */
const dataTable = (writer: Writer, fields: ReadonlyArray<Omit<Field, "declaration">>): string => {
  const rows = fields.map(({ doc, name, optional, type }) => [
    code(optional ? `${name}?` : name),
    code(type),
    inCell(writer, doc)
  ])
  return rows.every(([, , meaning]) => meaning === "") ? "" : tableOf(["field", "type", "meaning"], rows)
}

/** The options types that a function takes, which say its defaults. */
const optionsOf = ({ model }: Writer, { declarations, kind }: Name): ReadonlyArray<Name> => {
  if (kind !== "function" && kind !== "layer" && kind !== "service") return []
  const found = new Set<Name>()
  const visit = (node: ts.Node): void => {
    if (ts.isBlock(node)) return
    if (ts.isParameter(node) && node.type !== undefined) {
      ts.forEachChild(node.type, visitType)
      visitType(node.type)
    }
    ts.forEachChild(node, visit)
  }
  const visitType = (node: ts.Node): void => {
    if (!ts.isTypeReferenceNode(node)) return
    const symbol = model.checker.getSymbolAtLocation(node.typeName)
    const target =
      symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0
        ? model.checker.getAliasedSymbol(symbol)
        : symbol
    const declaration = target?.declarations?.[0]
    const name = declaration === undefined ? undefined : model.nameOf(declaration)
    if (name?.kind === "type" && fieldsOfName(model, name).some(({ optional }) => optional)) found.add(name)
  }
  for (const declaration of declarations) visit(declaration)
  return [...found]
}

const defaultsOf = (writer: Writer, name: Name): string => {
  const options = optionsOf(writer, name)
  if (options.length > 0) {
    return options.map((each) => `- ${linkToName(writer, each)}: ${firstSentence(writer, each)}`).join("\n")
  }
  return ""
}

const exampleText = (writer: Writer, example: Example | undefined): string => {
  if (example === undefined) return ""
  const through =
    example.through === undefined ? "" : ` It shows ${linkToName(writer, example.through)}, whose type names this one.`
  if (example.file.startsWith("src/")) return `${fence(example.code)}${through === "" ? "" : `\n\n${through.trim()}`}`
  const from = originLink(writer, example.file, example.line)
  return `${fence(example.code)}\n\nFrom ${from}.${through}`
}

const catching = (writer: Writer, outer: Name | undefined, tag: string): string =>
  outer === undefined
    ? `Catch it with \`Effect.catchTag("${tag}", …)\`.`
    : `It is a \`reason\` of ${linkToName(writer, outer)}. Catch it with \`Effect.catchReason("${outer.name}", "${tag}", …)\`.`

/** What the error says: one text, a list of those that it can be, or what it passes on. */
const messageText = (writer: Writer, messages: ReadonlyArray<string>): string => {
  const [first, ...more] = messages
  if (first === undefined) return "Its field `message`."
  if (more.length > 0) return messages.map((message) => `- ${prose(writer, code(message))}`).join("\n")
  const [, field] = /^\{(\w+)\.message\}$/.exec(first) ?? []
  if (field !== undefined) return `That of its \`${field}\`.`
  return `> ${prose(writer, code(first))}`
}

const errorParts = (writer: Writer, name: Name, relations: Relations): ReadonlyArray<string> => {
  const shape = errorShapeOf(writer.model, name)
  if (shape === undefined) return []
  const fields =
    shape.fields.length === 0
      ? "It has no fields."
      : dataTable(
          writer,
          shape.fields.map((field) => ({ ...field, optional: false }))
        )
  const failing = relations.failing(name)
  return [
    ...section("Fields", fields),
    ...section("Message", messageText(writer, shape.messages)),
    ...section(
      "When it occurs",
      [
        catching(writer, relations.reasonOf(name), shape.tag),
        failing.length === 0 ? "" : `What fails with it: ${failing.join(", ")}.`
      ]
        .filter((line) => line !== "")
        .join(" ")
    )
  ]
}

const serviceParts = (writer: Writer, name: Name, relations: Relations): ReadonlyArray<string> => {
  const layers = relations.layers(name)
  const provided =
    layers.length === 0
      ? "No layer of fibercord provides it by itself."
      : layers.map((layer) => `- ${linkToName(writer, layer)}: ${firstSentence(writer, layer)}`).join("\n")
  return section("Layers", provided)
}

/** The members of a service, each with a heading of its own below the service's example. */
const memberParts = (writer: Writer, name: Name): ReadonlyArray<string> =>
  methodsOf(writer.model, name).flatMap((method) => [
    `#### ${method.name} {#${memberAnchor(name, method.name)}}`,
    fence(`readonly ${method.name}: ${method.type}`),
    markdown(writer, method.doc),
    ...(method.failures === undefined ? [] : section("Errors", failureList(writer, method.failures)))
  ])

/** What a middleware makes handlers fail with. */
const refusalsOf = (writer: Writer, name: Name): string | undefined => {
  const type = valueTypeOf(writer.model, name)
  const failures = type === undefined ? [] : middlewareFailuresOf(writer.model, type)
  if (failures.length === 0) return undefined
  return `The handler that it wraps also fails with:\n\n${failureList(writer, failures)}`
}

/** The example of a name. A reason of an error without one of its own has that of the error. */
const exampleOf = (name: Name, { example, reasonOf }: Relations): Example | undefined => {
  const own = example(name)
  const outer = own?.through === undefined ? undefined : reasonOf(name)
  const ofOuter = outer === undefined ? undefined : example(outer)
  return ofOuter === undefined ? own : { ...ofOuter, through: ofOuter.through ?? outer }
}

const errorsOf = (writer: Writer, name: Name): string => {
  if (name.kind === "type" || name.kind === "error" || name.kind === "service" || name.kind === "class") return ""
  const type = valueTypeOf(writer.model, name)
  const failures = type === undefined ? undefined : failuresOf(writer.model, type)
  if (failures !== undefined) return failureList(writer, failures)
  return refusalsOf(writer, name) ?? (name.kind === "value" ? "" : failureList(writer, undefined))
}

/** The section as Markdown. */
export const nameSection = (writer: Writer, name: Name, relations: Relations): string => {
  const fields = name.kind === "type" ? fieldsOfName(writer.model, name) : []
  const own = isOptions(writer.model, name) ? fieldTable(writer, fields) : dataTable(writer, fields)
  const parts = [
    `### ${name.name} {#${name.anchor}}`,
    markdownWithoutCode(writer, name.doc),
    fence([signatureOf(writer.model, name), ...helpersOf(writer.model, name)].join("\n\n")),
    ...section("Fields", own),
    ...section("Options and defaults", defaultsOf(writer, name)),
    ...(name.kind === "error" ? errorParts(writer, name, relations) : []),
    ...(name.kind === "service" ? serviceParts(writer, name, relations) : []),
    ...section("Errors", errorsOf(writer, name)),
    ...section("Example", exampleText(writer, exampleOf(name, relations))),
    `Source: ${sourceLink(writer, name)}.`,
    ...(name.kind === "service" ? memberParts(writer, name) : [])
  ]
  return parts.filter((part) => part !== "").join("\n\n")
}
