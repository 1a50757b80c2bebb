/** What tables are compared with: names and values of the sources. */
import { ts } from "../../../scripts/reference/compiler.ts"
import { fieldsOf, nodesOf, objectOf } from "../../../scripts/reference/declared.ts"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../../../scripts/documents.ts"

export { membersOf, objectOf } from "../../../scripts/reference/declared.ts"

/** The values of a namespace, without its errors and services. */
export const functionsOf = (namespace: object): ReadonlyArray<string> =>
  Object.keys(namespace).filter((name) => /^[a-z]/.test(name))

/** The reasons of an error: what its field `reason` may be, said there or by a schema of its own. */
export const reasonsOf = (file: string, error: string): ReadonlyArray<string> =>
  nodesOf(file, ts.isPropertyAssignment)
    .filter(({ name, parent }) => name.getText() === "reason" && isOf(parent, error))
    .flatMap(({ initializer }) => {
      const union = ts.isIdentifier(initializer) ? schemaOf(file, initializer.text) : initializer
      return union !== undefined && ts.isCallExpression(union) && union.arguments[0] !== undefined
        ? [...union.arguments[0].getText().matchAll(/\w+/g)].map(([name]) => name)
        : []
    })

const schemaOf = (file: string, schema: string): ts.Expression | undefined =>
  nodesOf(file, ts.isVariableDeclaration).find(({ name }) => name.getText() === schema)?.initializer

const isOf = (node: ts.Node, error: string): boolean =>
  ts.isClassDeclaration(node) ? node.name?.text === error : !ts.isSourceFile(node) && isOf(node.parent, error)

/** The fields of each reason of an error. */
export const fieldsByReason = (file: string, error: string): ReadonlyMap<string, ReadonlyArray<string>> =>
  new Map(reasonsOf(file, error).map((reason) => [reason, fieldsOf(file, reason)]))

const sources = globSync("src/**/*.ts", { cwd: root, exclude: (file) => /playground[\\/]page$/.test(file) }).map(
  (file) => file.replaceAll("\\", "/")
)

const read = (file: string): string => readFileSync(join(root, file), "utf8")

/** The environment variables that the library reads. */
export const variables = (): ReadonlyArray<string> => {
  const files = sources.filter((file) => /process\.env\[|Config\.\w+\("/.test(read(file)))
  const names = files.flatMap((file) => [
    ...nodesOf(file, ts.isElementAccessExpression)
      .filter(({ expression }) => expression.getText() === "process.env")
      .map(({ argumentExpression }) => firstText(argumentExpression)),
    ...nodesOf(file, ts.isCallExpression)
      .filter(({ expression }) => expression.getText().startsWith("Config."))
      .map(({ arguments: given }) => firstText(given[0]))
  ])
  return names.filter((name) => name !== undefined)
}

const firstText = (node: ts.Expression | undefined): string | undefined => {
  if (node === undefined) return undefined
  if (ts.isStringLiteralLike(node)) return node.text
  return ts.isTemplateExpression(node) ? node.head.text : undefined
}

/** The names of spans; `fibercord.reply.` for those that end with an operation. */
export const spans = (): ReadonlyArray<string> =>
  sources
    .filter((file) => read(file).includes("withSpan("))
    .flatMap((file) =>
      nodesOf(file, ts.isCallExpression)
        .filter(({ expression }) => expression.getText().endsWith("withSpan"))
        .flatMap(({ arguments: given }) => given.flatMap((each) => firstText(each) ?? []))
        .filter((name) => name.startsWith("fibercord."))
    )

/** The keys of all object literals in the files that make spans, and in the files named. */
export const keysNear = (...files: ReadonlyArray<string>): ReadonlySet<string> =>
  new Set(
    files.flatMap((file) =>
      nodesOf(file, ts.isObjectLiteralExpression).flatMap(({ properties }) =>
        properties.flatMap(({ name }) =>
          name === undefined ? [] : ts.isStringLiteralLike(name) ? [name.text] : [name.getText()]
        )
      )
    )
  )

/** The options of a command, as `parseArgs` takes them: `--port`, `-h`. */
export const flagsOf = (file: string): ReadonlyArray<string> =>
  Object.keys(objectOf(file, "options")).map((name) => `--${name}`)

/** The value of a number in an object, such as a status. */
export const numbersOf = (file: string, name: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    nodesOf(file, ts.isVariableDeclaration)
      .filter((each) => each.name.getText() === name)
      .flatMap(({ initializer }) =>
        initializer !== undefined &&
        ts.isAsExpression(initializer) &&
        ts.isObjectLiteralExpression(initializer.expression)
          ? initializer.expression.properties.filter(ts.isPropertyAssignment)
          : []
      )
      .map((each) => [each.name.getText(), Number(each.initializer.getText())])
  )

/** The names of the events that a folder's elements fire, besides `act`. */
export const emitted = (folder: string): ReadonlyArray<string> =>
  globSync(`${folder}/*.ts`, { cwd: root })
    .map((file) => file.replaceAll("\\", "/"))
    .flatMap((file) => nodesOf(file, ts.isCallExpression))
    .flatMap(({ arguments: given, expression }) => {
      const at = { emit: 1, opener: 2 }[expression.getText()]
      return at === undefined ? [] : (firstText(given[at]) ?? [])
    })

/** The first texts of the pairs in a list, such as the keys in a list of shortcuts. */
export const pairsOf = (file: string, name: string): ReadonlyArray<string> =>
  nodesOf(file, ts.isVariableDeclaration)
    .filter((each) => each.name.getText() === name)
    .flatMap(({ initializer }) =>
      initializer !== undefined && ts.isArrayLiteralExpression(initializer) ? [...initializer.elements] : []
    )
    .flatMap((each) => (ts.isArrayLiteralExpression(each) ? (firstText(each.elements[0]) ?? []) : []))

/** The static properties of a custom element. */
export const propertiesOf = (file: string): ReadonlyArray<string> =>
  nodesOf(file, ts.isPropertyDeclaration)
    .filter((each) => each.name.getText() === "properties")
    .flatMap(({ initializer }) =>
      initializer !== undefined && ts.isObjectLiteralExpression(initializer) ? [...initializer.properties] : []
    )
    .flatMap(({ name }) => name?.getText() ?? [])
