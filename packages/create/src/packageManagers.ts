/** The package managers that can install a project. */

/** What each of them calls things. */
interface PackageManager {
  /** Arguments that install what the lockfile says, or make one. */
  readonly install: ReadonlyArray<string>
  /** How a script of package.json is run. */
  readonly run: (script: string) => string
  readonly lockfile: string
  /** Installs what the lockfile says, in CI. */
  readonly ci: string
  /** The same without what only development needs, in an image of Node. */
  readonly production: string
  /** What a workflow of GitHub does before its steps, beside Node. */
  readonly setup: string | undefined
}

export const packageManagers = {
  npm: {
    install: ["install", "--no-audit", "--no-fund"],
    run: (script) => `npm ${script === "test" || script === "start" ? "" : "run "}${script}`,
    lockfile: "package-lock.json",
    ci: "npm ci",
    production: "npm ci --omit=dev",
    setup: undefined
  },
  pnpm: {
    install: ["install"],
    run: (script) => `pnpm ${script === "deploy" ? "run " : ""}${script}`,
    lockfile: "pnpm-lock.yaml",
    ci: "pnpm install --frozen-lockfile",
    production: "npm install --global pnpm && pnpm install --prod --frozen-lockfile",
    setup: "npm install --global pnpm"
  },
  yarn: {
    install: ["install"],
    run: (script) => `yarn ${script}`,
    lockfile: "yarn.lock",
    ci: "yarn install --frozen-lockfile",
    production: "yarn install --production --frozen-lockfile",
    setup: undefined
  },
  bun: {
    install: ["install"],
    run: (script) => `bun run ${script}`,
    lockfile: "bun.lock",
    ci: "bun install --frozen-lockfile",
    production: "npm install --global bun && bun install --production --frozen-lockfile",
    setup: "npm install --global bun"
  }
} as const satisfies Readonly<Record<string, PackageManager>>

/**
 * The words of a template, which are npm's, in those of another package manager. GitHub's action knows no cache of Bun,
 * and the one of pnpm only where pnpm is installed before it, so that both go without.
 */
export const translate = (text: string, name: Name): string => {
  if (name === "npm") return text
  const { ci, install, lockfile, production, run, setup } = packageManagers[name]
  return text
    .replaceAll("package-lock.json", lockfile)
    .replaceAll("npm ci --omit=dev", production)
    .replace(/^( *)- run: npm ci$/m, (_, space: string) =>
      [setup, ci].flatMap((command) => (command === undefined ? [] : [`${space}- run: ${command}`])).join("\n")
    )
    .replace(/^RUN npm ci$/m, `RUN ${setup === undefined ? "" : `${setup} && `}${ci}`)
    .replaceAll("npm ci", ci)
    .replace(/^ *cache: npm\n/m, (line) => (name === "yarn" ? line.replace("npm", "yarn") : ""))
    .replaceAll(/\bnpm install$/gm, `${name} ${install.join(" ")}`)
    .replaceAll(/\bnpm (?:run )?(test|start|dev|build|register|deploy)\b/g, (_, script: string) => run(script))
    .replaceAll("npx wrangler", `${exec[name]} wrangler`)
}

export type Name = keyof typeof packageManagers

export const names = Object.keys(packageManagers) as ReadonlyArray<Name>

export const isName = (name: string): name is Name => (names as ReadonlyArray<string>).includes(name)

const exec = { npm: "npx", pnpm: "pnpm exec", yarn: "yarn", bun: "bunx" } as const

/** The one that runs this command, by its `npm_config_user_agent`, such as `pnpm/10.34.9 npm/? node/v24.21.0`. */
export const running = (userAgent: string | undefined): Name => {
  const name = userAgent?.split("/")[0] ?? ""
  return isName(name) ? name : "npm"
}
