import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 20_000,
    silent: "passed-only",
    // Discord's enums must survive being inlined by a bundler or a test runner.
    server: { deps: { inline: [/discord-api-types/] } }
  }
})
