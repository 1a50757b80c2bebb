/** Notices when files change: those of a program, and new ones beside them. */
import { type FSWatcher, statSync, watch } from "node:fs"
import { basename, dirname, join } from "node:path"

/** A change of a file, and whether the program had loaded it. */
export type OnChange = (file: string, isKnown: boolean) => void

/** Changes of a file that only touch it have the same. */
const versionOf = (file: string): string => {
  try {
    const { mtimeMs, size } = statSync(file)
    return `${mtimeMs} ${size}`
  } catch {
    return "absent"
  }
}

/**
 * Watches folders instead of files, because editors replace files instead of writing them. A folder that is deleted is no
 * longer watched.
 */
export class Watcher {
  readonly #onChange: OnChange
  readonly #versions = new Map<string, string>()
  readonly #folders = new Map<string, FSWatcher>()

  constructor(onChange: OnChange) {
    this.#onChange = onChange
  }

  add(file: string): void {
    if (this.#versions.has(file)) return
    this.#versions.set(file, versionOf(file))
    const folder = dirname(file)
    if (this.#folders.has(folder)) return
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => this.#look(folder, name))
      watcher.on("error", () => this.#forget(folder))
      this.#folders.set(folder, watcher)
    } catch {
      // The folder is gone already.
    }
  }

  close(): void {
    for (const watcher of this.#folders.values()) watcher.close()
    this.#folders.clear()
  }

  #forget(folder: string): void {
    this.#folders.get(folder)?.close()
    this.#folders.delete(folder)
  }

  #look(folder: string, name: string | null): void {
    if (name === null) return
    const file = join(folder, basename(name))
    const before = this.#versions.get(file)
    if (before === undefined) return this.#onChange(file, false)
    const now = versionOf(file)
    if (now === before) return
    this.#versions.set(file, now)
    this.#onChange(file, true)
  }
}
