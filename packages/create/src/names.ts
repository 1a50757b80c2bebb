/** Names of packages and folders. */

const longest = 214

/** Names that npm reserves. */
const reserved = new Set(["node_modules", "favicon.ico"])

/** What is wrong with the name of a package, by npm's rules for new packages; `undefined` if nothing is. */
export const packageNameProblem = (name: string): string | undefined => {
  if (name === "") return "is empty"
  if (name.length > longest) return `has ${name.length} characters, and a name has at most ${longest}`
  if (name !== name.toLowerCase()) return "has capital letters"
  if (reserved.has(name)) return "is reserved by npm"
  const parts = name.startsWith("@") ? name.slice(1).split("/") : [name]
  if (name.startsWith("@") && parts.length !== 2) return "has a scope without a name: @scope/name is expected"
  for (const part of parts) {
    if (/^[._-]/.test(part)) return `has a part that begins with ${part[0]}`
    if (!/^[a-z0-9._~-]+$/.test(part)) return "has other characters than a-z, 0-9, -, . and _"
  }
  return undefined
}

/** A name in the letters that npm, Kubernetes and Cloudflare all take: a-z, 0-9 and -, at most 50, a letter first. */
export const slugOf = (text: string): string => {
  const plain = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{Mark}/gu, "")
    .replaceAll("ß", "ss")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 50)
    .replace(/-+$/, "")
  return plain === "" ? "my-bot" : plain
}

const devices = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i

/** What is wrong with the name of a folder on a platform (`process.platform`); `undefined` if nothing is. */
export const folderProblem = (name: string, platform: NodeJS.Platform): string | undefined => {
  if (name.includes("\0")) return "has a NUL in it"
  if (platform !== "win32") return undefined
  if (devices.test(name)) return "is a device on Windows"
  if (/[<>:"|?*]/.test(name)) return 'has one of < > : " | ? * in it, which Windows does not take'
  if (/[. ]$/.test(name)) return "ends with a dot or a space, which Windows removes"
  return undefined
}

/** What is wrong with the absolute path of a project; `undefined` if nothing is. */
export const pathProblem = (path: string): string | undefined =>
  path.split(/[\\/]/).includes("node_modules")
    ? "is within a folder node_modules, where Node does not run TypeScript"
    : undefined

/** What is wrong with what somebody typed as a folder; `undefined` if nothing is. */
export const typedProblem = (folder: string): string | undefined =>
  /^~(?:$|[\\/])/.test(folder) ? "begins with ~, which only shells know: write the whole path" : undefined
