/**
 * Orders: what is asked for, when and where it is done; the catalogue of procedures and the calendars of stations.
 *
 * Owns the tables `procedure`, `station`, `imaging_order`, `scheduled_step`, `performed_step`, `performed_of_scheduled`. Records the facts
 * `order.created`, `order.changed`, one for each move (`order.scheduled`, `order.arrived`, `order.started`, `order.performed`, `order.completed`,
 * `order.held`, `order.no-show`, `order.cancelled`, `order.discontinued`), `procedure.*`, `station.*`, and `performed-step.started`, `.changed`, `.completed` and `.discontinued`. Keeps: a state follows another by the tables of the
 * contract alone; steps follow their order; a station is never booked twice at a time; an order that was placed is never removed; whoever asked for
 * it has the patient in their care.
 */
export {
  completeOrder,
  discontinueOrder,
  type Event as OrderEvent,
  type Moved as OrderMoved,
  performOrder,
  startOrder,
} from "./automatic.ts";
export { ordersByNumber } from "./by-number.ts";
export { changeOrder } from "./change.ts";
export type { OrderContext } from "./context.ts";
export { orderableProcedure } from "./examination.ts";
export { type FoundOrder, findOrderForStudy, type OrderNames } from "./find.ts";
export { reportReader } from "./jobs.ts";
export { followOrderMerges } from "./merges.ts";
export { stepStatusOf } from "./order.ts";
export * from "./performed/index.ts";
export { performedOf } from "./performed/queries.ts";
export { type GivenNumbers, newAccessionNumber, placeOrder } from "./place.ts";
export { type OrderPlacing, orderPlacing } from "./placing.ts";
export { type PricedOrder, pricedAmong, pricedOrder } from "./price.ts";
export { codingSchemeOf, getOrder, listOrders, listSteps } from "./queries.ts";
export { catalogueRoutes } from "./routes-catalogue.ts";
export { orderRoutes } from "./routes-orders.ts";
export {
  type FoundOrderRow,
  type OrderCondition,
  type OrderNumber,
  type OrderSort,
  searchOrders,
} from "./search.ts";
export { hasProcedure, orderVisible } from "./sql.ts";
export { type FoundStep, type StepCondition, type StepSort, searchSteps } from "./step-search.ts";
export * from "./worklist/index.ts";
