/**
 * The check language of LLVM's jitlink tests: {@code *{8}got_addr(a.o, f) = f}, written in comments
 * of an assembly file and evaluated against what that file was linked to.
 *
 * <p>{@link uruk.jitlink.check.CheckRules} finds the rules in a text, {@link
 * uruk.jitlink.check.Checker} evaluates them against a {@link uruk.jitlink.check.CheckContext}, and
 * {@link uruk.jitlink.check.CheckAssertions} is the way in from a unit test. Instruction operands
 * are told by an {@link uruk.jitlink.check.InstructionDecoder}: one table for each architecture, of
 * the shapes that carry relocations and their neighbours.
 */
package uruk.jitlink.check;
