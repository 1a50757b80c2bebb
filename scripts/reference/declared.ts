/**
 * What single files declare, read without a program and its types, which takes milliseconds: the members of an interface,
 * the keys of an object, the fields of an error. A name that is not there is an error, so that a check of it cannot pass
 * because it was renamed.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../documents.ts"
import { ts } from "./compiler.ts"

const files = new Map<string, ts.SourceFile>()

/** A file of the repository, parsed. */
const parsed = (file: string): ts.SourceFile => {
  const known = files.get(file)
  if (known !== undefined) return known
  const source = ts.createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.ES2022, true)
  files.set(file, source)
  return source
}

/** All nodes of a file that are of one kind. */
export const nodesOf = <N extends ts.Node>(file: string, is: (node: ts.Node) => node is N): ReadonlyArray<N> => {
  const found: Array<N> = []
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(parsed(file))
  return found
}

type Named = ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.ClassDeclaration | ts.VariableDeclaration

const isNamed = (node: ts.Node): node is Named =>
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isClassDeclaration(node) ||
  ts.isVariableDeclaration(node)

const declared = (file: string, name: string): ReadonlyArray<Named> => {
  const found = nodesOf(file, isNamed).filter((each) => each.name?.getText() === name)
  if (found.length === 0) throw new Error(`${file} declares no ${name}`)
  return found
}

const textOfName = (name: ts.PropertyName | ts.BindingName): string =>
  ts.isStringLiteralLike(name) ? name.text : name.getText()

const isInternal = (node: ts.Node): boolean => ts.getJSDocTags(node).some(({ tagName }) => tagName.text === "internal")

const namesOf = (members: ReadonlyArray<ts.TypeElement | ts.ObjectLiteralElementLike>): ReadonlyArray<string> =>
  members.flatMap((each) => (each.name === undefined || isInternal(each) ? [] : [textOfName(each.name)]))

const literalsIn = (node: ts.Node): ReadonlyArray<ts.TypeLiteralNode> => {
  if (ts.isTypeLiteralNode(node)) return [node]
  const found: Array<ts.TypeLiteralNode> = []
  ts.forEachChild(node, (each) => void found.push(...literalsIn(each)))
  return found
}

/** The members of an interface, of a type, or of the shape of a service class; those that it inherits are left out. */
export const membersOf = (file: string, name: string): ReadonlyArray<string> =>
  declared(file, name).flatMap((declaration) => {
    if (ts.isInterfaceDeclaration(declaration)) return namesOf(declaration.members)
    const [literal] = literalsIn(ts.isTypeAliasDeclaration(declaration) ? declaration.type : declaration)
    return literal === undefined ? [] : namesOf(literal.members)
  })

/** The fields of an error, or of another class that is made of a schema. */
export const fieldsOf = (file: string, name: string): ReadonlyArray<string> =>
  declared(file, name).flatMap((declaration) => {
    const call = ts.isClassDeclaration(declaration) ? declaration.heritageClauses?.[0]?.types[0]?.expression : undefined
    const fields = call !== undefined && ts.isCallExpression(call) ? call.arguments[1] : undefined
    if (fields === undefined || !ts.isObjectLiteralExpression(fields)) return []
    const spread = fields.properties.filter(ts.isSpreadAssignment).map(({ expression }) => expression.getText())
    return [...namesOf(fields.properties), ...spread.flatMap((each) => Object.keys(objectOf(file, each)))]
  })

const textsIn = (node: ts.Node): ReadonlyArray<string> => {
  if (ts.isStringLiteralLike(node)) return [node.text]
  const found: Array<string> = []
  ts.forEachChild(node, (each) => void found.push(...textsIn(each)))
  return found
}

/** An object: the texts in the value of each key, such as the intents of each kind. */
export const objectOf = (file: string, name: string): Readonly<Record<string, ReadonlyArray<string>>> =>
  Object.fromEntries(
    declared(file, name).flatMap((declaration) => {
      const value = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined
      const object = value !== undefined && ts.isAsExpression(value) ? value.expression : value
      return object !== undefined && ts.isObjectLiteralExpression(object)
        ? object.properties.flatMap((each) =>
            ts.isPropertyAssignment(each) ? [[textOfName(each.name), textsIn(each.initializer)] as const] : []
          )
        : []
    })
  )
