/** The tags `@deprecated` of the sources: each says since when, and what replaces the name. */

const form = /^since \d+\.\d+\.\d+: use \S/

/** What is wrong with the tags in a file. */
export const wrongTags = (file: string, code: string): ReadonlyArray<string> =>
  code.split("\n").flatMap((line, index) => {
    const [, text] = /@deprecated\b\s*(.*?)(?:\s*\*\/)?$/.exec(line) ?? []
    return text === undefined || form.test(text)
      ? []
      : [`${file}:${index + 1}: expected \`@deprecated since 0.3.0: use …\`, got \`@deprecated ${text}\``]
  })
