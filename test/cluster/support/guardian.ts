/** Ends a server whose tests did not live to end it. */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"

export interface Guardian {
  /** Names the process that must not outlive this one, or that there is none at present. */
  readonly watch: (pid: number | undefined) => void
}

// Reads process ids until its input ends, and that is when this process ends, in whatever way.
const script = `
while read -r line; do pid=$line; done
if [ -n "$pid" ]; then
  kill -QUIT "$pid"; kill -CONT "$pid"
  tries=200
  while [ -e "$1/data/postmaster.pid" ] && [ $tries -gt 0 ]; do sleep 0.05; tries=$((tries - 1)); done
fi
rm -rf "$1"`

/** Stops the watched process and removes `folder` at the end of the scope or of this process, a `kill -9` included. */
export const make = (folder: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      // In a session of its own, so that Ctrl-C does not reach it.
      const shell = spawn("/bin/sh", ["-c", script, "guardian", folder], {
        detached: true,
        cwd: "/",
        stdio: ["pipe", "ignore", "ignore"]
      })
      shell.unref()
      return shell
    }),
    (shell) => Effect.sync(() => shell.stdin.end())
  ).pipe(Effect.map((shell): Guardian => ({ watch: (pid) => shell.stdin.write(`${pid ?? ""}\n`) })))
