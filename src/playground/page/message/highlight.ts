/** Code in colours: the tree of `highlight.js` as elements. Its HTML is not used. */
import hljs from "highlight.js/lib/core"
import bash from "highlight.js/lib/languages/bash"
import cpp from "highlight.js/lib/languages/cpp"
import cssLanguage from "highlight.js/lib/languages/css"
import diff from "highlight.js/lib/languages/diff"
import go from "highlight.js/lib/languages/go"
import java from "highlight.js/lib/languages/java"
import javascript from "highlight.js/lib/languages/javascript"
import json from "highlight.js/lib/languages/json"
import markdown from "highlight.js/lib/languages/markdown"
import python from "highlight.js/lib/languages/python"
import rust from "highlight.js/lib/languages/rust"
import sql from "highlight.js/lib/languages/sql"
import typescript from "highlight.js/lib/languages/typescript"
import xml from "highlight.js/lib/languages/xml"
import yaml from "highlight.js/lib/languages/yaml"
import { css, html, type TemplateResult } from "lit"

const languages = { bash, cpp, diff, go, java, javascript, json, markdown, python, rust, sql, typescript, xml, yaml }
for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language)
hljs.registerLanguage("css", cssLanguage)

interface Scope {
  readonly scope?: string
  readonly children: ReadonlyArray<Scope | string>
}

const classOf = (scope: string | undefined): string =>
  `code-${(scope ?? "text").split(".")[0]?.replaceAll(/[^\w-]/g, "")}`

const draw = (node: Scope | string): TemplateResult | string =>
  typeof node === "string" ? node : html`<span class=${classOf(node.scope)}>${node.children.map(draw)}</span>`

/** The code of a language, or as it is if the language is not known. */
export const highlight = (code: string, language: string): TemplateResult | string => {
  if (hljs.getLanguage(language) === undefined || code.length > 20_000) return code
  const result = hljs.highlight(code, { language, ignoreIllegals: true })
  const { rootNode } = result._emitter as unknown as { readonly rootNode: Scope }
  return html`${rootNode.children.map(draw)}`
}

export const highlightStyles = css`
  .code-keyword,
  .code-literal,
  .code-type,
  .code-selector-tag {
    color: var(--code-keyword);
  }
  .code-string,
  .code-regexp,
  .code-addition,
  .code-char {
    color: var(--code-string);
  }
  .code-number,
  .code-attr,
  .code-symbol,
  .code-variable {
    color: var(--code-number);
  }
  .code-title,
  .code-section,
  .code-name,
  .code-built_in,
  .code-tag {
    color: var(--code-title);
  }
  .code-comment,
  .code-quote,
  .code-meta {
    color: var(--code-comment);
  }
  .code-deletion {
    color: var(--danger-text);
  }
`
