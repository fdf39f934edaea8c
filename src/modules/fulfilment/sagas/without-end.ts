/**
 * The time limit of a step behind the point of no return: money has moved, and whatever comes after it is repeated until
 * it is done. A limit would take back what cannot be taken back. Such a step is one that its callee never refuses.
 */
export const WITHOUT_END_MS = Number.POSITIVE_INFINITY;
