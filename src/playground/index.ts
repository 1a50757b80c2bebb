export * as Dev from "./Dev.ts"
export * as Playground from "./Playground.ts"
export * as Protocol from "./Protocol.ts"
export * as Recording from "./Recording.ts"
