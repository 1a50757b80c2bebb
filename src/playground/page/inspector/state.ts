/** What the inspector says, by the names that the page uses. */
export type {
  Changes,
  DialogueDetails,
  DialogueView,
  InteractionView,
  LogView,
  RestView,
  RuntimeView,
  ShardView,
  SpanView,
  State as InspectorState,
  StepView
} from "../../../inspector/InspectorState.ts"
