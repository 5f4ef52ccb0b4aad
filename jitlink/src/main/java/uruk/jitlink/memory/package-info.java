/**
 * Where linked graphs live: the contract of memory managers, whose states are types ({@link
 * uruk.jitlink.memory.InFlightAllocation} can be written and not called, {@link
 * uruk.jitlink.memory.FinalizedAllocation} the other way round), the layout they share, and a
 * manager that pretends addresses for linking without running.
 */
package uruk.jitlink.memory;
