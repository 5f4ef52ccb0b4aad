package uruk.materialization;

import java.util.List;
import uruk.jitlink.KeptFixups;
import uruk.jitlink.memory.FinalizedAllocation;

/**
 * What is kept of a link that succeeded.
 *
 * @param allocation the object's memory
 * @param symbols its symbols, with their code and their entries
 * @param localFunctions the local functions whose address is taken
 * @param directBranches where the policy to patch has bound branches
 * @param dataBlocks where its {@link DataBlocks} are
 * @param fixups what was written where
 * @param ledger what it costs
 */
record LinkResult(
    FinalizedAllocation allocation,
    LinkedSymbols symbols,
    LinkedSymbols localFunctions,
    List<DirectBranches.Bound> directBranches,
    DataBlocks dataBlocks,
    KeptFixups fixups,
    MemoryLedger ledger) {}
