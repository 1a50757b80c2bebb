/** Runs the server until Ctrl-C or SIGTERM. */
import { NodeRuntime } from "@effect/platform-node"
import { Layer } from "effect"
import { Server } from "./server.ts"

Server.pipe(Layer.launch, NodeRuntime.runMain)
