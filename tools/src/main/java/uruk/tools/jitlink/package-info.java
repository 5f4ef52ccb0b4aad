/**
 * {@code uruk jitlink}: links objects and tells what came of it, with the options, the layout and
 * the output of {@code llvm-jitlink}, so that its users' scripts run unchanged.
 *
 * <p>{@code JitlinkCommand} is the order of work; {@code LinkSession} is the session that objects
 * are linked in; the other classes are one option or one report each.
 */
package uruk.tools.jitlink;
