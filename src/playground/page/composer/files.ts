/** Files of the user's machine, as the protocol has them. */
import type { FileValue } from "./options.ts"

/** Reads a file as base64. */
export const readFile = (file: File): Promise<FileValue> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener("error", () => reject(reader.error ?? new Error(`${file.name} cannot be read`)))
    reader.addEventListener("load", () => {
      const data = String(reader.result).replace(/^[^,]*,/, "")
      resolve({ filename: file.name, data, ...(file.type === "" ? {} : { contentType: file.type }) })
    })
    reader.readAsDataURL(file)
  })

export const readFiles = (files: Iterable<File>): Promise<ReadonlyArray<FileValue>> =>
  Promise.all([...files].map(readFile))
