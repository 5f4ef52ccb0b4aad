package uruk.materialization;

import uruk.jitlink.memory.FinalizedAllocation;

/**
 * What is kept of a link that succeeded.
 *
 * @param allocation the object's memory
 * @param symbols its symbols, with their code and their entries
 * @param ledger what it costs
 */
record LinkResult(FinalizedAllocation allocation, LinkedSymbols symbols, MemoryLedger ledger) {}
