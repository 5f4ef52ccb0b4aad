package uruk.materialization;

import uruk.jitlink.KeptFixups;
import uruk.jitlink.memory.FinalizedAllocation;

/**
 * What is kept of a link that succeeded.
 *
 * @param allocation the object's memory
 * @param symbols its symbols, with their code and their entries
 * @param fixups what was written where
 * @param ledger what it costs
 */
record LinkResult(
    FinalizedAllocation allocation,
    LinkedSymbols symbols,
    KeptFixups fixups,
    MemoryLedger ledger) {}
