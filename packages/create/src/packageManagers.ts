/** The package managers that can install a project. */

/** What each of them calls things. */
interface PackageManager {
  /** Arguments that install what the lockfile says, or make one. */
  readonly install: ReadonlyArray<string>
  /** How a script of package.json is run. */
  readonly run: (script: string) => string
}

export const packageManagers = {
  npm: {
    install: ["install", "--no-audit", "--no-fund"],
    run: (script) => `npm ${script === "test" || script === "start" ? "" : "run "}${script}`
  },
  pnpm: { install: ["install"], run: (script) => `pnpm ${script}` },
  yarn: { install: ["install"], run: (script) => `yarn ${script}` },
  bun: { install: ["install"], run: (script) => `bun run ${script}` }
} as const satisfies Readonly<Record<string, PackageManager>>

export type Name = keyof typeof packageManagers

export const names = Object.keys(packageManagers) as ReadonlyArray<Name>

export const isName = (name: string): name is Name => (names as ReadonlyArray<string>).includes(name)

/** The one that runs this command, by its `npm_config_user_agent`, such as `pnpm/10.34.9 npm/? node/v24.21.0`. */
export const running = (userAgent: string | undefined): Name => {
  const name = userAgent?.split("/")[0] ?? ""
  return isName(name) ? name : "npm"
}
