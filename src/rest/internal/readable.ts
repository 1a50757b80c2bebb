/** Successful answers that can be read only as what Discord sends: JSON, a file, or nothing. */
import type { ResponseLike } from "@discordjs/rest"
import { faultOf } from "./answers.ts"
import { unexpected } from "./failure.ts"

const isFile = /^(?!text\/html)(?:image|audio|video|text|application\/octet-stream)/

/** A successful answer that fails when it is read as something else. */
export const readable = (answer: ResponseLike, method: string, url: string): ResponseLike => {
  const { status } = answer
  if (status === 204 || status === 205) return answer
  const type = answer.headers.get("content-type") ?? ""
  const json = async (): Promise<unknown> => {
    const text = await answer.text()
    const fault = faultOf(text)
    if (fault !== undefined) throw unexpected(method, url, status, fault)
    return JSON.parse(text)
  }
  const arrayBuffer = async (): Promise<ArrayBuffer> => {
    const bytes = await answer.arrayBuffer()
    if (isFile.test(type) && bytes.byteLength > 0) return bytes
    const fault = bytes.byteLength === 0 ? "the answer is empty" : `the answer is ${type === "" ? "untyped" : type}`
    throw unexpected(method, url, status, `${fault}, and JSON was expected`)
  }
  return { ...answer, json, arrayBuffer }
}
