/** The way from the service to the parts of the fake behind it, for the playground. */
import type { FakeDiscord } from "../FakeDiscord.ts"
import type { Core } from "./core.ts"

const cores = new WeakMap<FakeDiscord["Service"], Core>()

/** Notes the parts of a fake. */
export const note = (fake: FakeDiscord["Service"], core: Core): FakeDiscord["Service"] => {
  cores.set(fake, core)
  return fake
}

/** The parts of a fake. Throws for a service that `FakeDiscord` has not made. */
export const coreOf = (fake: FakeDiscord["Service"]): Core => {
  const core = cores.get(fake)
  if (core === undefined) throw new Error("This FakeDiscord was not made by FakeDiscord.make or one of its layers")
  return core
}
