/**
 * A bot on several processes or machines: `fibercord/cluster`. An entry point of its own, because Effect Cluster, on which
 * it is built, is not stable yet.
 */
export * as Cluster from "./Cluster.ts"
export * as ClusterBot from "./ClusterBot.ts"
export * as Question from "./Question.ts"
