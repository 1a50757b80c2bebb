import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    // The output of a test that fails, and of no other.
    silent: "passed-only",
    // Milliseconds: a machine of a CI can be slow.
    testTimeout: 20_000
  }
})
